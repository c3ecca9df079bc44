//===- Scatter.cpp - Elements written at computed places ------------------===//
//
// A copy of the data, then the updates one after the other, in their order.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ScatterOps.h"
#include "passes/Tensor/Contractions.h"
#include "passes/Tensor/TensorBuilder.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

/// The element of a result after one update.
Value reduce(const TensorBuilder &v, StringRef reduction, Type type,
             Value tensor, ValueRange at, Value update) {
  if (reduction == "none")
    return update;
  Value l = v.load(tensor, at, type);
  Value r = loadElement(v.b, v.loc, update, type);
  ScalarBuilder s(v, type);
  Value computed = reduction == "add"   ? s.add(l, r)
                   : reduction == "mul" ? s.mul(l, r)
                   : reduction == "max" ? s.max(l, r)
                                        : s.min(l, r);
  return storeElement(v.b, v.loc, computed, type);
}

/// Types one computes with as loadElement gives them.
bool canReduce(StringRef reduction, Type type) {
  if (reduction == "none" || type.isF16() || type.isBF16())
    return true;
  return getStorageType(type).getIntOrFloatBitWidth() ==
             type.getIntOrFloatBitWidth() &&
         !(isa<FloatType>(type) && type.getIntOrFloatBitWidth() <= 8);
}

struct LowerScatterElements : OpConversionPattern<ScatterElementsOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(ScatterElementsOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Type type = onnxc::onnx::getElementType(op.getOutput());
    if (!canReduce(op.getReduction(), type))
      return rewriter.notifyMatchFailure(op, refuseElements(type));
    SmallVector<Value> sizes = readSizes(rewriter, op, op.getData());
    int64_t axis = *normalizeAxis(op.getAxis(), sizes.size());
    TensorBuilder v(rewriter, op.getLoc());
    Value copy =
        v.copy(getSizes(rewriter, op, op.getOutput()), adaptor.getData());
    rewriter.replaceOp(
        op,
        v.loops(getSizes(rewriter, op, op.getIndices()), copy,
                [&](ValueRange i, ValueRange tensors) {
                  SmallVector<Value> to(i);
                  Value index =
                      v.fromInteger(v.extract(adaptor.getIndices(), i));
                  to[axis] = v.wrap(index, sizes[axis]);
                  Value update = v.extract(adaptor.getUpdates(), i);
                  Value element = reduce(v, op.getReduction(), type, tensors[0],
                                         to, update);
                  return SmallVector<Value>{v.insert(element, tensors[0], to)};
                }));
    return success();
  }
};

struct LowerScatterND : OpConversionPattern<ScatterNDOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(ScatterNDOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Type type = onnxc::onnx::getElementType(op.getOutput());
    if (!canReduce(op.getReduction(), type))
      return rewriter.notifyMatchFailure(op, refuseElements(type));
    std::optional<int64_t> tuple = op.getTupleSize();
    if (!tuple)
      return rewriter.notifyMatchFailure(
          op, "the size of the index tuples is free: bind the last dimension "
              "of indices with --dim");
    SmallVector<Value> sizes = readSizes(rewriter, op, op.getData());
    SmallVector<OpFoldResult> loops = getSizes(rewriter, op, op.getIndices());
    loops.pop_back();
    int64_t outer = loops.size();
    llvm::append_range(
        loops,
        ArrayRef(getSizes(rewriter, op, op.getData())).drop_front(*tuple));
    TensorBuilder v(rewriter, op.getLoc());
    Value copy =
        v.copy(getSizes(rewriter, op, op.getOutput()), adaptor.getData());
    rewriter.replaceOp(
        op, v.loops(loops, copy, [&](ValueRange i, ValueRange tensors) {
          SmallVector<Value> to, at(i.take_front(outer));
          at.push_back(Value());
          for (int64_t t = 0; t < *tuple; ++t) {
            at.back() = v.index(t);
            Value index = v.fromInteger(v.extract(adaptor.getIndices(), at));
            to.push_back(v.wrap(index, sizes[t]));
          }
          llvm::append_range(to, i.drop_front(outer));
          Value update = v.extract(adaptor.getUpdates(), i);
          Value element =
              reduce(v, op.getReduction(), type, tensors[0], to, update);
          return SmallVector<Value>{v.insert(element, tensors[0], to)};
        }));
    return success();
  }
};

struct LowerTensorScatter : OpConversionPattern<TensorScatterOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(TensorScatterOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    SmallVector<Value> sizes = readSizes(rewriter, op, op.getPastCache());
    int64_t axis = *normalizeAxis(op.getAxis(), sizes.size());
    bool circular = op.getMode() == "circular";
    TensorBuilder v(rewriter, op.getLoc());
    Value copy = v.copy(getSizes(rewriter, op, op.getPresentCache()),
                        adaptor.getPastCache());
    rewriter.replaceOp(
        op,
        v.loops(getSizes(rewriter, op, op.getUpdate()), copy,
                [&](ValueRange i, ValueRange tensors) {
                  SmallVector<Value> to(i);
                  if (Value starts = adaptor.getWriteIndices())
                    to[axis] =
                        v.add(i[axis], v.fromInteger(v.extract(starts, i[0])));
                  if (circular)
                    to[axis] = v.rem(to[axis], sizes[axis]);
                  to[axis] = v.wrap(to[axis], sizes[axis]);
                  Value update = v.extract(adaptor.getUpdate(), i);
                  return SmallVector<Value>{v.insert(update, tensors[0], to)};
                }));
    return success();
  }
};

/// What a row of the result is depends on its number only, so that a row's
/// elements are copied by vectors.
struct LowerAppendRows : OpConversionPattern<AppendRowsOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(AppendRowsOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Value length = readSizes(rewriter, op, op.getPast())[2];
    Value count = readSizes(rewriter, op, op.getRows())[2];
    TensorBuilder v(rewriter, op.getLoc());
    auto body = [&](ValueRange i) {
      Value start = v.fromInteger(v.extract(adaptor.getStarts(), i[0]));
      Value row = v.sub(i[2], start);
      Value isNew = v.both(v.le(v.index(0), row), v.lt(row, count));
      auto read = [&](Value tensor, Value row) -> SmallVector<Value> {
        return {v.extract(tensor, {i[0], i[1], row, i[3]})};
      };
      auto readPast = [&] { return read(adaptor.getPast(), i[2]); };
      auto readOld = [&] {
        Type type = getElementTypeOrSelf(adaptor.getPast());
        return v.ifThen(v.lt(i[2], length), v.zero(type), readPast);
      };
      auto readNew = [&] { return read(adaptor.getRows(), row); };
      return v.ifElse(isNew, readNew, readOld)[0];
    };
    rewriter.replaceOp(op, v.generate(op->getResult(0), body));
    return success();
  }
};

/// What columns are summed in. Floats of 16 bits are rounded once, at the end;
/// of bools the sum is whether one holds, the largest of their bytes.
Type getColumnSumType(Type type) {
  if (type.isInteger(1))
    return IntegerType::get(type.getContext(), 8, IntegerType::Unsigned);
  return isa<FloatType>(type) ? getComputeType(type) : type;
}

/// Every element of every column is added to its place in the image, but for
/// those in the padding.
class ColumnsToImage {
public:
  ColumnsToImage(OpBuilder &b, Col2ImOp op, Value input,
                 ArrayRef<AffineExpr> block)
      : v(b, op.getLoc()), op(op), input(input),
        type(getElementType(op.getOutput())), isBool(type.isInteger(1)),
        sumType(getColumnSumType(type)),
        image(readSizes(b, op, op.getOutput())), spatial(block.size()),
        dilations(spatial, 1), strides(spatial, 1), pads(2 * spatial, 0) {
    auto read = [](SmallVector<int64_t> &values,
                   std::optional<ArrayRef<int64_t>> given) {
      if (given)
        values = SmallVector<int64_t>(*given);
    };
    read(dilations, op.getDilations());
    read(strides, op.getStrides());
    read(pads, op.getPads());
    for (int64_t d = 0; d < spatial; ++d) {
      blockSizes.push_back(v.index(getSize(b, op, block[d])));
      AffineExpr extent = (block[d] - 1) * dilations[d] + 1;
      Value padding =
          v.index(getSize(b, op, -extent + pads[d] + pads[spatial + d]));
      Value room = v.max(v.add(image[2 + d], padding), v.index(0));
      Value count = v.add(v.div(room, v.index(strides[d])), 1);
      counts.push_back(v.max(count, v.index(0)));
    }
  }

  Value build() {
    // Loops: batch, channel, place in the block, place of the block.
    SmallVector<OpFoldResult> loops = getSizes(v.b, op, op.getOutput());
    Value zero = v.filled(loops, v.zero(getStorageType(sumType)));
    loops.resize(2);
    llvm::append_range(loops, getAsOpFoldResult(ArrayRef(blockSizes)));
    llvm::append_range(loops, getAsOpFoldResult(ArrayRef(counts)));
    Value sums = v.loops(loops, zero, [&](ValueRange i, ValueRange tensors) {
      return addElement(i, tensors);
    })[0];
    return roundSums(v.b, v.loc, sums, op->getResult(0));
  }

private:
  SmallVector<Value> addElement(ValueRange i, ValueRange tensors) {
    Value row = i[1], column = v.index(0), inside;
    SmallVector<Value> to(i.take_front(2));
    for (int64_t d = 0; d < spatial; ++d) {
      Value k = i[2 + d], place = i[2 + spatial + d];
      row = v.add(v.mul(row, blockSizes[d]), k);
      column = v.add(v.mul(column, counts[d]), place);
      Value at = v.sub(v.add(v.mul(place, strides[d]), v.mul(k, dilations[d])),
                       pads[d]);
      Value fits = v.both(v.lt(v.index(-1), at), v.lt(at, image[2 + d]));
      inside = inside ? v.both(inside, fits) : fits;
      to.push_back(at);
    }
    return v.ifThen(inside, tensors, [&]() -> SmallVector<Value> {
      Value update = v.extract(input, {i[0], row, column});
      if (isa<FloatType>(type))
        update = loadElement(v.b, v.loc, update, type);
      Value sum =
          reduce(v, isBool ? "max" : "add", sumType, tensors[0], to, update);
      return {v.insert(sum, tensors[0], to)};
    });
  }

  TensorBuilder v;
  Col2ImOp op;
  Value input;
  Type type;
  bool isBool;
  Type sumType;
  SmallVector<Value> image; // its sizes
  int64_t spatial;
  SmallVector<int64_t> dilations, strides, pads;
  SmallVector<Value> counts, blockSizes;
};

struct LowerCol2Im : OpConversionPattern<Col2ImOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(Col2ImOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Type type = onnxc::onnx::getElementType(op.getOutput());
    if (!type.isInteger(1) && !canReduce("add", type))
      return rewriter.notifyMatchFailure(op, refuseElements(type));
    std::optional<Dims> block = getKnownInts(op.getBlockShape());
    if (!block)
      return rewriter.notifyMatchFailure(
          op, "block_shape is known at run time only: make it a constant");
    rewriter.replaceOp(
        op, ColumnsToImage(rewriter, op, adaptor.getInput(), *block).build());
    return success();
  }
};

} // namespace

void onnxc::populateScatterLowering(RewritePatternSet &patterns,
                                    TypeConverter &types) {
  patterns.add<LowerScatterElements, LowerScatterND, LowerTensorScatter,
               LowerAppendRows, LowerCol2Im>(types, patterns.getContext());
}
