//===- DotProduct.cpp - Products of bytes, as the machine sums them -------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Loops/DotProduct.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace onnxc;

Value DotProduct::widen(Value narrow, unsigned bits, bool isUnsigned) const {
  Type type = v.b.getIntegerType(bits);
  if (auto vector = dyn_cast<VectorType>(narrow.getType()))
    type = vector.clone(type);
  if (type == narrow.getType())
    return narrow;
  return isUnsigned ? Value(arith::ExtUIOp::create(v.b, v.loc, type, narrow))
                    : Value(arith::ExtSIOp::create(v.b, v.loc, type, narrow));
}

/// A vector of bytes would be loaded byte by byte where there are no vectors.
Value DotProduct::loadWord(Value row, Value at) const {
  auto word = MemRefType::get(1, v.b.getI32Type());
  Value view = memref::ViewOp::create(v.b, v.loc, word, row, at, ValueRange());
  return memref::LoadOp::create(v.b, v.loc, view, v.index(0),
                                /*nontemporal=*/false, llvm::Align(1));
}

Value DotProduct::callScalar(StringRef name, ValueRange operands) const {
  return LLVM::CallIntrinsicOp::create(v.b, v.loc, v.b.getI32Type(),
                                       v.b.getStringAttr(name), operands)
      .getResults();
}

void DotProduct::unpack(Value word, bool isUnsigned,
                        SmallVectorImpl<Value> &pairs) const {
  StringRef name = isUnsigned ? machine.widenUnsigned : machine.widenSigned;
  pairs.push_back(callScalar(name, word));
  auto number = [&](int64_t value) -> Value {
    return arith::ConstantOp::create(v.b, v.loc, v.b.getI32IntegerAttr(value));
  };
  // The instruction rotates what it widens.
  Value rotated = arith::OrIOp::create(
      v.b, v.loc, arith::ShRUIOp::create(v.b, v.loc, word, number(8)),
      arith::ShLIOp::create(v.b, v.loc, word, number(24)));
  pairs.push_back(callScalar(name, rotated));
}

static Value toVector(VectorBuilder &v, ArrayRef<Value> words) {
  return vector::FromElementsOp::create(
      v.b, v.loc, VectorType::get(words.size(), v.b.getI32Type()), words);
}

Value DotProduct::loadLeft(Value row, Value at) const {
  OpBuilder &b = v.b;
  Location loc = v.loc;
  auto element = cast<MemRefType>(row.getType()).getElementType();
  if (group == 1) {
    Value x = widen(v.loadScalar(row, at), 32, isLeftUnsigned);
    if (offset)
      x = arith::AddIOp::create(
          b, loc, x,
          arith::ConstantOp::create(b, loc, b.getI32IntegerAttr(offset)));
    return v.splat(x);
  }
  if (takesScalars()) {
    SmallVector<Value> pairs;
    unpack(loadWord(row, at), isLeftUnsigned, pairs);
    return toVector(v, pairs);
  }
  // The group is one word of 32 bits.
  Value bytes =
      vector::LoadOp::create(b, loc, VectorType::get(group, element), row, at);
  unsigned bits = 32 / group;
  if (element.getIntOrFloatBitWidth() != bits)
    bytes = widen(bytes, bits, isLeftUnsigned);
  Value word = vector::BitCastOp::create(
      b, loc, VectorType::get(1, b.getI32Type()), bytes);
  word = vector::ExtractOp::create(b, loc, word, 0);
  Value all = v.splat(word);
  // Adding 128 to a byte changes its highest bit.
  if (bits == 8 && offset)
    all = arith::XOrIOp::create(
        b, loc, all,
        arith::ConstantOp::create(
            b, loc,
            DenseElementsAttr::get(cast<VectorType>(all.getType()),
                                   b.getI32IntegerAttr(int32_t(0x80808080)))));
  return vector::BitCastOp::create(
      b, loc, VectorType::get(v.width * group, b.getIntegerType(bits)), all);
}

Value DotProduct::loadRight(Value row, Value at) const {
  if (takesScalars()) {
    SmallVector<Value> pairs;
    for (int64_t lane = 0; lane < v.width; ++lane)
      unpack(loadWord(row, v.add(at, 4 * lane)), /*isUnsigned=*/false, pairs);
    return toVector(v, pairs);
  }
  auto element = cast<MemRefType>(row.getType()).getElementType();
  Value bytes = vector::LoadOp::create(
      v.b, v.loc, VectorType::get(v.width * group, element), row, at);
  return widen(bytes, 32 / group, /*isUnsigned=*/false);
}

/// One lane after the other.
Value DotProduct::accumulateScalars(Value left, Value right, Value sums) const {
  SmallVector<Value> lanes;
  auto extract = [&](Value from, int64_t i) -> Value {
    return vector::ExtractOp::create(v.b, v.loc, from, i);
  };
  for (int64_t lane = 0; lane < v.width; ++lane) {
    Value sum = extract(sums, lane);
    for (int64_t half : {0, 1})
      sum = callScalar(
          machine.getIntrinsic(32),
          {extract(left, half), extract(right, 2 * lane + half), sum});
    lanes.push_back(sum);
  }
  return toVector(v, lanes);
}

/// By an instruction of so many lanes; several where vectors are longer.
Value DotProduct::accumulateVectors(Value left, Value right, Value sums,
                                    int64_t width) const {
  OpBuilder &b = v.b;
  Location loc = v.loc;
  StringRef name = machine.getIntrinsic(width * 32);
  Value result = sums;
  for (int64_t at = 0; at < v.width; at += width) {
    auto cut = [&](Value from, int64_t count) -> Value {
      return width == v.width
                 ? from
                 : vector::ExtractStridedSliceOp::create(
                       b, loc, from, at * count, width * count, int64_t(1));
    };
    Value part = cut(sums, 1);
    SmallVector<Value> operands = {cut(left, group), cut(right, group)};
    if (machine.accumulates)
      operands.insert(operands.begin(), part);
    Value sum = LLVM::CallIntrinsicOp::create(b, loc, part.getType(),
                                              b.getStringAttr(name), operands)
                    .getResults();
    if (!machine.accumulates)
      sum = v.addVectors(part, sum);
    result = width == v.width ? sum
                              : vector::InsertStridedSliceOp::create(
                                    b, loc, sum, result, at, int64_t(1));
  }
  return result;
}

/// Without an instruction: the first of all groups, the second, and so on.
Value DotProduct::accumulateMembers(Value left, Value right, Value sums) const {
  // A byte to which 128 has been added is unsigned; from which, is signed.
  bool areBytes = 32 / group == 8;
  bool isUnsigned = areBytes && (offset ? offset > 0 : isLeftUnsigned);
  for (int64_t i = 0; i < group; ++i) {
    SmallVector<int64_t> members;
    for (int64_t lane = 0; lane < v.width; ++lane)
      members.push_back(lane * group + i);
    auto pick = [&](Value groups) -> Value {
      return vector::ShuffleOp::create(v.b, v.loc, groups, groups, members);
    };
    sums = v.multiplyAdd(widen(pick(left), 32, isUnsigned),
                         widen(pick(right), 32, false), sums);
  }
  return sums;
}

Value DotProduct::accumulate(Value left, Value right, Value sums) const {
  if (group == 1)
    return v.multiplyAdd(left, right, sums);
  if (takesScalars())
    return accumulateScalars(left, right, sums);
  int64_t width = v.width;
  while (width % 2 == 0 && machine.getIntrinsic(width * 32).empty())
    width /= 2;
  if (!machine.getIntrinsic(width * 32).empty() && machine.group == group)
    return accumulateVectors(left, right, sums, width);
  return accumulateMembers(left, right, sums);
}
