//===- LaneBuilder.cpp - Vectors of a tensor's elements -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Tensor/LaneBuilder.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/bit.h"

using namespace mlir;
using namespace onnxc;

//===----------------------------------------------------------------------===//
// Elements of tensors
//===----------------------------------------------------------------------===//

Type LaneBuilder::vectorOf(Type element, int64_t width) const {
  return width == 1 ? element : Type(VectorType::get(width, element));
}

Value LaneBuilder::loadVector(Value tensor, ValueRange at,
                              int64_t width) const {
  Type element = getElementTypeOrSelf(tensor);
  if (width == 1)
    return extract(tensor, at);
  bool inBounds[] = {true};
  return create<vector::TransferReadOp>(
      cast<VectorType>(vectorOf(element, width)), tensor, at, zero(element),
      ArrayRef<bool>(inBounds));
}

Value LaneBuilder::storeVector(Value value, Value tensor, ValueRange at) const {
  if (!isa<VectorType>(value.getType()))
    return insert(value, tensor, at);
  bool inBounds[] = {true};
  return create<vector::TransferWriteOp>(value, tensor, at,
                                         ArrayRef<bool>(inBounds))
      .getResult();
}

//===----------------------------------------------------------------------===//
// Lanes
//===----------------------------------------------------------------------===//

static int64_t getWidth(Value x) {
  auto type = dyn_cast<VectorType>(x.getType());
  return type ? type.getNumElements() : 1;
}

Value LaneBuilder::splat(Value scalar, int64_t width) const {
  if (width == 1)
    return scalar;
  return create<vector::BroadcastOp>(
      cast<VectorType>(vectorOf(scalar.getType(), width)), scalar);
}

Value LaneBuilder::reverse(Value x) const {
  int64_t width = getWidth(x);
  if (width == 1)
    return x;
  SmallVector<int64_t> mask;
  for (int64_t i = width; i-- > 0;)
    mask.push_back(i);
  return create<vector::ShuffleOp>(x, x, mask);
}

Value LaneBuilder::slice(Value x, int64_t from, int64_t count) const {
  if (count == getWidth(x))
    return x;
  if (count == 1)
    return create<vector::ExtractOp>(x, from);
  return create<vector::ExtractStridedSliceOp>(x, ArrayRef<int64_t>{from},
                                               ArrayRef<int64_t>{count},
                                               ArrayRef<int64_t>{1});
}

Value LaneBuilder::interleave(ArrayRef<Value> values) const {
  if (values.size() == 1)
    return values[0];
  Values halves[2];
  for (auto [i, value] : llvm::enumerate(values))
    halves[i % 2].push_back(value);
  Value even = interleave(halves[0]), odd = interleave(halves[1]);
  int64_t width = getWidth(even);
  if (width == 1)
    return create<vector::FromElementsOp>(VectorType::get(2, even.getType()),
                                          ValueRange{even, odd});
  SmallVector<int64_t> mask;
  for (int64_t i = 0; i < width; ++i)
    mask.append({i, width + i});
  return create<vector::ShuffleOp>(even, odd, mask);
}

std::pair<Value, Value> LaneBuilder::separate(Value pairs) const {
  int64_t width = getWidth(pairs) / 2;
  if (width == 1)
    return {slice(pairs, 0, 1), slice(pairs, 1, 1)};
  SmallVector<int64_t> even, odd;
  for (int64_t i = 0; i < width; ++i) {
    even.push_back(2 * i);
    odd.push_back(2 * i + 1);
  }
  return {create<vector::ShuffleOp>(pairs, pairs, even),
          create<vector::ShuffleOp>(pairs, pairs, odd)};
}

Value LaneBuilder::widen(Value x, Type element) const {
  if (getElementTypeOrSelf(x) == element)
    return x;
  return create<arith::ExtFOp>(vectorOf(element, getWidth(x)), x);
}

Value LaneBuilder::narrow(Value x, Type element) const {
  if (getElementTypeOrSelf(x) == element)
    return x;
  return create<arith::TruncFOp>(vectorOf(element, getWidth(x)), x);
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

int64_t LaneBuilder::fit(int64_t count, int64_t most) {
  return std::min(most, int64_t(llvm::bit_floor(uint64_t(count))));
}

Value LaneBuilder::forVectors(int64_t from, int64_t to, int64_t width,
                              Value carried, VectorBody body) const {
  int64_t vectors = llvm::divideCeil(to - from, width);
  if (vectors == 1)
    return body(index(from), width, carried);
  return loop(index(0), index(vectors), carried, [&](Value i, Value kept) {
    Value at = add(mul(i, width), from);
    if ((to - from) % width != 0)
      at = min(at, index(to - width));
    return body(at, width, kept);
  });
}

Value LaneBuilder::forRange(Value from, Value to, int64_t most, Value carried,
                            VectorBody body) const {
  auto forElements = [&] {
    return loop(from, to, carried,
                [&](Value at, Value kept) { return body(at, 1, kept); });
  };
  if (most <= 1)
    return forElements();
  std::optional<int64_t> first = getConstantIntValue(from),
                         end = getConstantIntValue(to);
  if (first && end)
    return *first < *end ? forVectors(*first, *end, fit(*end - *first, most),
                                      carried, body)
                         : carried;
  Value count = sub(to, from), last = sub(to, most);
  auto vectors = [&] {
    return loop(index(0), ceilDiv(count, most), carried,
                [&](Value i, Value kept) {
                  Value at = min(add(from, mul(i, most)), last);
                  return body(at, most, kept);
                });
  };
  using Values = SmallVector<Value>;
  return ifElse(
      le(index(most), count), [&] { return Values{vectors()}; },
      [&] { return Values{forElements()}; })[0];
}
