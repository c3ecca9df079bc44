//===- NormalizationRows.cpp - The rows that are normalised ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Tensor/NormalizationRows.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

SmallVector<bool> onnxc::getOuterDims(int64_t rank, int64_t count) {
  SmallVector<bool> outer(rank, false);
  std::fill_n(outer.begin(), count, true);
  return outer;
}

NormalizationRows::NormalizationRows(OpBuilder &b, Operation *op, Value onnxX,
                                     Value x, SmallVector<bool> outer)
    : v(b, op->getLoc()), outer(std::move(outer)),
      sizes(getSizes(b, op, onnxX)), onnxX(onnxX), x(x),
      computed(getComputeType(getElementType(onnxX))) {}

SmallVector<OpFoldResult> NormalizationRows::getSizesOf(bool wantOuter) const {
  SmallVector<OpFoldResult> picked;
  for (auto [size, isOuter] : llvm::zip(sizes, outer))
    if (isOuter == wantOuter)
      picked.push_back(size);
  return picked;
}

SmallVector<Value> NormalizationRows::getPlace(ValueRange row,
                                               ValueRange inner) const {
  SmallVector<Value> indices;
  for (bool isOuter : outer) {
    ValueRange &from = isOuter ? row : inner;
    indices.push_back(from.front());
    from = from.drop_front();
  }
  return indices;
}

Value NormalizationRows::convert(Value stored, Value onnxValue) const {
  return v.convert(loadElement(v.b, v.loc, stored, getElementType(onnxValue)),
                   computed);
}

Value NormalizationRows::load(Value onnxValue, Value value,
                              ValueRange indices) const {
  return convert(v.extract(value, indices), onnxValue);
}

Value NormalizationRows::loadBroadcast(Value onnxValue, Value value,
                                       ArrayRef<Value> indices) const {
  Dims dims = *getDims(onnxValue);
  SmallVector<Value> own;
  for (auto [dim, index] : llvm::zip(dims, indices.take_back(dims.size())))
    own.push_back(getConstant(dim) == 1 ? v.index(0) : index);
  return load(onnxValue, value, own);
}

Value NormalizationRows::round(Value value, Value onnxResult) const {
  Type element = getElementType(onnxResult);
  return storeElement(v.b, v.loc, v.convert(value, getComputeType(element)),
                      element);
}

Value NormalizationRows::sum(ValueRange row,
                             llvm::function_ref<Value(Value)> term) const {
  return v.loops(getSizesOf(false), constant(0),
                 [&](ValueRange inner, ValueRange kept) -> SmallVector<Value> {
                   Value element = load(onnxX, x, getPlace(row, inner));
                   return {v.sum(kept[0], term(element))};
                 })[0];
}

Value NormalizationRows::count() const {
  Value product = v.index(1);
  for (OpFoldResult size : getSizesOf(false))
    product = v.mul(product, v.index(size));
  return v.convert(product, computed);
}

NormalizationRows::Statistics
NormalizationRows::getStatistics(ValueRange row) const {
  Value number = count();
  Value mean = v.div(sum(row, [](Value element) { return element; }), number);
  Value squares = sum(row, [&](Value element) {
    Value difference = v.sub(element, mean);
    return v.mul(difference, difference);
  });
  return {mean, v.div(squares, number)};
}

Value NormalizationRows::inverseRoot(Value variance, double epsilon) const {
  Value shifted = v.add(variance, constant(epsilon));
  return v.div(constant(1), v.sqrt(shifted));
}

Value NormalizationRows::map(
    ValueRange row, Value tile, Value onnxResult,
    llvm::function_ref<Value(Value, ArrayRef<Value>)> compute) const {
  return v.loops(getSizesOf(false), tile,
                 [&](ValueRange inner, ValueRange kept) -> SmallVector<Value> {
                   SmallVector<Value> at = getPlace(row, inner);
                   Value y = compute(load(onnxX, x, at), at);
                   return {v.insert(round(y, onnxResult), kept[0], inner)};
                 })[0];
}

Tile NormalizationRows::getTile(ValueRange row) const {
  Tile tile;
  OpFoldResult zero = v.b.getIndexAttr(0), one = v.b.getIndexAttr(1);
  for (auto [size, isOuter] : llvm::zip(sizes, outer)) {
    tile.kept.push_back(!isOuter);
    tile.sizes.push_back(isOuter ? one : size);
    tile.offsets.push_back(isOuter ? OpFoldResult(row.front()) : zero);
    if (isOuter)
      row = row.drop_front();
  }
  return tile;
}

SmallVector<Value> NormalizationRows::build(ArrayRef<OpResult> results,
                                            TensorBuilder::TileBody body,
                                            RowPlace place) const {
  SmallVector<Value> inits;
  for (OpResult result : results)
    inits.push_back(createEmpty(v.b, v.loc, result));
  auto tile = [&](ValueRange row, unsigned number) {
    if (number == 0)
      return getTile(row);
    SmallVector<OpFoldResult> at = place(row);
    return Tile{at, SmallVector<OpFoldResult>(at.size(), v.b.getIndexAttr(1)),
                SmallVector<bool>(at.size(), false)};
  };
  return v.forall(getSizesOf(true), inits, tile, body);
}
