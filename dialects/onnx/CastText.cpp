//===- CastText.cpp - Cast from and to strings ----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/CastOps.h"
#include "dialects/onnx/GraphBuilder.h"
#include "dialects/onnx/OnnxDialect.h"
#include "dialects/onnx/RunTimeChecks.h"
#include "dialects/onnx/TextOps.h"

using namespace mlir;
using namespace onnxc::onnx;

/// What strings are read as, or numbers printed from: all of them have a wider
/// one of three types.
static Type widen(Type element) {
  MLIRContext *context = element.getContext();
  if (!isa<IntegerType>(element))
    return Float64Type::get(context);
  bool isUnsigned = element.isUnsignedInteger() || element.isInteger(1);
  return IntegerType::get(
      context, 64, isUnsigned ? IntegerType::Unsigned : IntegerType::Signless);
}

/// Strings that are no numbers end the run.
static Value readNumbers(GraphBuilder &g, Value x, Type to) {
  bool toOdd = isa<FloatType>(to) && !to.isF64();
  auto read = ReadNumberOp::create(g.b, g.loc, g.reshape(x, {-1}),
                                   TypeAttr::get(widen(to)),
                                   toOdd ? g.b.getUnitAttr() : UnitAttr());
  Value y = requireNone(g, read.getY(), read.getIsBad());
  return g.reshape(g.cast(y, to), g.shape(x));
}

/// Each number has as many bytes as the longest, of which a string is the
/// first.
static Value printNumbers(GraphBuilder &g, Value x, Type from) {
  Value flat = g.reshape(g.cast(x, widen(from)), {-1});
  auto print = PrintNumberOp::create(g.b, g.loc, flat);
  Value number = g.reshape(g.range(g.count(x)), {-1, 1});
  Value bytes = g.integer(PrintNumberOp::kBytes);
  Value begin = g.mul(number, bytes);
  Value end = g.add(begin, g.reshape(print.getLengths(), {-1, 1}));
  Value ends = g.reshape(g.concat({end, g.add(begin, bytes)}, 1), {-1});
  Value places = g.reshape(g.mul(number, g.integer(2)), {-1});
  return g.reshape(
      ViewTextOp::create(g.b, g.loc, print.getText(), ends, places),
      g.shape(x));
}

SmallVector<Value> CastOp::expand(OpBuilder &b) {
  Type from = onnxc::onnx::getElementType(getInput());
  Type to = onnxc::onnx::getElementType(getOutput());
  bool isText = isa<StringType>(from);
  if (isText == isa<StringType>(to) || !getDims(getInput()))
    return {};
  Type number = isText ? to : from;
  if (!isa<IntegerType, FloatType>(number))
    return refuseExpansion(*this, "strings cannot be cast from or to complex "
                                  "numbers");
  GraphBuilder g{b, getLoc()};
  return {isText ? readNumbers(g, getInput(), to)
                 : printNumbers(g, getInput(), from)};
}
