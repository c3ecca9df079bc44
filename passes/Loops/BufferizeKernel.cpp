//===- BufferizeKernel.cpp - A kernel works on its caller's buffers -------===//
//
// The function's tensors become contiguous memrefs: inputs, results (written,
// not returned), scratch, then the symbols as before. Scratch is what the
// kernel needs between its steps; @main takes it from the arena. Buffers of a
// few kilobytes and known size go on the stack, and so do those of known size
// that a task needs. Where their size is free or large all tasks share one
// scratch.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ElementTypes.h"
#include "dialects/plan/Kernels.h"
#include "dialects/plan/MachineModel.h"
#include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.h"
#include "mlir/Dialect/Bufferization/Transforms/OneShotAnalysis.h"
#include "mlir/Dialect/Bufferization/Transforms/Transforms.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "passes/Loops/LoopsPasses.h"

namespace onnxc {
#define GEN_PASS_DEF_BUFFERIZEKERNEL
#include "passes/Loops/LoopsPasses.h.inc"
} // namespace onnxc

using namespace mlir;
using namespace onnxc;

// Threads may have small stacks; several such buffers must fit.
static constexpr int64_t kMaxStackBytes = 16 << 10;

namespace {

struct BufferizeKernel : onnxc::impl::BufferizeKernelBase<BufferizeKernel> {
  using BufferizeKernelBase::BufferizeKernelBase;

  void runOnOperation() override {
    if (!isKernel(getOperation()))
      return;
    convertSignature();
    if (failed(bufferize()) || failed(placeAllocations()))
      signalPassFailure();
  }

private:
  void convertSignature();
  void separateEmptyTensors();
  void expandConstants(IRRewriter &rewriter);
  LogicalResult bufferize();
  LogicalResult placeAllocations();
  LogicalResult place(memref::AllocOp alloc);
  LogicalResult placeOfTasks(memref::AllocOp alloc, const onnx::Dims &dims);
  /// An argument that @main provides.
  Value addScratch(MemRefType type, const onnx::Dims &dims, Location loc);
  std::optional<onnx::Dims> getSizes(memref::AllocOp alloc);
  std::optional<AffineExpr> getExpr(OpFoldResult index);
  unsigned getFirstSymbol() {
    func::FuncOp kernel = getOperation();
    unsigned count = 0;
    for (Type type : kernel.getArgumentTypes())
      count += !type.isIndex();
    return count;
  }
};

MemRefType getBufferType(Type tensor) {
  auto ranked = cast<RankedTensorType>(tensor);
  return MemRefType::get(ranked.getShape(), ranked.getElementType());
}

void BufferizeKernel::convertSignature() {
  func::FuncOp kernel = getOperation();
  Block &body = kernel.getBody().front();
  OpBuilder b = OpBuilder::atBlockBegin(&body);
  Location loc = kernel.getLoc();
  for (BlockArgument argument : body.getArguments()) {
    auto type = dyn_cast<RankedTensorType>(argument.getType());
    if (!type)
      continue;
    argument.setType(getBufferType(type));
    auto tensor = bufferization::ToTensorOp::create(b, loc, type, argument,
                                                    /*restrict=*/true);
    argument.replaceAllUsesExcept(tensor, tensor);
  }
  auto ret = cast<func::ReturnOp>(body.getTerminator());
  b.setInsertionPoint(ret);
  unsigned at = getFirstSymbol();
  SmallVector<DictionaryAttr> attrs;
  kernel.getAllArgAttrs(attrs);
  for (auto [i, result] : llvm::enumerate(ret.getOperands())) {
    auto type = cast<RankedTensorType>(result.getType());
    Value out = body.insertArgument(at + i, getBufferType(type), loc);
    attrs.insert(attrs.begin() + at + i, kernel.getResultAttrDict(i));
    bufferization::MaterializeInDestinationOp::create(
        b, loc, /*result=*/Type(), result, out, /*restrict=*/true,
        /*writable=*/true);
  }
  ret.getOperandsMutable().clear();
  for (DictionaryAttr &attr : attrs)
    if (!attr)
      attr = b.getDictionaryAttr({});
  SmallVector<DictionaryAttr> none;
  kernel->removeAttr(kernel.getResAttrsAttrName());
  kernel.setType(b.getFunctionType(body.getArgumentTypes(), {}));
  kernel.setAllArgAttrs(attrs);
}

/// Bufferization would make a constant tensor a global of the module, which
/// other kernels are working in: it is built of its elements here.
void BufferizeKernel::expandConstants(IRRewriter &rewriter) {
  SmallVector<arith::ConstantOp> constants;
  getOperation().walk([&](arith::ConstantOp constant) {
    if (isa<RankedTensorType>(constant.getType()))
      constants.push_back(constant);
  });
  for (arith::ConstantOp constant : constants) {
    auto elements = cast<DenseElementsAttr>(constant.getValue());
    auto type = cast<RankedTensorType>(constant.getType());
    Location loc = constant.getLoc();
    rewriter.setInsertionPoint(constant);
    auto scalar = [&](Attribute value) -> Value {
      return arith::ConstantOp::create(rewriter, loc, cast<TypedAttr>(value));
    };
    if (elements.isSplat()) {
      Value empty = tensor::EmptyOp::create(rewriter, loc, type.getShape(),
                                            type.getElementType());
      rewriter.replaceOpWithNewOp<linalg::FillOp>(
          constant, scalar(elements.getSplatValue<Attribute>()), empty);
      continue;
    }
    SmallVector<Value> values;
    for (Attribute value : elements.getValues<Attribute>())
      values.push_back(scalar(value));
    rewriter.replaceOpWithNewOp<tensor::FromElementsOp>(constant, type, values);
  }
}

/// A loop that carries two new tensors of one type, which have become one value
/// by then, would write both to one buffer: what is in a new tensor is nobody's
/// concern, so that bufferization sees no conflict.
void BufferizeKernel::separateEmptyTensors() {
  SmallVector<OpOperand *> shared;
  getOperation().walk([&](tensor::EmptyOp empty) {
    llvm::SmallPtrSet<Operation *, 4> users;
    for (OpOperand &use : empty->getUses())
      if (!users.insert(use.getOwner()).second)
        shared.push_back(&use);
  });
  for (OpOperand *use : shared) {
    Operation *empty = use->get().getDefiningOp();
    use->set(OpBuilder(empty).clone(*empty)->getResult(0));
  }
}

LogicalResult BufferizeKernel::bufferize() {
  func::FuncOp kernel = getOperation();
  IRRewriter rewriter(&getContext());
  separateEmptyTensors();
  expandConstants(rewriter);
  if (failed(bufferization::eliminateEmptyTensors(rewriter, kernel)))
    return failure();
  bufferization::OneShotBufferizationOptions options;
  options.setFunctionBoundaryTypeConversion(
      bufferization::LayoutMapOption::IdentityLayoutMap);
  options.unknownTypeConverterFn =
      [](TensorType type, Attribute space,
         const bufferization::BufferizationOptions &) {
        return bufferization::getMemRefTypeWithStaticIdentityLayout(type,
                                                                    space);
      };
  bufferization::BufferizationState state;
  return bufferization::runOneShotBufferize(kernel, options, state);
}

/// The index as an expression over the kernel's symbols.
std::optional<AffineExpr> BufferizeKernel::getExpr(OpFoldResult size) {
  if (std::optional<int64_t> constant = getConstantIntValue(size))
    return getAffineConstantExpr(*constant, &getContext());
  auto index = cast<Value>(size);
  if (auto argument = dyn_cast<BlockArgument>(index)) {
    if (argument.getOwner() != &getOperation().getBody().front())
      return std::nullopt;
    return getAffineSymbolExpr(argument.getArgNumber() - getFirstSymbol(),
                               &getContext());
  }
  Operation *op = index.getDefiningOp();
  SmallVector<AffineExpr> operands;
  if (auto dim = dyn_cast<memref::DimOp>(op)) {
    auto argument = dyn_cast<BlockArgument>(dim.getSource());
    std::optional<int64_t> at = dim.getConstantIndex();
    if (!argument || !at ||
        argument.getOwner() != &getOperation().getBody().front())
      return std::nullopt;
    auto dims = plan::attrs::Dims::get(getOperation(), argument.getArgNumber());
    if (!dims)
      return std::nullopt;
    return dims.getExprs()[*at];
  }
  for (Value operand : op->getOperands()) {
    std::optional<AffineExpr> expr = getExpr(operand);
    if (!expr)
      return std::nullopt;
    operands.push_back(*expr);
  }
  if (auto apply = dyn_cast<affine::AffineApplyOp>(op)) {
    AffineMap map = apply.getAffineMap();
    ArrayRef<AffineExpr> exprs(operands);
    return map.getResult(0).replaceDimsAndSymbols(
        exprs.take_front(map.getNumDims()), exprs.drop_front(map.getNumDims()));
  }
  if (isa<arith::AddIOp>(op))
    return operands[0] + operands[1];
  if (isa<arith::SubIOp>(op))
    return operands[0] - operands[1];
  if (isa<arith::MulIOp>(op))
    return operands[0] * operands[1];
  return std::nullopt;
}

/// The buffer's bytes, in whole cache lines, so that tasks share none.
static AffineExpr getTaskBytes(const onnx::Dims &dims, Type element) {
  constexpr int64_t kLine = 64;
  AffineExpr bytes = onnx::getProduct(element.getContext(), dims) *
                     onnx::getStorageBytes(element);
  return onnx::simplify((bytes + kLine - 1).floorDiv(kLine) * kLine);
}

std::optional<onnx::Dims> BufferizeKernel::getSizes(memref::AllocOp alloc) {
  onnx::Dims dims;
  auto dynamic = alloc.getDynamicSizes().begin();
  for (int64_t size : alloc.getType().getShape()) {
    std::optional<AffineExpr> expr =
        ShapedType::isDynamic(size) ? getExpr(*dynamic++)
                                    : onnx::getConstant(&getContext(), size);
    if (!expr)
      return std::nullopt;
    dims.push_back(onnx::simplify(*expr));
  }
  return dims;
}

Value BufferizeKernel::addScratch(MemRefType type, const onnx::Dims &dims,
                                  Location loc) {
  func::FuncOp kernel = getOperation();
  unsigned at = getFirstSymbol();
  auto attrs = DictionaryAttr::get(
      &getContext(),
      {plan::attrs::Dims::named(onnx::DimsAttr::get(&getContext(), dims)),
       plan::attrs::Scratch::named(&getContext())});
  if (failed(kernel.insertArgument(at, type, attrs, loc)))
    return {};
  return kernel.getBody().front().getArgument(at);
}

/// Each task has a part of the scratch:
///   memref.view %scratch[task * bytes]
LogicalResult BufferizeKernel::placeOfTasks(memref::AllocOp alloc,
                                            const onnx::Dims &dims) {
  IRRewriter b(alloc);
  Location loc = alloc.getLoc();
  Value task;
  AffineExpr count = onnx::getConstant(&getContext(), 1);
  auto toValue = [&](OpFoldResult size) {
    return getValueOrCreateConstantIndexOp(b, loc, size);
  };
  SmallVector<scf::ForallOp> foralls;
  for (Operation *op = alloc->getParentOp(); op; op = op->getParentOp())
    if (auto forall = dyn_cast<scf::ForallOp>(op))
      foralls.push_back(forall);
  for (scf::ForallOp forall : llvm::reverse(foralls)) {
    if (!forall.isNormalized())
      return failure();
    for (auto [index, bound] :
         llvm::zip(forall.getInductionVars(), forall.getMixedUpperBound())) {
      std::optional<AffineExpr> size = getExpr(bound);
      if (!size)
        return failure();
      count = count * *size;
      task = !task
                 ? index
                 : b.createOrFold<arith::AddIOp>(
                       loc,
                       b.createOrFold<arith::MulIOp>(loc, task, toValue(bound)),
                       index);
    }
  }
  MemRefType type = alloc.getType();
  AffineExpr bytes = getTaskBytes(dims, type.getElementType());
  Value scratch =
      addScratch(MemRefType::get(ShapedType::kDynamic, b.getI8Type()),
                 {onnx::simplify(count * bytes)}, loc);
  ValueRange symbols =
      ValueRange(getOperation().getArguments()).drop_front(getFirstSymbol());
  Value stride = affine::AffineApplyOp::create(
      b, loc, AffineMap::get(0, symbols.size(), bytes), symbols);
  Value at = b.createOrFold<arith::MulIOp>(loc, task, stride);
  b.replaceOpWithNewOp<memref::ViewOp>(alloc, type, scratch, at,
                                       alloc.getDynamicSizes());
  return success();
}

LogicalResult BufferizeKernel::place(memref::AllocOp alloc) {
  MemRefType type = alloc.getType();
  IRRewriter b(alloc);
  auto parallel = alloc->getParentOfType<scf::ForallOp>();
  bool isStatic = type.hasStaticShape();
  int64_t bytes = isStatic ? type.getNumElements() *
                                 onnx::getStorageBytes(type.getElementType())
                           : 0;
  MachineModel machine = getMachine(alloc);
  // Firmware has less of a stack than that.
  int64_t most = kMaxStackBytes;
  if (parallel && machine.hasThreads)
    most = std::max(most, int64_t(machine.stackBytes / 4));
  else if (parallel)
    most = int64_t(machine.stackBytes / 4);
  auto placeOnStack = [&] {
    b.setInsertionPointToStart(parallel ? parallel.getBody()
                                        : &getOperation().getBody().front());
    b.replaceOpWithNewOp<memref::AllocaOp>(alloc, type,
                                           b.getI64IntegerAttr(64));
    return success();
  };
  if (isStatic && bytes <= most)
    return placeOnStack();
  std::optional<onnx::Dims> dims = getSizes(alloc);
  // Without threads each task takes the same.
  if (dims && (!parallel || (isStatic && !machine.hasThreads))) {
    b.replaceOp(alloc, addScratch(type, *dims, alloc.getLoc()));
    return success();
  }
  if (dims && succeeded(placeOfTasks(alloc, *dims)))
    return success();
  if (isStatic && parallel)
    return placeOnStack();
  return alloc.emitError("a kernel's buffer has a size that is not known "
                         "before it runs");
}

LogicalResult BufferizeKernel::placeAllocations() {
  SmallVector<memref::AllocOp> allocs;
  getOperation().walk([&](memref::AllocOp alloc) { allocs.push_back(alloc); });
  for (memref::AllocOp alloc : allocs)
    if (failed(place(alloc)))
      return failure();
  return success();
}

} // namespace
