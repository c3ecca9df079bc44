//===- FoldConstants.cpp - Constant subgraphs become constants ------------===//
//
// There is no second implementation of the operators for this: the ops whose
// operands are all constants move into a module of their own, which the caller
// compiles and runs.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Graph/FoldConstants.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/Cost.h"
#include "dialects/onnx/ElementTypes.h"
#include "dialects/onnx/ModelAttrs.h"
#include "mlir/IR/IRMapping.h"
#include "passes/Graph/GraphPasses.h"
#include "llvm/ADT/SetVector.h"

namespace onnxc {
#define GEN_PASS_DEF_FOLDCONSTANTS
#include "passes/Graph/GraphPasses.h.inc"
} // namespace onnxc

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

// Results up to this size may be larger than what they are computed from.
static constexpr int64_t kFreeBytes = 64 << 10;
// What all results together, and all products, may cost a compiler: a small
// file can ask for more than any machine has.
static constexpr uint64_t kMostBytes = uint64_t(1) << 30;
static constexpr uint64_t kMostMacs = uint64_t(1) << 35;

namespace {

int64_t getBytes(Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  return type.getNumElements() * onnx::getStorageBytes(type.getElementType());
}

bool isFoldable(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type || !type.hasStaticShape())
    return false;
  Type element = type.getElementType();
  return element.isInteger(1) ||
         (element.isIntOrFloat() && element.getIntOrFloatBitWidth() >= 8);
}

struct FoldConstants : onnxc::impl::FoldConstantsBase<FoldConstants> {
  explicit FoldConstants(ConstantEvaluator evaluate)
      : evaluate(std::move(evaluate)) {}

  /// Who evaluates states a machine; its passes load what they make.
  void getDependentDialects(DialectRegistry &registry) const override {
    FoldConstantsBase::getDependentDialects(registry);
    registry.insert<plan::PlanDialect>();
  }

  void runOnOperation() override {
    llvm::SetVector<Operation *> ops;
    Budget left = getBudget();
    for (Operation &op : getOperation().getBody().front())
      if (canFold(&op, ops) && left.pay(&op))
        ops.insert(&op);
    if (ops.empty())
      return;

    SmallVector<Value> results;
    for (Operation *op : ops)
      for (Value result : op->getResults())
        if (llvm::any_of(result.getUsers(),
                         [&](Operation *user) { return !ops.contains(user); }))
          results.push_back(result);
    if (results.empty())
      return;
    if (!evaluate) {
      getOperation().emitError("nobody is there to compute constants");
      return signalPassFailure();
    }
    FailureOr<SmallVector<ElementsAttr>> values =
        evaluate(buildModule(ops, results));
    if (failed(values))
      return signalPassFailure();
    for (auto [result, value] : llvm::zip(results, *values)) {
      OpBuilder b(result.getDefiningOp());
      Value constant =
          ConstantOp::create(b, result.getLoc(), result.getType(), value);
      result.replaceUsesWithIf(constant, [&](OpOperand &use) {
        return !ops.contains(use.getOwner());
      });
    }
    for (Operation *op : llvm::reverse(ops.getArrayRef()))
      if (op->use_empty())
        op->erase();
    for (Operation &op :
         llvm::make_early_inc_range(getOperation().getBody().front()))
      if (isa<ConstantOp>(op) && op.use_empty())
        op.erase();
  }

private:
  ConstantEvaluator evaluate;

  /// What may still be spent.
  struct Budget {
    uint64_t bytes, macs = kMostMacs;

    bool pay(Operation *op) {
      uint64_t needed = 0, steps = 0;
      for (Value result : op->getResults())
        if (!result.use_empty())
          needed = llvm::SaturatingAdd(needed, uint64_t(getBytes(result)));
      if (AffineExpr count = countMacs(op))
        steps = uint64_t(onnx::getConstant(count).value_or(0));
      if (needed > bytes || steps > macs)
        return false;
      bytes -= needed;
      macs -= steps;
      return true;
    }
  };

  /// A large model has large weights to bring into their layouts.
  Budget getBudget() {
    uint64_t weights = 0;
    for (auto constant : getOperation().getOps<ConstantOp>())
      if (isFoldable(constant.getResult()))
        weights += getBytes(constant.getResult());
    return {std::max(kMostBytes, 4 * weights)};
  }

  /// Numbers, or sizes that are numbers.
  static bool isKnown(Operation *producer) {
    if (auto sizes = dyn_cast<DimsOp>(producer))
      return llvm::all_of(sizes.getValue().getExprs(), [](AffineExpr size) {
        return isa<AffineConstantExpr>(size);
      });
    auto constant = dyn_cast<ConstantOp>(producer);
    return constant && constant.getElements();
  }

  static bool canFold(Operation *op, llvm::SetVector<Operation *> &ops) {
    if (!isa<OnnxDialect>(op->getDialect()) || isa<ConstantOp, DimsOp>(op) ||
        op->getNumRegions() || !isPure(op) || op->getNumOperands() == 0)
      return false;
    int64_t operandBytes = 0, resultBytes = 0;
    for (Value operand : op->getOperands()) {
      Operation *producer = operand.getDefiningOp();
      if (!producer || (!ops.contains(producer) && !isKnown(producer)))
        return false;
      if (!isFoldable(operand))
        return false;
      operandBytes += getBytes(operand);
    }
    for (Value result : op->getResults()) {
      if (!result.use_empty() && !isFoldable(result))
        return false;
      if (!result.use_empty())
        resultBytes += getBytes(result);
    }
    int64_t most = std::max(kFreeBytes, 2 * operandBytes);
    return resultBytes <= most || becomesSmall(op, most, ops, kMaxSteps);
  }

  // A large value that is there for a few steps only.
  static constexpr int kMaxSteps = 4;

  /// Whether all that is computed of the op's results at once is no larger than
  /// that, in a few steps of nothing else than constants.
  static bool becomesSmall(Operation *op, int64_t most,
                           llvm::SetVector<Operation *> &ops, int steps) {
    if (op->use_empty() || steps == 0)
      return false;
    return llvm::all_of(op->getUsers(), [&](Operation *user) {
      if (!isa<OnnxDialect>(user->getDialect()) || user->getNumRegions() ||
          !isPure(user))
        return false;
      int64_t bytes = 0;
      for (Value operand : user->getOperands()) {
        Operation *producer = operand.getDefiningOp();
        if (producer != op && !isa_and_nonnull<ConstantOp>(producer) &&
            !ops.contains(producer))
          return false;
      }
      for (Value result : user->getResults()) {
        if (result.use_empty())
          continue;
        if (!isFoldable(result))
          return false;
        bytes += getBytes(result);
      }
      return bytes <= most || becomesSmall(user, most, ops, steps - 1);
    });
  }

  OwningOpRef<ModuleOp> buildModule(llvm::SetVector<Operation *> &ops,
                                    ArrayRef<Value> results) {
    OpBuilder b(&getContext());
    Location loc = getOperation().getLoc();
    OwningOpRef<ModuleOp> module = ModuleOp::create(loc);
    b.setInsertionPointToStart(module->getBody());
    auto main = func::FuncOp::create(
        b, loc, "main", b.getFunctionType({}, ValueRange(results).getTypes()));
    onnx::attrs::Symbols::set(main, b.getArrayAttr({}));
    b.setInsertionPointToStart(main.addEntryBlock());
    IRMapping mapping;
    for (Operation *op : ops) {
      for (Value operand : op->getOperands())
        if (!mapping.contains(operand))
          b.clone(*operand.getDefiningOp(), mapping);
      b.clone(*op, mapping);
    }
    SmallVector<Value> returned;
    for (Value result : results)
      returned.push_back(mapping.lookup(result));
    func::ReturnOp::create(b, loc, returned);
    return module;
  }
};

} // namespace

std::unique_ptr<Pass> onnxc::createFoldConstants(ConstantEvaluator evaluate) {
  return std::make_unique<FoldConstants>(std::move(evaluate));
}
