//===- Slice.cpp - Parts of tensors, joined, cut and padded ---------------===//
//
// Copies of slices wherever steps and pads allow it.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/SliceOps.h"
#include "dialects/onnx/SliceRange.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "passes/Tensor/IndexedLoops.h"

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
  return createCopy(b, loc, sizes, slice);
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
Value buildFirst(IndexBuilder &b, Value start, Value size, int64_t step) {
  Value zero = b.constant(0);
  Value counted = b.select(b.lt(start, zero), b.add(start, size), start);
  if (step > 0)
    return b.max(b.min(counted, size), zero);
  return b.max(b.min(counted, b.sub(size, b.constant(1))), zero);
}

struct LowerSlice : OpConversionPattern<SliceOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(SliceOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    int64_t rank = *getRank(op.getData());
    auto ranges = getSliceRanges(rank, op.getStarts(), op.getEnds(),
                                 op.getAxes(), op.getSteps());
    if (!ranges) {
      if (cast<RankedTensorType>(op.getStarts().getType()).isDynamicDim(0))
        return rewriter.notifyMatchFailure(
            op,
            "the number of starts is free: bind their dimension with --dim");
      rewriter.replaceOp(op, buildFromOperands(op, adaptor, rewriter));
      return success();
    }

    IndexBuilder b(rewriter, loc);
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
      Value size = b.materialize(sizes[i]);
      Value start = b.materialize(getSize(rewriter, op, range->start));
      Value first = buildFirst(b, start, size, range->step);
      offsets[i] = getAsOpFoldResult(first);
    }

    OpResult result = op->getResult(0);
    if (!backwards) {
      rewriter.replaceOp(
          op, copySlice(rewriter, result, adaptor.getData(), offsets, strides));
      return success();
    }
    rewriter.replaceOp(
        op, generate(rewriter, result, [&](IndexBuilder &at, ValueRange i) {
          SmallVector<Value> from;
          for (int64_t d = 0; d < rank; ++d)
            from.push_back(at.add(at.materialize(offsets[d]),
                                  at.mul(i[d], at.constant(steps[d]))));
          return at.extract(adaptor.getData(), from);
        }));
    return success();
  }

private:
  /// Axes and steps are read at run time.
  static Value buildFromOperands(SliceOp op, OpAdaptor adaptor,
                                 OpBuilder &builder) {
    IndexBuilder b(builder, op.getLoc());
    SmallVector<Value> sizes = readSizes(builder, op, op.getData());
    int64_t rank = sizes.size();
    Value zero = b.constant(0), one = b.constant(1);
    SmallVector<Value> firsts(rank, zero), steps(rank, one);
    int64_t count =
        cast<RankedTensorType>(op.getStarts().getType()).getDimSize(0);
    for (int64_t i = 0; i < count; ++i) {
      auto read = [&](Value operand) {
        return b.fromInteger(b.extract(operand, b.constant(i)));
      };
      Value start = read(adaptor.getStarts());
      Value step = op.getSteps() ? read(adaptor.getSteps()) : one;
      Value axis = op.getAxes()
                       ? b.wrap(read(adaptor.getAxes()), b.constant(rank))
                       : b.constant(i);
      for (int64_t d = 0; d < rank; ++d) {
        Value first =
            b.select(b.lt(zero, step), buildFirst(b, start, sizes[d], 1),
                     buildFirst(b, start, sizes[d], -1));
        Value isHere = b.eq(axis, b.constant(d));
        firsts[d] = b.select(isHere, first, firsts[d]);
        steps[d] = b.select(isHere, step, steps[d]);
      }
    }
    return generate(
        builder, op->getResult(0), [&](IndexBuilder &at, ValueRange i) {
          SmallVector<Value> from;
          for (int64_t d = 0; d < rank; ++d)
            from.push_back(
                at.wrap(at.add(firsts[d], at.mul(i[d], steps[d])), sizes[d]));
          return at.extract(adaptor.getData(), from);
        });
  }
};

struct LowerSliceSize : OpConversionPattern<SliceSizeOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(SliceSizeOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto element = [&](IndexBuilder &b, ValueRange) -> Value {
      auto bound = [&](int64_t i) {
        return b.fromInteger(b.extract(adaptor.getBounds(), b.constant(i)));
      };
      Value zero = b.constant(0), one = b.constant(1);
      Value size = bound(2), step = bound(3);
      Value forwards = b.lt(zero, step);
      // Forwards the bounds lie in [0, size], backwards in [-1, size - 1].
      Value low = b.select(forwards, zero, b.constant(-1));
      Value high = b.select(forwards, size, b.sub(size, one));
      auto limit = [&](Value k) {
        Value counted = b.select(b.lt(k, zero), b.add(k, size), k);
        return b.max(b.min(counted, high), low);
      };
      Value first = limit(bound(0)), last = limit(bound(1));
      Value distance = b.max(
          b.select(forwards, b.sub(last, first), b.sub(first, last)), zero);
      Value stride = b.select(forwards, step, b.sub(zero, step));
      Value count = b.div(b.add(distance, b.sub(stride, one)), stride);
      return b.toInteger(count, rewriter.getI64Type());
    };
    rewriter.replaceOp(op, generate(rewriter, op->getResult(0), element));
    return success();
  }
};

struct LowerPad : OpConversionPattern<PadOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(PadOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    std::optional<PadOp::Pads> pads = op.getPadsPerDimension();
    if (!pads)
      return rewriter.notifyMatchFailure(
          op, "pads or axes are known at run time only: make them a constant");
    if (op.getMode() != "constant") {
      rewriter.replaceOp(op, buildRepeating(op, adaptor, *pads, rewriter));
      return success();
    }
    Type type = getStorageType(onnxc::onnx::getElementType(op.getOutput()));
    IndexBuilder b(rewriter, op.getLoc());
    Value fill = adaptor.getConstantValue()
                     ? b.extractScalar(adaptor.getConstantValue())
                     : b.zero(type);
    auto adds = [](ArrayRef<AffineExpr> exprs) {
      return llvm::all_of(exprs, [](AffineExpr e) {
        auto pad = onnxc::onnx::getConstant(e);
        return pad && *pad >= 0;
      });
    };
    if (!adds(pads->begins) || !adds(pads->ends)) {
      rewriter.replaceOp(op, buildChecked(op, adaptor, *pads, fill, rewriter));
      return success();
    }
    SmallVector<OpFoldResult> offsets;
    for (AffineExpr begin : pads->begins)
      offsets.push_back(getSize(rewriter, op, begin));
    Value filled = createFilled(rewriter, op.getLoc(),
                                getSizes(rewriter, op, op.getOutput()), fill);
    rewriter.replaceOpWithNewOp<tensor::InsertSliceOp>(
        op, adaptor.getData(), filled, offsets,
        getSizes(rewriter, op, op.getData()),
        repeat(rewriter, 1, offsets.size()));
    return success();
  }

private:
  /// Each element's place in the input, where it has one, else the constant.
  static Value buildChecked(PadOp op, OpAdaptor adaptor,
                            const PadOp::Pads &pads, Value fill,
                            OpBuilder &builder) {
    SmallVector<Value> begins, sizes;
    readBounds(op, pads, builder, begins, sizes);
    return generate(
        builder, op->getResult(0), [&](IndexBuilder &b, ValueRange i) -> Value {
          Value zero = b.constant(0), inside;
          SmallVector<Value> from;
          for (auto [index, begin, size] : llvm::zip(i, begins, sizes)) {
            Value at = b.sub(index, begin);
            Value fits =
                b.land(b.lt(b.sub(zero, b.constant(1)), at), b.lt(at, size));
            inside = inside ? b.land(inside, fits) : fits;
            from.push_back(at);
          }
          if (!inside)
            return b.extract(adaptor.getData(), from);
          auto read = scf::IfOp::create(
              b.b, b.loc, inside,
              [&](OpBuilder &inner, Location l) {
                scf::YieldOp::create(
                    inner, l,
                    IndexBuilder(inner, l).extract(adaptor.getData(), from));
              },
              [&](OpBuilder &inner, Location l) {
                scf::YieldOp::create(inner, l, fill);
              });
          return read.getResult(0);
        });
  }

  /// reflect, edge and wrap: every element comes from the input.
  static Value buildRepeating(PadOp op, OpAdaptor adaptor,
                              const PadOp::Pads &pads, OpBuilder &builder) {
    SmallVector<Value> begins, sizes;
    readBounds(op, pads, builder, begins, sizes);
    StringRef mode = op.getMode();
    return generate(
        builder, op->getResult(0), [&](IndexBuilder &b, ValueRange i) {
          Value zero = b.constant(0), one = b.constant(1);
          SmallVector<Value> from;
          for (auto [d, index] : llvm::enumerate(i)) {
            if (onnxc::onnx::getConstant(pads.begins[d]) == 0 &&
                onnxc::onnx::getConstant(pads.ends[d]) == 0) {
              from.push_back(index);
              continue;
            }
            Value at = b.sub(index, begins[d]), last = b.sub(sizes[d], one);
            if (mode == "edge") {
              from.push_back(b.max(b.min(at, last), zero));
              continue;
            }
            Value period =
                mode == "wrap" ? sizes[d] : b.max(b.add(last, last), one);
            Value rem = arith::RemSIOp::create(b.b, b.loc, at, period);
            rem = b.select(b.lt(rem, zero), b.add(rem, period), rem);
            if (mode == "reflect")
              rem = b.select(b.lt(last, rem), b.sub(period, rem), rem);
            from.push_back(rem);
          }
          return b.extract(adaptor.getData(), from);
        });
  }

  static void readBounds(PadOp op, const PadOp::Pads &pads, OpBuilder &builder,
                         SmallVector<Value> &begins,
                         SmallVector<Value> &sizes) {
    IndexBuilder b(builder, op.getLoc());
    for (AffineExpr begin : pads.begins)
      begins.push_back(b.materialize(getSize(builder, op, begin)));
    for (OpFoldResult size : getSizes(builder, op, op.getData()))
      sizes.push_back(b.materialize(size));
  }
};

} // namespace

void onnxc::populateSliceLowering(RewritePatternSet &patterns,
                                  TypeConverter &types) {
  patterns.add<LowerConcat, LowerSplit, LowerSlice, LowerSliceSize, LowerPad>(
      types, patterns.getContext());
}
