//===- FourierMatrix.cpp - A Fourier transform as a matrix ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/FourierMatrix.h"
#include "dialects/onnx/ElementTypes.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace onnxc::onnx;

Type onnxc::onnx::getFourierType(Value signal) {
  Type element = getElementType(signal);
  MLIRContext *context = element.getContext();
  return element.getIntOrFloatBitWidth() >= 32
             ? Type(Float64Type::get(context))
             : Type(Float32Type::get(context));
}

/// The angles are exact where the matrix is a constant.
Value onnxc::onnx::buildFourierMatrix(GraphBuilder &g, const FourierMatrix &t,
                                      Type real) {
  Type angleType = isa<Float64Type>(real) || (getConstantInts(t.length) &&
                                              getConstantInts(t.inputLength))
                       ? Type(g.b.getF64Type())
                       : Type(g.b.getF32Type());
  Value m = g.reshape(g.range(t.inputLength), {-1, 1});
  Value k = g.reshape(g.range(t.outputLength), {1, -1});
  Value turns = g.cast(g.mod(g.mul(m, k), t.length), angleType);
  Value length = g.cast(t.length, angleType);
  Value angles =
      g.mul(turns, g.div(g.number(2 * llvm::numbers::pi, angleType), length));
  Value cos = g.cos(angles), sin = g.sin(angles);
  if (t.inverse) {
    Value weight = g.div(g.number(1, angleType), length);
    if (t.onesided) {
      // 1 for the first frequency and the middle one of an even length.
      Value twice = g.mul(m, g.ints(2));
      Value isOnce = g.either(g.equal(m, g.ints(0)), g.equal(twice, t.length));
      weight = g.mul(weight, g.select(isOnce, g.number(1, angleType),
                                      g.number(2, angleType)));
    }
    cos = g.mul(cos, weight);
    sin = g.neg(g.mul(sin, weight));
  }
  // Rows and columns of both parts, beside each other.
  auto expand = [&](Value x) {
    Value shape =
        g.concat({t.inputLength, g.ints(1), t.outputLength, g.ints(1)}, 0);
    return g.reshape(x, shape);
  };
  Value c = expand(cos), s = expand(sin), minusS = expand(g.neg(sin));
  Value fromReal = t.numResultParts == 2 ? g.concat({c, minusS}, 3) : c;
  Value matrix = fromReal;
  if (t.numParts == 2) {
    Value fromImaginary = t.numResultParts == 2 ? g.concat({s, c}, 3) : s;
    matrix = g.concat({fromReal, fromImaginary}, 1);
  }
  Value rows = g.mul(t.inputLength, g.ints(t.numParts));
  return g.cast(g.reshape(matrix, g.concat({rows, g.ints(-1)}, 0)), real);
}
