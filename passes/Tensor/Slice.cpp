//===- Slice.cpp - Parts of tensors, joined, cut and padded ---------------===//
//
// Copies of slices wherever steps and pads allow it.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/SliceOps.h"
#include "dialects/onnx/SliceRange.h"
#include "passes/Tensor/TensorBuilder.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

SmallVector<OpFoldResult> repeat(OpBuilder &b, int64_t value, int64_t count) {
  return SmallVector<OpFoldResult>(count, b.getIndexAttr(value));
}

/// The tensor with these sizes, where its own type may know fewer of them: a
/// dimension of unknown size is joined with one of known size.
Value assumeSizes(OpBuilder &b, Location loc, Value tensor,
                  ArrayRef<OpFoldResult> sizes) {
  auto type = cast<RankedTensorType>(tensor.getType());
  SmallVector<int64_t> shape;
  for (OpFoldResult size : sizes)
    shape.push_back(getConstantIntValue(size).value_or(ShapedType::kDynamic));
  auto assumed = RankedTensorType::get(shape, type.getElementType());
  if (assumed == type)
    return tensor;
  return tensor::CastOp::create(b, loc, assumed, tensor);
}

/// One copy an operand into its part of the result.
struct LowerConcat : OpConversionPattern<ConcatOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(ConcatOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    int64_t rank = *getRank(op.getConcatResult());
    int64_t axis = *normalizeAxis(op.getAxis(), rank);
    Value result = createEmpty(rewriter, loc, op->getResult(0));
    SmallVector<OpFoldResult> sizes =
        getSizes(rewriter, op, op.getConcatResult());
    SmallVector<OpFoldResult> offsets = repeat(rewriter, 0, rank);
    AffineExpr at = onnxc::onnx::getConstant(getContext(), 0);
    for (auto [input, converted] :
         llvm::zip(op.getInputs(), adaptor.getInputs())) {
      AffineExpr size = (*getDims(input))[axis];
      if (onnxc::onnx::getConstant(size) == 0)
        continue;
      offsets[axis] = getSize(rewriter, op, at);
      sizes[axis] = getSize(rewriter, op, size);
      result = tensor::InsertSliceOp::create(
          rewriter, loc, assumeSizes(rewriter, loc, converted, sizes), result,
          offsets, sizes, repeat(rewriter, 1, rank));
      at = simplify(at + size);
    }
    rewriter.replaceOp(op, result);
    return success();
  }
};

/// A copy of a slice of `source` with the sizes of `result`.
Value copySlice(OpBuilder &b, OpResult result, Value source,
                ArrayRef<OpFoldResult> offsets,
                ArrayRef<OpFoldResult> strides) {
  Location loc = result.getLoc();
  // The place of nothing may be the end, which no slice may begin at; and there
  // is none in nothing.
  auto isEmpty = [](Type type) {
    return llvm::is_contained(cast<RankedTensorType>(type).getShape(), 0);
  };
  if (isEmpty(result.getType()) || isEmpty(source.getType()))
    return createEmpty(b, loc, result);
  SmallVector<OpFoldResult> sizes = getSizes(b, result.getOwner(), result);
  // There is no place in a dimension of size 0.
  if (llvm::any_of(sizes, isZeroInteger))
    return createEmpty(b, loc, result);
  Value slice =
      tensor::ExtractSliceOp::create(b, loc, source, offsets, sizes, strides);
  return TensorBuilder(b, loc).copy(sizes, slice);
}

struct LowerSplit : OpConversionPattern<SplitOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(SplitOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    int64_t rank = *getRank(op.getInput());
    int64_t axis = *normalizeAxis(op.getAxis(), rank);
    SmallVector<OpFoldResult> offsets = repeat(rewriter, 0, rank);
    AffineExpr at = onnxc::onnx::getConstant(getContext(), 0);
    SmallVector<Value> parts;
    for (OpResult result : op->getResults()) {
      offsets[axis] = getSize(rewriter, op, at);
      if (result.use_empty())
        parts.push_back(createEmpty(rewriter, op.getLoc(), result));
      else
        parts.push_back(copySlice(rewriter, result, adaptor.getInput(), offsets,
                                  repeat(rewriter, 1, rank)));
      at = simplify(at + (*getDims(result))[axis]);
    }
    rewriter.replaceOp(op, parts);
    return success();
  }
};

/// The first index a slice takes of a dimension; within the dimension where
/// the slice is not empty.
Value buildFirst(const TensorBuilder &v, Value start, Value size,
                 int64_t step) {
  Value zero = v.index(0);
  Value counted = v.select(v.lt(start, zero), v.add(start, size), start);
  if (step > 0)
    return v.max(v.min(counted, size), zero);
  return v.max(v.min(counted, v.sub(size, v.index(1))), zero);
}

struct LowerSlice : OpConversionPattern<SliceOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(SliceOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    TensorBuilder v(rewriter, op.getLoc());
    int64_t rank = *getRank(op.getData());
    auto ranges = getSliceRanges(rank, op.getStarts(), op.getEnds(),
                                 op.getAxes(), op.getSteps());
    if (!ranges) {
      if (cast<RankedTensorType>(op.getStarts().getType()).isDynamicDim(0))
        return rewriter.notifyMatchFailure(
            op,
            "the number of starts is free: bind their dimension with --dim");
      rewriter.replaceOp(op, buildFromOperands(v, op, adaptor));
      return success();
    }

    SmallVector<OpFoldResult> sizes = getSizes(rewriter, op, op.getData());
    SmallVector<OpFoldResult> offsets = repeat(rewriter, 0, rank);
    SmallVector<OpFoldResult> strides = repeat(rewriter, 1, rank);
    SmallVector<int64_t> steps(rank, 1);
    bool backwards = false;
    for (auto [i, range] : llvm::enumerate(*ranges)) {
      if (!range)
        continue;
      steps[i] = range->step;
      strides[i] = rewriter.getIndexAttr(range->step);
      backwards |= range->step < 0;
      Value size = v.index(sizes[i]);
      Value start = v.index(getSize(rewriter, op, range->start));
      Value first = buildFirst(v, start, size, range->step);
      offsets[i] = getAsOpFoldResult(first);
    }

    OpResult result = op->getResult(0);
    if (!backwards) {
      rewriter.replaceOp(
          op, copySlice(rewriter, result, adaptor.getData(), offsets, strides));
      return success();
    }
    rewriter.replaceOp(op, v.generate(result, [&](ValueRange i) {
      SmallVector<Value> from;
      for (int64_t d = 0; d < rank; ++d)
        from.push_back(
            v.add(v.index(offsets[d]), v.mul(i[d], v.index(steps[d]))));
      return v.extract(adaptor.getData(), from);
    }));
    return success();
  }

private:
  /// Axes and steps are read at run time.
  static Value buildFromOperands(const TensorBuilder &v, SliceOp op,
                                 OpAdaptor adaptor) {
    SmallVector<Value> sizes = readSizes(v.b, op, op.getData());
    int64_t rank = sizes.size();
    Value zero = v.index(0), one = v.index(1);
    SmallVector<Value> firsts(rank, zero), steps(rank, one);
    int64_t count =
        cast<RankedTensorType>(op.getStarts().getType()).getDimSize(0);
    for (int64_t i = 0; i < count; ++i) {
      auto read = [&](Value operand) {
        return v.fromInteger(v.extract(operand, v.index(i)));
      };
      Value start = read(adaptor.getStarts());
      Value step = op.getSteps() ? read(adaptor.getSteps()) : one;
      Value axis = op.getAxes() ? v.wrap(read(adaptor.getAxes()), v.index(rank))
                                : v.index(i);
      for (int64_t d = 0; d < rank; ++d) {
        Value first =
            v.select(v.lt(zero, step), buildFirst(v, start, sizes[d], 1),
                     buildFirst(v, start, sizes[d], -1));
        Value isHere = v.eq(axis, v.index(d));
        firsts[d] = v.select(isHere, first, firsts[d]);
        steps[d] = v.select(isHere, step, steps[d]);
      }
    }
    return v.generate(op->getResult(0), [&](ValueRange i) {
      SmallVector<Value> from;
      for (int64_t d = 0; d < rank; ++d)
        from.push_back(
            v.wrap(v.add(firsts[d], v.mul(i[d], steps[d])), sizes[d]));
      return v.extract(adaptor.getData(), from);
    });
  }
};

struct LowerSliceSize : OpConversionPattern<SliceSizeOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(SliceSizeOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    TensorBuilder v(rewriter, op.getLoc());
    auto element = [&](ValueRange) -> Value {
      auto bound = [&](int64_t i) {
        return v.fromInteger(v.extract(adaptor.getBounds(), v.index(i)));
      };
      Value zero = v.index(0), one = v.index(1);
      Value size = bound(2), step = bound(3);
      Value forwards = v.lt(zero, step);
      // Forwards the bounds lie in [0, size], backwards in [-1, size - 1].
      Value low = v.select(forwards, zero, v.index(-1));
      Value high = v.select(forwards, size, v.sub(size, one));
      auto limit = [&](Value k) {
        Value counted = v.select(v.lt(k, zero), v.add(k, size), k);
        return v.max(v.min(counted, high), low);
      };
      Value first = limit(bound(0)), last = limit(bound(1));
      Value distance = v.max(
          v.select(forwards, v.sub(last, first), v.sub(first, last)), zero);
      Value stride = v.select(forwards, step, v.sub(zero, step));
      Value count = v.div(v.add(distance, v.sub(stride, one)), stride);
      return v.toInteger(count, rewriter.getI64Type());
    };
    rewriter.replaceOp(op, v.generate(op->getResult(0), element));
    return success();
  }
};

struct LowerPad : OpConversionPattern<PadOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(PadOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    TensorBuilder v(rewriter, op.getLoc());
    std::optional<PadOp::Pads> pads = op.getPadsPerDimension();
    if (!pads)
      return rewriter.notifyMatchFailure(
          op, "pads or axes are known at run time only: make them a constant");
    if (op.getMode() != "constant") {
      rewriter.replaceOp(op, buildRepeating(v, op, adaptor, *pads));
      return success();
    }
    Type type = getStorageType(onnxc::onnx::getElementType(op.getOutput()));
    Value fill = adaptor.getConstantValue()
                     ? v.extractScalar(adaptor.getConstantValue())
                     : v.zero(type);
    auto adds = [](ArrayRef<AffineExpr> exprs) {
      return llvm::all_of(exprs, [](AffineExpr e) {
        auto pad = onnxc::onnx::getConstant(e);
        return pad && *pad >= 0;
      });
    };
    if (!adds(pads->begins) || !adds(pads->ends)) {
      rewriter.replaceOp(op, buildChecked(v, op, adaptor, *pads, fill));
      return success();
    }
    SmallVector<OpFoldResult> offsets;
    for (AffineExpr begin : pads->begins)
      offsets.push_back(getSize(rewriter, op, begin));
    Value filled = v.filled(getSizes(rewriter, op, op.getOutput()), fill);
    rewriter.replaceOpWithNewOp<tensor::InsertSliceOp>(
        op, adaptor.getData(), filled, offsets,
        getSizes(rewriter, op, op.getData()),
        repeat(rewriter, 1, offsets.size()));
    return success();
  }

private:
  /// Each element's place in the input, where it has one, else the constant.
  static Value buildChecked(const TensorBuilder &v, PadOp op, OpAdaptor adaptor,
                            const PadOp::Pads &pads, Value fill) {
    SmallVector<Value> begins, sizes;
    readBounds(v, op, pads, begins, sizes);
    return v.generate(op->getResult(0), [&](ValueRange i) -> Value {
      Value zero = v.index(0), inside;
      SmallVector<Value> from;
      for (auto [index, begin, size] : llvm::zip(i, begins, sizes)) {
        Value at = v.sub(index, begin);
        Value fits = v.both(v.lt(v.sub(zero, v.index(1)), at), v.lt(at, size));
        inside = inside ? v.both(inside, fits) : fits;
        from.push_back(at);
      }
      if (!inside)
        return v.extract(adaptor.getData(), from);
      return v.ifThen(inside, fill, [&]() -> SmallVector<Value> {
        return {v.extract(adaptor.getData(), from)};
      })[0];
    });
  }

  /// reflect, edge and wrap: every element comes from the input.
  static Value buildRepeating(const TensorBuilder &v, PadOp op,
                              OpAdaptor adaptor, const PadOp::Pads &pads) {
    SmallVector<Value> begins, sizes, firsts;
    readBounds(v, op, pads, begins, sizes);
    // What a negative pad takes away is not repeated at the other end.
    auto takenBy = [&](AffineExpr pad) {
      return v.max(v.sub(v.index(0), v.index(getSize(v.b, op, pad))),
                   v.index(0));
    };
    for (auto [d, begin] : llvm::enumerate(pads.begins)) {
      firsts.push_back(takenBy(begin));
      sizes[d] = v.sub(v.sub(sizes[d], firsts[d]), takenBy(pads.ends[d]));
    }
    StringRef mode = op.getMode();
    return v.generate(op->getResult(0), [&](ValueRange i) {
      Value zero = v.index(0), one = v.index(1);
      SmallVector<Value> from;
      for (auto [d, index] : llvm::enumerate(i)) {
        if (onnxc::onnx::getConstant(pads.begins[d]) == 0 &&
            onnxc::onnx::getConstant(pads.ends[d]) == 0) {
          from.push_back(index);
          continue;
        }
        Value at = v.sub(v.sub(index, begins[d]), firsts[d]);
        Value last = v.sub(sizes[d], one);
        if (mode == "edge") {
          from.push_back(v.add(v.max(v.min(at, last), zero), firsts[d]));
          continue;
        }
        Value period =
            mode == "wrap" ? sizes[d] : v.max(v.add(last, last), one);
        Value rem = v.create<arith::RemSIOp>(at, period);
        rem = v.select(v.lt(rem, zero), v.add(rem, period), rem);
        if (mode == "reflect")
          rem = v.select(v.lt(last, rem), v.sub(period, rem), rem);
        from.push_back(v.add(rem, firsts[d]));
      }
      return v.extract(adaptor.getData(), from);
    });
  }

  static void readBounds(const TensorBuilder &v, PadOp op,
                         const PadOp::Pads &pads, SmallVector<Value> &begins,
                         SmallVector<Value> &sizes) {
    for (AffineExpr begin : pads.begins)
      begins.push_back(v.index(getSize(v.b, op, begin)));
    sizes = readSizes(v.b, op, op.getData());
  }
};

} // namespace

void onnxc::populateSliceLowering(RewritePatternSet &patterns,
                                  TypeConverter &types) {
  patterns.add<LowerConcat, LowerSplit, LowerSlice, LowerSliceSize, LowerPad>(
      types, patterns.getContext());
}
