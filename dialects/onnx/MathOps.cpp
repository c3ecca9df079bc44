//===- MathOps.cpp - Elementwise arithmetic -------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/Onnx.h"
#include "dialects/onnx/ScalarBuilder.h"

using namespace mlir;
using namespace onnxc::onnx;

Value AddOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  return ScalarBuilder(b, loc, *this).add(args[0], args[1]);
}

Value SubOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  return ScalarBuilder(b, loc, *this).sub(args[0], args[1]);
}

Value MulOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  return ScalarBuilder(b, loc, *this).mul(args[0], args[1]);
}

Value DivOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  return ScalarBuilder(b, loc, *this).div(args[0], args[1]);
}

std::optional<Dims>
AddOp::evaluate(ArrayRef<std::optional<Dims>> operands) {
  return evaluateElementwise(*this, operands,
                             [](auto x) { return x[0] + x[1]; });
}

std::optional<Dims>
SubOp::evaluate(ArrayRef<std::optional<Dims>> operands) {
  return evaluateElementwise(*this, operands,
                             [](auto x) { return x[0] - x[1]; });
}

std::optional<Dims>
MulOp::evaluate(ArrayRef<std::optional<Dims>> operands) {
  return evaluateElementwise(*this, operands,
                             [](auto x) { return x[0] * x[1]; });
}

// Sizes are not negative, so that rounding down is rounding towards zero.
std::optional<Dims>
DivOp::evaluate(ArrayRef<std::optional<Dims>> operands) {
  return evaluateElementwise(
      *this, operands, [](auto x) -> std::optional<AffineExpr> {
        std::optional<int64_t> l = getConstant(x[0]), r = getConstant(x[1]);
        if (r == 0)
          return std::nullopt;
        if (l && r)
          return onnxc::onnx::getConstant(x[0].getContext(), *l / *r);
        return x[0].floorDiv(x[1]);
      });
}
