//===- CheckAccesses.cpp - No access is outside of its tensor -------------===//
//
// For tests: before each load and store of a kernel the place is compared with
// the size of the memory that it is in, a tensor or a temporary, through all
// views of it. Rows may run into the next ones, as panels and padded images are
// read; what is refused is what no tensor has.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ValueBuilder.h"
#include "dialects/plan/Kernels.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "passes/Loops/LoopsPasses.h"

namespace onnxc {
#define GEN_PASS_DEF_CHECKACCESSES
#include "passes/Loops/LoopsPasses.h.inc"
} // namespace onnxc

using namespace mlir;
using namespace onnxc;

namespace {

/// Where a view's elements are in the memory that it is of.
struct Placement {
  Value memory;
  Value offset;
  SmallVector<Value> strides;
};

class AccessChecker {
public:
  AccessChecker(Operation *op, StringRef kernel)
      : b(op), v(b, op->getLoc()), op(op), kernel(kernel) {}

  void run() {
    if (auto load = dyn_cast<memref::LoadOp>(op))
      return check(load.getMemRef(), load.getIndices(), v.index(1));
    if (auto store = dyn_cast<memref::StoreOp>(op))
      return check(store.getMemRef(), store.getIndices(), v.index(1));
    if (auto load = dyn_cast<vector::LoadOp>(op))
      return check(load.getBase(), load.getIndices(),
                   getLength(load.getVectorType()));
    if (auto store = dyn_cast<vector::StoreOp>(op))
      return check(store.getBase(), store.getIndices(),
                   getLength(store.getVectorType()));
    if (auto read = dyn_cast<vector::TransferReadOp>(op))
      return check(read.getBase(), read.getIndices(),
                   getLength(read.getVectorType()));
    if (auto write = dyn_cast<vector::TransferWriteOp>(op))
      return check(write.getBase(), write.getIndices(),
                   getLength(write.getVectorType()));
    if (auto load = dyn_cast<vector::MaskedLoadOp>(op))
      return check(load.getBase(), load.getIndices(),
                   getLength(load.getMask()));
    if (auto store = dyn_cast<vector::MaskedStoreOp>(op))
      return check(store.getBase(), store.getIndices(),
                   getLength(store.getMask()));
  }

private:
  OpBuilder b;
  onnx::ValueBuilder v;
  Operation *op;
  StringRef kernel;

  Value getLength(VectorType type) { return v.index(type.getNumElements()); }

  /// The lanes that a mask lets through, where they are the first ones.
  Value getLength(Value mask) {
    auto created = mask.getDefiningOp<vector::CreateMaskOp>();
    if (!created || created.getOperands().size() != 1)
      return {};
    Value lanes = v.index(cast<VectorType>(mask.getType()).getNumElements());
    return v.min(v.max(created.getOperand(0), v.index(0)), lanes);
  }

  void check(Value view, ValueRange indices, Value length) {
    std::optional<Placement> placement = getPlacement(view);
    if (!placement || !length)
      return;
    Value at = placement->offset;
    for (auto [index, stride] : llvm::zip(indices, placement->strides))
      at = v.add(at, v.mul(index, stride));
    Value total = v.index(1);
    for (Value size : getSizes(placement->memory))
      total = v.mul(total, size);
    Value zero = v.index(0);
    Value isInside = v.both(v.le(zero, at), v.le(v.add(at, length), total));
    Value isNothing = v.eq(length, zero);
    Value isGood = arith::OrIOp::create(b, op->getLoc(), isInside, isNothing);
    cf::AssertOp::create(b, op->getLoc(), isGood,
                         (kernel + ": " + op->getName().getStringRef() +
                          " outside of its tensor")
                             .str());
  }

  SmallVector<Value> getSizes(Value memory) {
    SmallVector<Value> sizes;
    auto type = cast<MemRefType>(memory.getType());
    for (int64_t d = 0; d < type.getRank(); ++d)
      sizes.push_back(type.isDynamicDim(d)
                          ? Value(memref::DimOp::create(b, op->getLoc(), memory,
                                                        v.index(d)))
                          : v.index(type.getDimSize(d)));
    return sizes;
  }

  SmallVector<Value> getIndices(ArrayRef<OpFoldResult> numbers) {
    SmallVector<Value> values;
    for (OpFoldResult number : numbers)
      values.push_back(v.index(number));
    return values;
  }

  /// Row-major over the view's own sizes.
  SmallVector<Value> getDenseStrides(Value view) {
    SmallVector<Value> sizes = getSizes(view), strides(sizes.size());
    Value stride = v.index(1);
    for (int64_t d = sizes.size() - 1; d >= 0; --d) {
      strides[d] = stride;
      stride = v.mul(stride, sizes[d]);
    }
    return strides;
  }

  /// None where it is not known, as of what a loop carries.
  std::optional<Placement> getPlacement(Value view) {
    Operation *producer = view.getDefiningOp();
    bool isDense = cast<MemRefType>(view.getType()).getLayout().isIdentity();
    if (isa_and_nonnull<memref::AllocaOp, memref::AllocOp>(producer) ||
        (!producer &&
         isa<FunctionOpInterface>(view.getParentBlock()->getParentOp())))
      return Placement{view, v.index(0), getDenseStrides(view)};
    if (auto subview = dyn_cast_or_null<memref::SubViewOp>(producer))
      return getPlacement(subview);
    if (auto cast = dyn_cast_or_null<memref::ReinterpretCastOp>(producer)) {
      std::optional<Placement> source = getPlacement(cast.getSource());
      if (!source)
        return std::nullopt;
      return Placement{source->memory, v.index(cast.getMixedOffsets().front()),
                       getIndices(cast.getMixedStrides())};
    }
    if (!isDense ||
        !isa_and_nonnull<memref::CollapseShapeOp, memref::ExpandShapeOp,
                         memref::CastOp>(producer))
      return std::nullopt;
    std::optional<Placement> source = getPlacement(producer->getOperand(0));
    if (source)
      source->strides = getDenseStrides(view);
    return source;
  }

  std::optional<Placement> getPlacement(memref::SubViewOp subview) {
    std::optional<Placement> source = getPlacement(subview.getSource());
    if (!source)
      return std::nullopt;
    llvm::SmallBitVector dropped = subview.getDroppedDims();
    SmallVector<Value> strides;
    for (auto [d, stride] : llvm::enumerate(source->strides)) {
      source->offset = v.add(
          source->offset, v.mul(v.index(subview.getMixedOffsets()[d]), stride));
      if (!dropped.test(d))
        strides.push_back(v.mul(v.index(subview.getMixedStrides()[d]), stride));
    }
    source->strides = strides;
    return source;
  }
};

struct CheckAccesses : onnxc::impl::CheckAccessesBase<CheckAccesses> {
  void runOnOperation() override {
    func::FuncOp kernel = getOperation();
    if (!isKernel(kernel))
      return;
    SmallVector<Operation *> ops;
    kernel.walk([&](Operation *op) { ops.push_back(op); });
    for (Operation *op : ops)
      AccessChecker(op, kernel.getName()).run();
  }
};

} // namespace
