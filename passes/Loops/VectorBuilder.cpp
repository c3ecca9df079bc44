//===- VectorBuilder.cpp - Memory, vectors and loops of emitted code ------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Loops/VectorBuilder.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace onnxc;

Value VectorBuilder::getSize(Value buffer, unsigned dim) {
  auto type = cast<MemRefType>(buffer.getType());
  if (!type.isDynamicDim(dim))
    return index(type.getDimSize(dim));
  return memref::DimOp::create(b, loc, buffer, dim);
}

Value VectorBuilder::flatten(Value buffer) {
  auto type = dyn_cast<MemRefType>(buffer.getType());
  if (!type || !type.getLayout().isIdentity())
    return {};
  if (type.getRank() == 1)
    return buffer;
  Value size = index(1);
  for (int64_t i = 0; i < type.getRank(); ++i)
    size = mul(size, getSize(buffer, i));
  OpFoldResult ofr = getAsOpFoldResult(size);
  std::optional<int64_t> constant = getConstantIntValue(ofr);
  auto row = MemRefType::get({constant.value_or(ShapedType::kDynamic)},
                             type.getElementType());
  return memref::ReinterpretCastOp::create(
      b, loc, row, buffer, b.getIndexAttr(0), ofr,
      ArrayRef<OpFoldResult>(b.getIndexAttr(1)));
}

Value VectorBuilder::scratch(Type elementType, int64_t size) {
  return memref::AllocaOp::create(b, loc, MemRefType::get(size, elementType),
                                  b.getI64IntegerAttr(64));
}

Value VectorBuilder::zero(Type elementType) {
  return ValueBuilder::zero(vectorType(elementType));
}
Value VectorBuilder::splat(Value scalar) {
  return vector::BroadcastOp::create(b, loc, vectorType(scalar.getType()),
                                     scalar);
}
Lanes VectorBuilder::masked(Value count) {
  if (std::optional<int64_t> constant = getConstantIntValue(count))
    return {std::min(*constant, width), {}};
  return {width, vector::CreateMaskOp::create(b, loc, vectorType(b.getI1Type()),
                                              count)};
}

Value VectorBuilder::load(Value row, Value at, Lanes lanes) {
  Type type = cast<MemRefType>(row.getType()).getElementType();
  if (lanes.mask)
    return vector::MaskedLoadOp::create(b, loc, vectorType(type), row, at,
                                        lanes.mask, zero(type));
  Value value = vector::LoadOp::create(
      b, loc, VectorType::get(lanes.count, type), row, at);
  if (lanes.count == width)
    return value;
  return vector::InsertStridedSliceOp::create(
      b, loc, value, zero(type), ArrayRef<int64_t>{0}, ArrayRef<int64_t>{1});
}

void VectorBuilder::store(Value value, Value row, Value at, Lanes lanes) {
  if (lanes.mask) {
    vector::MaskedStoreOp::create(b, loc, row, at, lanes.mask, value);
    return;
  }
  if (lanes.count != width)
    value = vector::ExtractStridedSliceOp::create(
        b, loc, value, ArrayRef<int64_t>{0}, ArrayRef<int64_t>{lanes.count},
        ArrayRef<int64_t>{1});
  vector::StoreOp::create(b, loc, value, row, at);
}

Value VectorBuilder::loadScalar(Value row, Value at) {
  return memref::LoadOp::create(b, loc, row, at);
}

Value VectorBuilder::multiplyAdd(Value l, Value r, Value c) {
  if (isFloat(c)) {
    // One instruction where the machine has it, two where it has not.
    auto contract = arith::FastMathFlags::contract;
    Value product = arith::MulFOp::create(b, loc, l, r, contract);
    return arith::AddFOp::create(b, loc, c, product, contract);
  }
  return arith::AddIOp::create(b, loc, c, arith::MulIOp::create(b, loc, l, r));
}

SmallVector<Value> VectorBuilder::transpose(ArrayRef<Value> rows) {
  // log2(width) times: interleave the first half of the rows with the second.
  SmallVector<Value> from(rows);
  int64_t n = width;
  for (int64_t stage = 1; stage < n; stage *= 2) {
    SmallVector<Value> to;
    for (int64_t i = 0; i < n / 2; ++i)
      for (int64_t half = 0; half < 2; ++half) {
        SmallVector<int64_t> mask;
        for (int64_t j = 0; j < n / 2; ++j) {
          mask.push_back(half * n / 2 + j);
          mask.push_back(n + half * n / 2 + j);
        }
        to.push_back(
            vector::ShuffleOp::create(b, loc, from[i], from[i + n / 2], mask));
      }
    from = to;
  }
  return from;
}

void VectorBuilder::loop(Value from, Value to, int64_t step,
                         function_ref<void(Value)> body) {
  loop(from, to, step, {}, [&](Value i, ValueRange) {
    body(i);
    return SmallVector<Value>();
  });
}

SmallVector<Value>
VectorBuilder::loop(Value from, Value to, int64_t step, ValueRange init,
                    function_ref<SmallVector<Value>(Value, ValueRange)> body) {
  std::optional<int64_t> low = getConstantIntValue(from);
  std::optional<int64_t> high = getConstantIntValue(to);
  if (low && high && *low >= *high)
    return SmallVector<Value>(init);
  if (low && high && *low + step >= *high)
    return body(from, init);
  auto loop = scf::ForOp::create(b, loc, from, to, index(step), init);
  OpBuilder::InsertionGuard guard(b);
  if (init.empty()) {
    b.setInsertionPoint(loop.getBody()->getTerminator());
    body(loop.getInductionVar(), {});
  } else {
    b.setInsertionPointToStart(loop.getBody());
    SmallVector<Value> next =
        body(loop.getInductionVar(), loop.getRegionIterArgs());
    scf::YieldOp::create(b, loc, next);
  }
  return SmallVector<Value>(loop.getResults());
}

void VectorBuilder::ifThen(Value condition, function_ref<void()> body) {
  if (std::optional<int64_t> constant = getConstantIntValue(condition)) {
    if (*constant)
      body();
    return;
  }
  auto op = scf::IfOp::create(b, loc, condition, /*withElseRegion=*/false);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPoint(op.thenBlock()->getTerminator());
  body();
}

void VectorBuilder::loopVectors(Value from, Value to,
                                function_ref<void(Value, Lanes)> body) {
  Value size = sub(to, from);
  Value rest = rem(size, width);
  Value end = sub(to, rest);
  loop(from, end, width, [&](Value i) { body(i, all()); });
  ifThen(less(index(0), rest), [&] { body(end, masked(rest)); });
}

void VectorBuilder::loopTiles(Value size, int64_t most,
                              function_ref<void(Value, int64_t)> body) {
  if (std::optional<int64_t> constant = getConstantIntValue(size)) {
    if (*constant <= 0)
      return;
    int64_t tiles = llvm::divideCeil(*constant, most);
    int64_t high = llvm::divideCeil(*constant, tiles);
    int64_t low = high - 1, numLow = tiles * high - *constant;
    Value middle = index((tiles - numLow) * high);
    loop(index(0), middle, high, [&](Value i) { body(i, high); });
    if (numLow)
      loop(middle, size, low, [&](Value i) { body(i, low); });
    return;
  }
  Value rest = rem(size, most);
  Value end = sub(size, rest);
  loop(index(0), end, most, [&](Value i) { body(i, most); });
  for (int64_t tile = most > 1 ? llvm::bit_floor(uint64_t(most - 1)) : 0;
       tile > 0; tile /= 2) {
    Value larger = sub(rest, rem(rest, 2 * tile));
    Value isThere = less(index(tile - 1), rem(rest, 2 * tile));
    ifThen(isThere, [&] { body(add(end, larger), tile); });
  }
}
