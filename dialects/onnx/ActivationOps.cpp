//===- ActivationOps.cpp - Elementwise activations ------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ActivationOps.h"
#include "dialects/onnx/GraphBuilder.h"
#include "dialects/onnx/ScalarBuilder.h"
#include "dialects/onnx/SizeRequirements.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace onnxc::onnx;

//===----------------------------------------------------------------------===//
// Rectifiers
//===----------------------------------------------------------------------===//

Value ReluOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  ScalarBuilder s(b, loc, *this);
  return s.atLeast(args[0], s.constant(args[0], 0));
}

Value LeakyReluOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  ScalarBuilder s(b, loc, *this);
  Value x = args[0];
  Value scaled = s.mul(s.constant(x, getAlpha()), x);
  return s.select(s.lt(x, s.constant(x, 0)), scaled, x);
}

Value PReluOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  ScalarBuilder s(b, loc, *this);
  Value x = args[0];
  return s.select(s.lt(x, s.constant(x, 0)), s.mul(args[1], x), x);
}

Value ThresholdedReluOp::buildScalar(OpBuilder &b, Location loc,
                                     ValueRange args) {
  ScalarBuilder s(b, loc, *this);
  Value x = args[0];
  return s.select(s.gt(x, s.constant(x, getAlpha())), x, s.constant(x, 0));
}

/// Thresholds are real numbers for integers as well.
static Value toReal(ScalarBuilder &s, Value x) {
  if (s.isFloat(x))
    return x;
  Type real = s.likeType(x, s.b.getF64Type());
  if (s.isUnsigned)
    return arith::UIToFPOp::create(s.b, s.loc, real, x);
  return arith::SIToFPOp::create(s.b, s.loc, real, x);
}

Value BinarizerOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  ScalarBuilder s(b, loc, *this);
  Value x = args[0], real = toReal(s, x);
  return s.select(s.gt(real, s.constant(real, getThreshold())),
                  s.constant(x, 1), s.constant(x, 0));
}

Value ShrinkOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  ScalarBuilder s(b, loc, *this);
  Value input = args[0], x = toReal(s, input);
  Value bias = s.constant(x, getBias());
  double lambd = getLambd();
  Value result = s.select(s.lt(x, s.constant(x, -lambd)), s.add(x, bias),
                          s.select(s.gt(x, s.constant(x, lambd)),
                                   s.sub(x, bias), s.constant(x, 0)));
  if (s.isFloat(input))
    return result;
  if (s.isUnsigned)
    return arith::FPToUIOp::create(b, loc, input.getType(), result);
  return arith::FPToSIOp::create(b, loc, input.getType(), result);
}

//===----------------------------------------------------------------------===//
// Exponential units
//===----------------------------------------------------------------------===//

Value EluOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  ScalarBuilder s(b, loc, *this);
  Value x = args[0];
  Value below =
      s.mul(s.constant(x, getAlpha()), math::ExpM1Op::create(b, loc, x));
  return s.select(s.lt(x, s.constant(x, 0)), below, x);
}

Value SeluOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  ScalarBuilder s(b, loc, *this);
  Value x = args[0], gamma = s.constant(x, getGamma());
  double product = double(getAlpha()) * double(getGamma());
  Value below = s.mul(s.constant(x, product), math::ExpM1Op::create(b, loc, x));
  return s.select(s.gt(x, s.constant(x, 0)), s.mul(gamma, x), below);
}

Value CeluOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  ScalarBuilder s(b, loc, *this);
  Value x = args[0], alpha = s.constant(x, getAlpha());
  Value scaled = getAlpha() == 1 ? x : s.div(x, alpha);
  Value zero = s.constant(x, 0);
  Value below = s.mul(alpha, math::ExpM1Op::create(b, loc, scaled));
  if (getAlpha() > 0)
    return s.select(s.lt(x, zero), below, x);
  return s.add(s.atLeast(x, zero), s.atMost(below, zero));
}

//===----------------------------------------------------------------------===//
// Sigmoids
//===----------------------------------------------------------------------===//

static Value buildSigmoid(ScalarBuilder &s, Value x) {
  Value one = s.constant(x, 1);
  Value exp = math::ExpOp::create(s.b, s.loc, s.neg(x));
  return s.div(one, s.add(one, exp));
}

/// x sigmoid(alpha x)
static Value buildSwish(ScalarBuilder &s, Value x, double alpha) {
  Value scaled = alpha == 1 ? x : s.mul(s.constant(x, alpha), x);
  Value exp = math::ExpOp::create(s.b, s.loc, s.neg(scaled));
  return s.div(x, s.add(s.constant(x, 1), exp));
}

static Value buildHardSigmoid(ScalarBuilder &s, Value x, double alpha,
                              double beta) {
  Value line = s.add(s.mul(s.constant(x, alpha), x), s.constant(x, beta));
  return s.atMost(s.atLeast(line, s.constant(x, 0)), s.constant(x, 1));
}

Value SigmoidOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  ScalarBuilder s(b, loc, *this);
  return buildSigmoid(s, args[0]);
}

Value HardSigmoidOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  ScalarBuilder s(b, loc, *this);
  return buildHardSigmoid(s, args[0], getAlpha(), getBeta());
}

Value HardSwishOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  ScalarBuilder s(b, loc, *this);
  return s.mul(args[0], buildHardSigmoid(s, args[0], 1.0 / 6, 0.5));
}

Value SwishOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  ScalarBuilder s(b, loc, *this);
  return buildSwish(s, args[0], getAlpha());
}

LogicalResult SwiGLUOp::inferReturnTypes(MLIRContext *, std::optional<Location>,
                                         Adaptor adaptor,
                                         SmallVectorImpl<Type> &types) {
  types.push_back(adaptor.getA().getType());
  return success();
}

void SwiGLUOp::requireSizes(SizeRequirements &r) {
  if (std::optional<Dims> dims = getDims(getA()))
    r.shape("B", getB(), *dims);
}

SmallVector<Value> SwiGLUOp::expand(OpBuilder &b) {
  if (!getRank(getA()) || !getRank(getB()))
    return {};
  Value gate = SwishOp::create(b, getLoc(), getA(), getAlphaAttr());
  return {GraphBuilder{b, getLoc()}.mul(gate, getB())};
}

//===----------------------------------------------------------------------===//
// Smooth units
//===----------------------------------------------------------------------===//

LogicalResult GeluOp::verify() {
  if (getApproximate() != "none" && getApproximate() != "tanh")
    return emitOpError("approximate must be none or tanh, not '")
           << getApproximate() << "'";
  return success();
}

Value GeluOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  ScalarBuilder s(b, loc, *this);
  Value x = args[0], half = s.constant(x, 0.5), one = s.constant(x, 1);
  if (getApproximate() == "none") {
    Value scaled = s.mul(x, s.constant(x, 0.70710678118654752440));
    Value erf = math::ErfOp::create(b, loc, scaled);
    return s.mul(s.mul(half, x), s.add(one, erf));
  }
  // 0.5 (1 + tanh u) = sigmoid(2 u) with u = sqrt(2 / pi) (x + 0.044715 x^3)
  Value cubic = s.add(s.mul(s.constant(x, 0.044715), s.mul(x, x)), one);
  Value twice = s.mul(s.mul(s.constant(x, -1.59576912160573071), x), cubic);
  Value exp = math::ExpOp::create(b, loc, twice);
  return s.div(x, s.add(one, exp));
}

// max(x, 0) + log(1 + e^-|x|): no overflow, and exact for large |x|.
Value SoftplusOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  ScalarBuilder s(b, loc, *this);
  Value x = args[0];
  Value exp = math::ExpOp::create(b, loc, s.neg(s.abs(x)));
  return s.add(s.atLeast(x, s.constant(x, 0)),
               math::Log1pOp::create(b, loc, exp));
}

Value SoftsignOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  ScalarBuilder s(b, loc, *this);
  Value x = args[0];
  return s.div(x, s.add(s.constant(x, 1), s.abs(x)));
}

// tanh(log(1 + e)) = n / (n + 2) with n = e (e + 2) and e = e^x; from 20 on it
// is 1 in double and less precise types.
Value MishOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  ScalarBuilder s(b, loc, *this);
  Value x = args[0], two = s.constant(x, 2);
  Value limited = s.atMost(x, s.constant(x, 20));
  Value e = math::ExpOp::create(b, loc, limited);
  Value n = s.mul(e, s.add(e, two));
  Value below = s.mul(x, s.div(n, s.add(n, two)));
  return s.select(s.gt(x, s.constant(x, 20)), x, below);
}
