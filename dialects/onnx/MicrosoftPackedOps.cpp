//===- MicrosoftPackedOps.cpp - Tables packed in blocks of bytes ----------===//
//
// A block is scales, then numbers of a few bits, lowest bits first. Rows of
// bytes are gathered, then a block's fields are cut out and multiplied.
//
// Source: ggml's block layouts, by the numbers that GGUF files give them.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/MicrosoftPackedOps.h"
#include "dialects/onnx/CastOps.h"
#include "dialects/onnx/ElementTypes.h"
#include "dialects/onnx/LogicOps.h"
#include "dialects/onnx/Microsoft.h"
#include "dialects/onnx/SizeRequirements.h"

using namespace mlir;
using namespace onnxc::onnx;

namespace {

struct Format {
  int64_t number, elements, bytes; // of a block
  /// From a block of [rows, blocks, bytes] to numbers of float32, in order.
  Value (*unpack)(struct Blocks &);
};

/// The bytes of all blocks, [rows, blocks, bytes].
struct Blocks {
  GraphBuilder &g;
  Value all;
  AffineExpr rows, count;

  Type real() { return g.b.getF32Type(); }
  Type byte() {
    return IntegerType::get(g.b.getContext(), 8, IntegerType::Unsigned);
  }
  Value bytes(int64_t from, int64_t size) {
    return g.slice(all, g.ints(from), g.ints(from + size), 2);
  }
  /// [rows, blocks, sizes...]
  Value shaped(Value x, ArrayRef<int64_t> sizes) {
    Dims dims = {rows, count};
    for (int64_t size : sizes)
      dims.push_back(onnxc::onnx::getConstant(g.b.getContext(), size));
    return g.reshape(x, g.dims(dims));
  }
  Value wide(Value x) { return g.cast(x, real()); }
  Value constants(ArrayRef<float> values, ArrayRef<int64_t> shape) {
    return g.floats(values, shape, real());
  }
  /// Little-endian words of as many bytes as `to` has, read as that.
  Value words(int64_t from, int64_t size, Type to);
  /// A scale of 16 bits, [rows, blocks, 1].
  Value half(int64_t from) { return wide(words(from, 2, g.b.getF16Type())); }
  Value shift(Value x, Value by) {
    return BitShiftOp::create(g.b, g.loc, x, by, g.b.getStringAttr("RIGHT"));
  }
  Value keep(Value x, int64_t bits) {
    return BitwiseAndOp::create(g.b, g.loc, x,
                                g.number((1 << bits) - 1, byte()));
  }
  /// Fields of `bits` at each of `at` of x, [..., 1, n]: [..., at, n]
  Value fields(Value x, ArrayRef<float> at, int64_t bits, bool across = false) {
    int64_t places = at.size();
    SmallVector<int64_t> shape = {places, 1};
    if (across)
      shape = {places};
    Value by = g.cast(constants(at, shape), byte());
    return keep(shift(x, by), bits);
  }
  /// The numbers of a few bits in bytes one behind the other: [size * 8 / bits]
  Value packed(int64_t from, int64_t size, ArrayRef<float> at, int64_t bits) {
    Value x = shaped(bytes(from, size), {size, 1});
    return shaped(fields(x, at, bits, /*across=*/true),
                  {size * int64_t(at.size())});
  }
  /// All lower halves of `row` bytes, then the upper ones, for each such row.
  Value nibbles(int64_t from, int64_t size, int64_t row) {
    return fields(shaped(bytes(from, size), {size / row, 1, row}), {0, 4}, 4);
  }
};

} // namespace

Value Blocks::words(int64_t from, int64_t size, Type to) {
  unsigned width = to.getIntOrFloatBitWidth(), count = width / 8;
  Type word = IntegerType::get(g.b.getContext(), width, IntegerType::Unsigned);
  Value x = shaped(bytes(from, size), {size / count, count});
  Value all;
  for (unsigned i = 0; i < count; ++i) {
    Value part = g.cast(g.slice(x, g.ints(i), g.ints(i + 1), 3), word);
    if (i > 0)
      part = BitShiftOp::create(g.b, g.loc, part, g.number(8 * i, word),
                                g.b.getStringAttr("LEFT"));
    all = all ? g.add(all, part) : part;
  }
  all = BitCastOp::create(g.b, g.loc, all, getDataType(to));
  return shaped(all, {size / count});
}

//===----------------------------------------------------------------------===//
// Formats
//===----------------------------------------------------------------------===//

static Value readSingles(Blocks &x) { return x.words(0, 4, x.real()); }
static Value readHalves(Blocks &x) { return x.half(0); }
static Value readBrains(Blocks &x) {
  return x.wide(x.words(0, 2, x.g.b.getBF16Type()));
}

/// A scale and 64 numbers of 2 bits, around 1.
static Value readQ2(Blocks &x) {
  Value q = x.wide(x.packed(2, 16, {0, 2, 4, 6}, 2));
  return x.g.mul(x.half(0), x.g.sub(q, x.g.number(1, x.real())));
}

/// A scale and 32 numbers of 4 bits, around 8.
static Value readQ4(Blocks &x) {
  Value q = x.wide(x.shaped(x.nibbles(2, 16, 16), {32}));
  return x.g.mul(x.half(0), x.g.sub(q, x.g.number(8, x.real())));
}

/// A scale, the fifth bits of 32 numbers, and the others.
static Value readQ5(Blocks &x) {
  Value q = x.wide(x.shaped(x.nibbles(6, 16, 16), {32}));
  Value fifth = x.wide(x.packed(2, 4, {0, 1, 2, 3, 4, 5, 6, 7}, 1));
  q = x.g.add(q, x.g.mul(fifth, x.g.number(16, x.real())));
  return x.g.mul(x.half(0), x.g.sub(q, x.g.number(16, x.real())));
}

static Value readSigned(Blocks &x, int64_t from, int64_t size) {
  return x.wide(BitCastOp::create(x.g.b, x.g.loc, x.bytes(from, size),
                                  getDataType(x.g.b.getI8Type())));
}

static Value readQ8(Blocks &x) {
  return x.g.mul(x.half(0), readSigned(x, 2, 32));
}

/// Two scales, eight of 6 bits for each of them, fifth bits, and the others.
static Value readQ5K(Blocks &x) {
  GraphBuilder &g = x.g;
  Value low = x.bytes(4, 4), middle = x.bytes(8, 4), high = x.bytes(12, 4);
  auto join = [&](Value first, Value four) {
    Value two = x.wide(x.shift(first, g.number(6, x.byte())));
    Value upper = g.add(x.wide(four), g.mul(two, g.number(16, x.real())));
    return x.shaped(g.concat({x.wide(x.keep(first, 6)), upper}, 2), {8, 1});
  };
  Value scales = join(low, x.keep(high, 4));
  Value least = join(middle, x.shift(high, g.number(4, x.byte())));
  Value q = x.wide(x.shaped(x.nibbles(48, 128, 32), {8, 32}));
  Value fifth =
      x.fields(x.shaped(x.bytes(16, 32), {1, 32}), {0, 1, 2, 3, 4, 5, 6, 7}, 1);
  q = g.add(q, g.mul(x.wide(fifth), g.number(16, x.real())));
  Value scale = g.mul(x.shaped(x.half(0), {1, 1}), scales);
  Value offset = g.mul(x.shaped(x.half(2), {1, 1}), least);
  return g.sub(g.mul(scale, q), offset);
}

/// 4 bits, the 2 above them, sixteen scales, and one for these.
static Value readQ6K(Blocks &x) {
  GraphBuilder &g = x.g;
  Value low = x.wide(x.shaped(x.nibbles(0, 128, 64), {2, 4, 32}));
  Value high =
      x.fields(x.shaped(x.bytes(128, 64), {2, 1, 32}), {0, 2, 4, 6}, 2);
  Value q = g.add(low, g.mul(x.wide(high), g.number(16, x.real())));
  q = x.shaped(g.sub(q, g.number(32, x.real())), {16, 16});
  Value scales = x.shaped(readSigned(x, 192, 16), {16, 1});
  return g.mul(g.mul(x.shaped(x.half(208), {1, 1}), scales), q);
}

static Value lookUp(Blocks &x, Value nibbles) {
  static constexpr float kValues[] = {-127, -104, -83, -65, -49, -35, -22, -10,
                                      1,    13,   25,  38,  53,  69,  89,  113};
  return x.g.gather(x.constants(kValues, {16}),
                    x.g.cast(nibbles, x.g.b.getI64Type()), 0);
}

/// A scale and 32 places in a table.
static Value readNonLinear(Blocks &x) {
  return x.g.mul(x.half(0), lookUp(x, x.shaped(x.nibbles(2, 16, 16), {32})));
}

/// A scale, the upper and lower bits of eight, and places in the table.
static Value readNonLinearK(Blocks &x) {
  GraphBuilder &g = x.g;
  Value high = x.wide(x.packed(2, 2, {0, 2, 4, 6}, 2));
  Value low = x.wide(x.packed(4, 4, {0, 4}, 4));
  Value scales = g.add(low, g.mul(high, g.number(16, x.real())));
  scales = g.mul(x.half(0), g.sub(scales, g.number(32, x.real())));
  Value q = lookUp(x, x.shaped(x.nibbles(8, 128, 16), {8, 32}));
  return g.mul(x.shaped(scales, {8, 1}), q);
}

static constexpr Format kFormats[] = {
    {0, 1, 4, readSingles},
    {1, 1, 2, readHalves},
    {2, 32, 18, readQ4},
    {6, 32, 22, readQ5},
    {8, 32, 34, readQ8},
    {13, 256, 176, readQ5K},
    {14, 256, 210, readQ6K},
    {20, 32, 18, readNonLinear},
    {23, 256, 136, readNonLinearK},
    {30, 1, 2, readBrains},
    {42, 64, 18, readQ2},
};

static const Format *findFormat(int64_t number) {
  const Format *found = llvm::find_if(
      kFormats, [&](const Format &format) { return format.number == number; });
  return found == std::end(kFormats) ? nullptr : found;
}

//===----------------------------------------------------------------------===//
// GatherPacked
//===----------------------------------------------------------------------===//

LogicalResult MicrosoftGatherPackedOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  if (failed(checkOperands<MicrosoftGatherPackedOp>(loc, adaptor)))
    return failure();
  Type element = getElementTypeOf(context, adaptor.getOutputDtype());
  if (!element || !isa<FloatType>(element) ||
      element.getIntOrFloatBitWidth() > 32)
    return emitOptionalError(loc, "output_dtype is ", adaptor.getOutputDtype(),
                             ", not float, float16 or bfloat16");
  types.push_back(getUnrankedType(element));
  return success();
}

LogicalResult MicrosoftGatherPackedOp::verify() {
  const Format *format = findFormat(getPackedType());
  if (!format)
    return emitError("packed_type ") << getPackedType() << " is not built";
  if (getK() <= 0 || getK() % format->elements != 0)
    return emitError("K is ") << getK() << ", no multiple of the "
                              << format->elements << " numbers of a block";
  return success();
}

void MicrosoftGatherPackedOp::requireSizes(SizeRequirements &r) {
  r.rank("data", getData(), 2);
  const Format *format = findFormat(getPackedType());
  r.size("data", getData(), 1,
         r.constant(getK() / format->elements * format->bytes));
  if (std::optional<Dims> data = getDims(getData()); data && data->size() == 2)
    r.element(data->front(), getIndices());
}

SmallVector<Value> MicrosoftGatherPackedOp::expand(OpBuilder &b) {
  std::optional<Dims> data = getDims(getData()), places = getDims(getIndices());
  if (!data || data->size() != 2 || !places)
    return {};
  GraphBuilder g{b, getLoc()};
  MLIRContext *context = b.getContext();
  const Format *format = findFormat(getPackedType());
  Type i64 = b.getI64Type();
  Value at = g.reshape(g.cast(getIndices(), i64), {-1});
  Value isThere = g.both(g.lessOrEqual(g.integer(0), at),
                         g.less(at, g.dims({data->front()})));
  at = g.select(isThere, at, g.integer(0));
  AffineExpr rows = getProduct(context, *places),
             count =
                 onnxc::onnx::getConstant(context, getK() / format->elements),
             bytes = onnxc::onnx::getConstant(context, format->bytes);
  Value all =
      g.reshape(g.gather(getData(), at, 0), g.dims({rows, count, bytes}));
  Blocks blocks{g, all, rows, count};
  Dims shape = *places;
  shape.push_back(onnxc::onnx::getConstant(context, getK()));
  Value y = g.reshape(format->unpack(blocks), g.dims(shape));
  return {g.cast(y, onnxc::onnx::getElementType(getOutput()))};
}
