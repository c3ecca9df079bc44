//===- EmitContractions.cpp - Contractions become blocked vector loops ----===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/plan/Contractions.h"
#include "dialects/plan/Kernels.h"
#include "mlir/Transforms/RegionUtils.h"
#include "passes/Loops/ContractionEmitters.h"
#include "passes/Loops/LoopsPasses.h"

namespace onnxc {
#define GEN_PASS_DEF_EMITCONTRACTIONS
#include "passes/Loops/LoopsPasses.h.inc"
} // namespace onnxc

using namespace mlir;
using namespace onnxc;

std::optional<ContractionBody> onnxc::matchBody(linalg::GenericOp op) {
  Block *body = op.getBody();
  Value sum = body->getArguments().back();
  Operation *add = body->getTerminator()->getOperand(0).getDefiningOp();
  if (!add || !isa<arith::AddFOp, arith::AddIOp>(add) || !sum.hasOneUse())
    return std::nullopt;
  Value product = add->getOperand(0) == sum   ? add->getOperand(1)
                  : add->getOperand(1) == sum ? add->getOperand(0)
                                              : Value();
  Operation *mul = product ? product.getDefiningOp() : nullptr;
  if (!mul || !isa<arith::MulFOp, arith::MulIOp>(mul))
    return std::nullopt;
  return ContractionBody{mul->getOperand(0), mul->getOperand(1)};
}

std::optional<Widening> onnxc::getWidening(VectorBuilder &v, Block *body,
                                           Value leaf, Value factor) {
  if (leaf == factor)
    return Widening();
  SmallVector<Operation *> ops;
  std::function<bool(Value)> collect = [&](Value value) {
    if (value == leaf || value.getParentBlock() != body)
      return true;
    Operation *op = value.getDefiningOp();
    if (!op || op->getNumResults() != 1 || op->getNumRegions() != 0 ||
        !(isa<arith::ConstantOp>(op) ||
          OpTrait::hasElementwiseMappableTraits(op)))
      return false;
    for (Value operand : op->getOperands())
      if (!collect(operand))
        return false;
    if (!llvm::is_contained(ops, op))
      ops.push_back(op);
    return true;
  };
  if (!collect(factor))
    return std::nullopt;
  Widening widening;
  widening.keepsZero = llvm::all_of(ops, [](Operation *op) {
    return isa<arith::ExtFOp, arith::ExtSIOp, arith::ExtUIOp>(op);
  });
  widening.apply = [&v, ops, leaf, factor](Value value) -> Value {
    bool isVector = isa<VectorType>(value.getType());
    IRMapping mapping;
    mapping.map(leaf, value);
    for (Operation *op : ops) {
      if (isVector)
        for (Value operand : op->getOperands())
          if (!mapping.contains(operand))
            mapping.map(operand, v.splat(operand));
      Operation *clone = v.b.clone(*op, mapping);
      if (isVector && isa<arith::ConstantOp>(op))
        mapping.map(op->getResult(0), v.splat(clone->getResult(0)));
      else if (isVector)
        clone->getResult(0).setType(v.vectorType(op->getResult(0).getType()));
    }
    return mapping.lookup(factor);
  };
  return widening;
}

void onnxc::buildTasks(VectorBuilder &v, ArrayRef<Value> sizes,
                       function_ref<void(ValueRange)> body) {
  SmallVector<OpFoldResult> bounds;
  for (Value size : sizes)
    bounds.push_back(getAsOpFoldResult(size));
  auto forall =
      scf::ForallOp::create(v.b, v.loc, bounds, ValueRange(), std::nullopt);
  OpBuilder::InsertionGuard guard(v.b);
  v.b.setInsertionPoint(forall.getTerminator());
  body(forall.getInductionVars());
}

bool onnxc::isEmittedType(Type type, RegisterFile registers) {
  bool hasRegisters =
      registers.hasVectors || type.isF32() || type.isInteger(32);
  return (type.isF32() || type.isF64() || type.isInteger(32)) && hasRegisters &&
         registers.vectorBits >= 2 * type.getIntOrFloatBitWidth();
}

int64_t onnxc::getPitch(int64_t columns, Type type) {
  int64_t line = 64 * 8 / type.getIntOrFloatBitWidth();
  int64_t lines = llvm::divideCeil(columns, line);
  return (lines % 2 ? lines : lines + 1) * line;
}

namespace {

struct EmitContractions : onnxc::impl::EmitContractionsBase<EmitContractions> {
  using EmitContractionsBase::EmitContractionsBase;

  void runOnOperation() override {
    func::FuncOp kernel = getOperation();
    if (!isKernel(kernel))
      return;
    RegisterFile registers(getMachine(kernel));
    SmallVector<linalg::GenericOp> marked;
    kernel.walk([&](linalg::GenericOp op) {
      if (isContraction(op))
        marked.push_back(op);
    });
    bool hasEmitted = false;
    for (linalg::GenericOp op : marked) {
      if (!op.hasPureBufferSemantics() ||
          op->getParentOp() != kernel.getOperation())
        continue;
      // One that no emitter takes becomes plain loops with all others.
      if (getProduct(op))
        hasEmitted |= succeeded(emitMatMul(op, registers));
      else if (getConvolution(op) && getConvolution(op).getBlocks())
        hasEmitted |= succeeded(emitBlockedDepthwise(op, registers)) ||
                      succeeded(emitBlockedConv(op, registers));
      else
        hasEmitted |= succeeded(emitDepthwise(op, registers)) ||
                      succeeded(emitConv(op, registers));
    }
    // Copies of a few vectors must not become calls of memcpy, nor the loops
    // over bytes that stand in for it where there is no C library.
    if (hasEmitted)
      kernel->setAttr(
          "passthrough",
          ArrayAttr::get(&getContext(),
                         StringAttr::get(&getContext(), "no-builtins")));
    // Partial sums that no loop stores leave views of their buffer.
    IRRewriter rewriter(&getContext());
    (void)runRegionDCE(rewriter, kernel->getRegions());
    for (int64_t i = kernel.getNumArguments() - 1; i >= 0; --i)
      if (plan::attrs::Scratch::isOn(kernel, i) &&
          kernel.getArgument(i).use_empty())
        (void)kernel.eraseArgument(i);
  }
};

} // namespace
