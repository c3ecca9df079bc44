//===- TextBuilder.cpp - Strings as addresses of bytes --------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Tensor/TextBuilder.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace onnxc;

Value TextBuilder::address(Value string) const {
  return create<arith::TruncIOp>(b.getI64Type(), string);
}

Value TextBuilder::length(Value string) const {
  Value high = create<arith::ShRUIOp>(string, integer(string, 64));
  return fromInteger(create<arith::TruncIOp>(b.getI64Type(), high));
}

Value TextBuilder::string(Value address, Value length) const {
  Type wide = b.getIntegerType(128);
  Value low = create<arith::ExtUIOp>(wide, address);
  Value high = create<arith::ExtUIOp>(wide, toInteger(length, b.getI64Type()));
  return create<arith::OrIOp>(create<arith::ShLIOp>(high, integer(wide, 64)),
                              low);
}

Value TextBuilder::byte(Value address, Value index) const {
  Value at = add(address, toInteger(index, b.getI64Type()));
  Value pointer =
      create<LLVM::IntToPtrOp>(LLVM::LLVMPointerType::get(b.getContext()), at);
  return create<LLVM::LoadOp>(b.getI8Type(), pointer);
}

Value TextBuilder::addressOf(Value tensor) const {
  auto type = cast<RankedTensorType>(tensor.getType());
  auto memory = MemRefType::get(type.getShape(), type.getElementType());
  Value buffer = create<bufferization::ToBufferOp>(memory, tensor,
                                                   /*read_only=*/true);
  Value index = create<memref::ExtractAlignedPointerAsIndexOp>(buffer);
  return toInteger(index, b.getI64Type());
}

Value TextBuilder::part(Value text, Value begin, Value bytes) const {
  return string(add(address(text), toInteger(begin, b.getI64Type())), bytes);
}

Value TextBuilder::compare(Value l, Value r) const {
  Value left = address(l), right = address(r);
  Value size = length(l), other = length(r), least = min(size, other);
  auto sign = [&](Value isLess, Value isMore) {
    return select(isLess, index(-1), select(isMore, index(1), index(0)));
  };
  // Until bytes differ.
  Values found = repeatWhile(
      {index(0), index(0)},
      [&](ValueRange now) {
        return both(lt(now[0], least), eq(now[1], index(0)));
      },
      [&](ValueRange now) -> Values {
        Type word = b.getI32Type();
        Value x = create<arith::ExtUIOp>(word, byte(left, now[0]));
        Value y = create<arith::ExtUIOp>(word, byte(right, now[0]));
        return {add(now[0], 1), sign(lt(x, y), lt(y, x))};
      });
  Value bySize = sign(lt(size, other), lt(other, size));
  return select(eq(found[1], index(0)), bySize, found[1]);
}

TextBuilder::CodePoint TextBuilder::decode(Value address, Value at,
                                           Value length) const {
  Type word = b.getI32Type();
  auto number = [&](int64_t value) { return integer(word, value); };
  Value last = sub(length, 1);
  auto load = [&](int64_t k) -> Value {
    return create<arith::ExtUIOp>(word, byte(address, min(add(at, k), last)));
  };
  auto bits = [&](Value x, int64_t mask) -> Value {
    return create<arith::AndIOp>(x, number(mask));
  };
  Value lead = load(0);
  Value size = select(lt(lead, number(0xe0)), index(2),
                      select(lt(lead, number(0xf0)), index(3), index(4)));
  size = select(lt(lead, number(0x80)), index(1), size);
  Value isValid = both(both(ge(lead, number(0xc2)), le(lead, number(0xf4))),
                       le(add(at, size), length));
  // The lead byte's bits, then six of each byte behind it.
  Value point = bits(lead, 0x1f);
  point = select(eq(size, index(3)), bits(lead, 0xf), point);
  point = select(eq(size, index(4)), bits(lead, 0x7), point);
  for (int64_t k = 1; k < 4; ++k) {
    Value next = load(k), isMore = lt(index(k), size);
    Value isNext = eq(bits(next, 0xc0), number(0x80));
    Value longer = add(mul(point, number(64)), bits(next, 0x3f));
    point = select(isMore, longer, point);
    isValid = both(isValid, either(isNext, ge(index(k), size)));
  }
  // What a shorter sequence says, and halves of pairs, are no code points.
  Value least = select(eq(size, index(3)), number(0x800), number(0x10000));
  least = select(eq(size, index(2)), number(0x80), least);
  Value isHalf = both(ge(point, number(0xd800)), lt(point, number(0xe000)));
  isValid = both(isValid, both(ge(point, least), lt(point, number(0x110000))));
  isValid = both(isValid, eq(isHalf, zero(b.getI1Type())));
  Value isPlain = lt(lead, number(0x80));
  point = select(isPlain, lead, select(isValid, point, number(-1)));
  return {point, select(isValid, size, index(1))};
}

Value TextBuilder::encodedSize(Value point) const {
  auto number = [&](int64_t value) { return integer(b.getI32Type(), value); };
  Value size = select(lt(point, number(0x10000)), index(3), index(4));
  size = select(lt(point, number(0x800)), index(2), size);
  return select(lt(point, number(0x80)), index(1), size);
}

Value TextBuilder::encodedByte(Value point, Value size, Value at) const {
  Type word = b.getI32Type();
  auto number = [&](int64_t value) { return integer(word, value); };
  Value behind = sub(sub(size, 1), at);
  Value shift = mul(toInteger(behind, word), number(6));
  Value shifted = create<arith::ShRUIOp>(point, shift);
  // 110xxxxx, 1110xxxx or 11110xxx, then 10xxxxxx.
  Value mark = select(eq(size, index(2)), number(0xc0),
                      select(eq(size, index(3)), number(0xe0), number(0xf0)));
  mark = select(eq(size, index(1)), number(0), mark);
  Value next = create<arith::OrIOp>(
      create<arith::AndIOp>(shifted, number(0x3f)), number(0x80));
  Value first = create<arith::OrIOp>(shifted, mark);
  Value chosen = select(eq(at, index(0)), first, next);
  return create<arith::TruncIOp>(b.getI8Type(), chosen);
}

TensorBuilder::Values TextBuilder::repeatWhile(ValueRange carried,
                                               Holds condition,
                                               WhileBody body) const {
  SmallVector<Type> types(carried.getTypes());
  auto test = [&](OpBuilder &, Location, ValueRange now) {
    create<scf::ConditionOp>(condition(now), now);
  };
  auto step = [&](OpBuilder &, Location, ValueRange now) {
    create<scf::YieldOp>(body(now));
  };
  return create<scf::WhileOp>(types, carried, test, step).getResults();
}
