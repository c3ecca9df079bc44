//===- FlattenAccesses.cpp - Loads and stores of rows ---------------------===//
//
// A device's function has its buffers as rows. Views of them become index
// arithmetic where an element is read or written:
//
//   %v = memref.subview (reinterpret_cast %row ...) [i, 0] ...
//   memref.load %v[j]            memref.load %row[i * 384 + j]
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "passes/Device/DevicePasses.h"

namespace onnxc {
#define GEN_PASS_DEF_FLATTENACCESSES
#include "passes/Device/DevicePasses.h.inc"
} // namespace onnxc

using namespace mlir;
using namespace onnxc;

namespace {

/// A view of a row: element (i, j, ...) is at offset + i * stride[0] + ...
struct View {
  Value row;
  OpFoldResult offset;
  SmallVector<OpFoldResult> sizes, strides;
};

class Flattener {
public:
  explicit Flattener(Location loc, MLIRContext *context)
      : loc(loc), b(context) {}

  LogicalResult visit(Operation *op) {
    b.setInsertionPoint(op);
    loc = op->getLoc();
    if (auto load = dyn_cast<memref::LoadOp>(op))
      return flatten(op, load.getMemrefMutable(), load.getIndicesMutable());
    if (auto store = dyn_cast<memref::StoreOp>(op))
      return flatten(op, store.getMemrefMutable(), store.getIndicesMutable());
    if (auto store = dyn_cast<vector::StoreOp>(op))
      return flatten(op, store.getBaseMutable(), store.getIndicesMutable());
    // Its target is a row of the group's memory.
    if (auto copy = dyn_cast<nvgpu::DeviceAsyncCopyOp>(op))
      return flatten(op, copy.getSrcMutable(), copy.getSrcIndicesMutable());
    if (auto dim = dyn_cast<memref::DimOp>(op)) {
      FailureOr<View> view = getView(op, dim.getSource());
      std::optional<int64_t> at = dim.getConstantIndex();
      if (failed(view))
        return failure();
      if (!at || getConstantIntValue(view->sizes[*at]) == ShapedType::kDynamic)
        return op->emitError("asks for a size that the device does not know");
      dim.replaceAllUsesWith(
          getValueOrCreateConstantIndexOp(b, loc, view->sizes[*at]));
    }
    return success();
  }

private:
  /// Has the access name the row, and one index into it.
  LogicalResult flatten(Operation *op, OpOperand &base,
                        MutableOperandRange indices) {
    FailureOr<std::pair<Value, Value>> place =
        getPlace(op, base.get(), indices.getAsOperandRange());
    if (failed(place))
      return failure();
    base.set(place->first);
    indices.assign(place->second);
    return success();
  }

  OpFoldResult number(int64_t value) { return b.getIndexAttr(value); }
  OpFoldResult apply(AffineExpr expr, ArrayRef<OpFoldResult> operands) {
    return affine::makeComposedFoldedAffineApply(b, loc, expr, operands);
  }
  OpFoldResult mul(OpFoldResult l, OpFoldResult r) {
    return apply(b.getAffineSymbolExpr(0) * b.getAffineSymbolExpr(1), {l, r});
  }
  /// sum + l * r, whatever of them is a loop's variable.
  OpFoldResult mulAdd(OpFoldResult sum, OpFoldResult l, OpFoldResult r) {
    if (getConstantIntValue(r) == 1 || getConstantIntValue(l) == 0)
      return apply(b.getAffineDimExpr(0) + b.getAffineDimExpr(1),
                   {sum, getConstantIntValue(l) == 0 ? number(0) : l});
    Value product = arith::MulIOp::create(
        b, loc, getValueOrCreateConstantIndexOp(b, loc, l),
        getValueOrCreateConstantIndexOp(b, loc, r));
    if (getConstantIntValue(sum) == 0)
      return product;
    return arith::AddIOp::create(
               b, loc, getValueOrCreateConstantIndexOp(b, loc, sum), product)
        .getResult();
  }

  FailureOr<std::pair<Value, Value>> getPlace(Operation *op, Value buffer,
                                              ValueRange indices) {
    FailureOr<View> view = getView(op, buffer);
    if (failed(view))
      return failure();
    OpFoldResult at = view->offset;
    for (auto [index, stride] : llvm::zip_equal(indices, view->strides))
      at = mulAdd(at, getAsOpFoldResult(index), stride);
    return std::make_pair(view->row,
                          getValueOrCreateConstantIndexOp(b, loc, at));
  }

  /// Sizes and strides of a buffer without a layout.
  View getWhole(Value buffer) {
    auto type = cast<MemRefType>(buffer.getType());
    View view{buffer, number(0), {}, {}};
    int64_t stride = 1;
    for (int64_t size : llvm::reverse(type.getShape())) {
      view.sizes.push_back(number(size));
      view.strides.push_back(number(stride));
      stride *= size;
    }
    std::reverse(view.sizes.begin(), view.sizes.end());
    std::reverse(view.strides.begin(), view.strides.end());
    return view;
  }

  FailureOr<View> getView(Operation *user, Value buffer) {
    Operation *op = buffer.getDefiningOp();
    if (!op && isa<gpu::GPUFuncOp>(
                   cast<BlockArgument>(buffer).getOwner()->getParentOp()))
      return getWhole(buffer);
    if (!op)
      return user->emitError("reads a buffer that a loop carries, which the "
                             "device cannot");
    if (auto alloca = dyn_cast<memref::AllocaOp>(op)) {
      View view = getWhole(buffer);
      if (alloca.getType().getRank() != 1)
        view.row = getRow(alloca);
      return view;
    }
    if (auto cast = dyn_cast<memref::CastOp>(op))
      return getView(user, cast.getSource());
    if (auto cast = dyn_cast<memref::ReinterpretCastOp>(op)) {
      FailureOr<View> source = getView(user, cast.getSource());
      if (failed(source))
        return failure();
      return View{source->row, cast.getConstifiedMixedOffset(),
                  cast.getConstifiedMixedSizes(),
                  cast.getConstifiedMixedStrides()};
    }
    if (auto subview = dyn_cast<memref::SubViewOp>(op))
      return getSubView(user, subview);
    if (auto collapse = dyn_cast<memref::CollapseShapeOp>(op))
      return getCollapsed(user, collapse);
    if (auto expand = dyn_cast<memref::ExpandShapeOp>(op))
      return getExpanded(user, expand);
    return user->emitError("reads a buffer that ")
           << op->getName() << " gives, which the device cannot";
  }

  FailureOr<View> getSubView(Operation *user, memref::SubViewOp op) {
    FailureOr<View> view = getView(user, op.getSource());
    if (failed(view))
      return failure();
    llvm::SmallBitVector dropped = op.getDroppedDims();
    View result{view->row, view->offset, {}, {}};
    for (auto [i, offset, size, step] : llvm::enumerate(
             op.getMixedOffsets(), op.getMixedSizes(), op.getMixedStrides())) {
      result.offset = mulAdd(result.offset, offset, view->strides[i]);
      if (dropped[i])
        continue;
      result.sizes.push_back(size);
      result.strides.push_back(getConstantIntValue(step) == 1
                                   ? view->strides[i]
                                   : mul(view->strides[i], step));
    }
    return result;
  }

  FailureOr<View> getCollapsed(Operation *user, memref::CollapseShapeOp op) {
    FailureOr<View> view = getView(user, op.getSrc());
    if (failed(view))
      return failure();
    View result{view->row, view->offset, {}, {}};
    for (ReassociationIndices group : op.getReassociationIndices()) {
      if (group.size() == 1) {
        result.sizes.push_back(view->sizes[group[0]]);
        result.strides.push_back(view->strides[group[0]]);
        continue;
      }
      OpFoldResult size = number(1), stride = number(1);
      bool hasStride = false;
      for (int64_t i : llvm::reverse(group)) {
        size = mul(size, view->sizes[i]);
        // Dimensions of one element may have any stride.
        if (!hasStride && getConstantIntValue(view->sizes[i]) != 1) {
          stride = view->strides[i];
          hasStride = true;
        }
      }
      result.sizes.push_back(size);
      result.strides.push_back(stride);
    }
    return result;
  }

  FailureOr<View> getExpanded(Operation *user, memref::ExpandShapeOp op) {
    FailureOr<View> view = getView(user, op.getSrc());
    if (failed(view))
      return failure();
    View result{
        view->row,
        view->offset,
        getMixedValues(op.getStaticOutputShape(), op.getOutputShape(), b),
        {}};
    result.strides.assign(result.sizes.size(), number(1));
    for (auto [g, group] : llvm::enumerate(op.getReassociationIndices())) {
      OpFoldResult stride = view->strides[g];
      for (int64_t i : llvm::reverse(group)) {
        result.strides[i] = stride;
        stride = mul(stride, result.sizes[i]);
      }
    }
    return result;
  }

  /// Private memory as a row.
  Value getRow(memref::AllocaOp alloca) {
    Value &row = rows[alloca];
    if (!row) {
      OpBuilder::InsertionGuard guard(b);
      b.setInsertionPoint(alloca);
      MemRefType type = alloca.getType();
      row = memref::AllocaOp::create(
          b, alloca.getLoc(),
          MemRefType::get({type.getNumElements()}, type.getElementType()));
    }
    return row;
  }

  Location loc;
  OpBuilder b;
  llvm::DenseMap<Operation *, Value> rows;
};

struct FlattenAccesses : onnxc::impl::FlattenAccessesBase<FlattenAccesses> {
  using FlattenAccessesBase::FlattenAccessesBase;

  void runOnOperation() override {
    gpu::GPUFuncOp function = getOperation();
    SmallVector<Operation *> ops;
    function.walk([&](Operation *op) {
      if (isa<memref::LoadOp, memref::StoreOp, memref::DimOp, vector::StoreOp,
              nvgpu::DeviceAsyncCopyOp>(op))
        ops.push_back(op);
    });
    Flattener flattener(function.getLoc(), &getContext());
    for (Operation *op : ops)
      if (failed(flattener.visit(op)))
        return signalPassFailure();
    // Views that nothing reads any more.
    SmallVector<Operation *> views;
    function.walk([&](Operation *op) {
      if (op->getNumResults() == 1 &&
          isa<MemRefType>(op->getResult(0).getType()))
        views.push_back(op);
    });
    for (Operation *op : llvm::reverse(views))
      if (op->use_empty())
        op->erase();
    for (Operation *op : ops)
      if (isa<memref::DimOp>(op) && op->use_empty())
        op->erase();
  }
};

} // namespace
