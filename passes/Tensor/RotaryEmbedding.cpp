//===- RotaryEmbedding.cpp - Rotation by positions ------------------------===//
//
// Pairs (x1, x2) of features become (x1 cos - x2 sin, x1 sin + x2 cos); what is
// beyond the rotated part is copied.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/AttentionOps.h"
#include "passes/Tensor/TensorBuilder.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

/// The features of all heads at one position.
struct Rotation {
  ScalarBuilder s;
  TensorBuilder v;
  RotaryEmbeddingOp op;
  RotaryEmbeddingOp::Adaptor adaptor;
  Type element;
  int64_t heads;
  AffineExpr headSize, rotated;

  /// `row` is where x has them, `at` where the caches have their angles.
  Value rotate(ValueRange row, ArrayRef<Value> at, Value tile) {
    OpFoldResult half = getSize(v.b, op, simplify(rotated.floorDiv(2)));
    bool interleaved = op.getInterleaved() != 0;
    Value size = v.index(getSize(v.b, op, headSize));
    auto cached = [&](Value cache, Value angle) {
      SmallVector<Value> indices(at);
      indices.push_back(angle);
      return v.load(cache, indices, element);
    };
    auto body = [&](ValueRange i, ValueRange kept) -> SmallVector<Value> {
      Value feature = interleaved ? v.mul(i[1], 2) : i[1];
      Value at1 = v.add(v.mul(i[0], size), feature);
      Value at2 = v.add(at1, interleaved ? v.index(1) : v.index(half));
      Value x1 = load(row, at1), x2 = load(row, at2);
      Value cos = cached(adaptor.getCosCache(), i[1]);
      Value sin = cached(adaptor.getSinCache(), i[1]);
      Value real = s.sub(s.mul(cos, x1), s.mul(sin, x2));
      Value imaginary = s.add(s.mul(sin, x1), s.mul(cos, x2));
      Value next = v.store(real, kept[0], at1, element);
      return {v.store(imaginary, next, at2, element)};
    };
    return v.loops({v.b.getIndexAttr(heads), half}, tile, body)[0];
  }

  Value copyRest(ValueRange row, Value tile) {
    if (rotated == headSize)
      return tile;
    Value size = v.index(getSize(v.b, op, headSize)),
          first = v.index(getSize(v.b, op, rotated));
    auto body = [&](ValueRange i, ValueRange kept) -> SmallVector<Value> {
      Value at = v.add(v.add(v.mul(i[0], size), i[1]), first);
      return {v.store(load(row, at), kept[0], at, element)};
    };
    OpFoldResult rest = getSize(v.b, op, simplify(headSize - rotated));
    return v.loops({v.b.getIndexAttr(heads), rest}, tile, body)[0];
  }

private:
  Value load(ValueRange row, Value feature) {
    SmallVector<Value> at(row);
    at.push_back(feature);
    return v.load(adaptor.getX(), at, element);
  }
};

struct LowerRotaryEmbedding : OpConversionPattern<RotaryEmbeddingOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(RotaryEmbeddingOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Type element = getElementType(op.getX());
    Dims dims = *getDims(op.getX());
    bool is3D = dims.size() == 3;
    int64_t heads = is3D ? op.getNumHeads().value_or(0) : 1;
    if (!isa<FloatType>(element) || !isComputable(element))
      return rewriter.notifyMatchFailure(op, refuseElements(element));
    if (heads < 1)
      return rewriter.notifyMatchFailure(
          op, "X has rank 3: give the attribute num_heads");
    AffineExpr headSize = simplify(dims.back().floorDiv(heads)),
               rotated = headSize;
    if (int64_t stated = op.getRotaryEmbeddingDim())
      rotated = onnxc::onnx::getConstant(op.getContext(), stated);
    TensorBuilder v(rewriter, op.getLoc());
    Rotation rotation{ScalarBuilder(v, element),
                      v,
                      op,
                      adaptor,
                      element,
                      heads,
                      headSize,
                      rotated};
    Value positions =
        v.index(getSize(rewriter, op, getDims(op.getCosCache())->front()));
    auto body = [&](ValueRange row, ValueRange tiles) -> SmallVector<Value> {
      SmallVector<Value> at{row[0], row[is3D ? 1 : 2]};
      if (op.getPositionIds())
        at = {v.wrap(v.fromInteger(v.extract(adaptor.getPositionIds(), at)),
                     positions)};
      return {rotation.copyRest(row, rotation.rotate(row, at, tiles[0]))};
    };
    SmallVector<OpFoldResult> sizes = getSizes(rewriter, op, op.getX());
    auto tile = [&](ValueRange row, unsigned) {
      Tile place{getAsOpFoldResult(row),
                 SmallVector<OpFoldResult>(row.size(), v.b.getIndexAttr(1)),
                 SmallVector<bool>(row.size(), false)};
      place.offsets.push_back(v.b.getIndexAttr(0));
      place.sizes.push_back(sizes.back());
      place.kept.push_back(true);
      return place;
    };
    Value init = createEmpty(rewriter, op.getLoc(), op->getResult(0));
    rewriter.replaceOp(op,
                       v.forall(ArrayRef(sizes).drop_back(), init, tile, body));
    return success();
  }
};

} // namespace

void onnxc::populateRotaryEmbeddingLowering(RewritePatternSet &patterns,
                                            TypeConverter &types) {
  patterns.add<LowerRotaryEmbedding>(types, patterns.getContext());
}
