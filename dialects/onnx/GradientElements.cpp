//===- GradientElements.cpp - Derivatives of elementwise ops --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ActivationOps.h"
#include "dialects/onnx/CastOps.h"
#include "dialects/onnx/GradientRules.h"
#include "dialects/onnx/LogicOps.h"
#include "dialects/onnx/MathOps.h"
#include "dialects/onnx/ShapeOps.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace onnxc::onnx;

namespace {

/// Arithmetic with numbers of a step's type.
struct Terms {
  GradientStep &step;
  GraphBuilder &g;
  Value x, y; // the first operand, and the result

  explicit Terms(GradientStep &step)
      : step(step), g(step.g), x(step.op->getOperand(0)),
        y(step.op->getResult(0)) {}

  Value number(double value) { return step.number(value); }
  Value scale(double factor, Value v) { return g.mul(number(factor), v); }
  Value plus(double value, Value v) { return g.add(v, number(value)); }
  Value minusFrom(double value, Value v) { return g.sub(number(value), v); }
  Value square(Value v) { return g.mul(v, v); }
  Value sqrt(Value v) { return SqrtOp::create(g.b, g.loc, v); }
  Value sigmoid(Value v) { return SigmoidOp::create(g.b, g.loc, v); }
  Value inverse(Value v) { return g.div(number(1), v); }
  Value isPositive(Value v) { return g.less(number(0), v); }
  template <typename Op> Value apply(Value v) {
    return Op::create(g.b, g.loc, v);
  }
};

} // namespace

/// The derivative of a function by its operand; null for another op.
static Value getSlope(Terms t) {
  GraphBuilder &g = t.g;
  Value x = t.x, y = t.y;
  auto choose = [&](Value positive, Value other) {
    return g.select(t.isPositive(x), positive, other);
  };
  return TypeSwitch<Operation *, Value>(t.step.op)
      .Case([&](NegOp) { return t.number(-1); })
      .Case([&](AbsOp) { return t.apply<SignOp>(x); })
      .Case([&](ReciprocalOp) { return g.neg(t.square(y)); })
      .Case([&](SqrtOp) { return g.div(t.number(0.5), y); })
      .Case([&](ExpOp) { return y; })
      .Case([&](LogOp) { return t.inverse(x); })
      .Case([&](ErfOp) {
        return t.scale(2 * llvm::numbers::inv_sqrtpi,
                       g.exp(g.neg(t.square(x))));
      })
      .Case([&](SinOp) { return g.cos(x); })
      .Case([&](CosOp) { return g.neg(g.sin(x)); })
      .Case([&](TanOp) { return t.plus(1, t.square(y)); })
      .Case([&](AsinOp) {
        return t.inverse(t.sqrt(t.minusFrom(1, t.square(x))));
      })
      .Case([&](AcosOp) {
        return g.neg(t.inverse(t.sqrt(t.minusFrom(1, t.square(x)))));
      })
      .Case([&](AtanOp) { return t.inverse(t.plus(1, t.square(x))); })
      .Case([&](SinhOp) { return t.apply<CoshOp>(x); })
      .Case([&](CoshOp) { return t.apply<SinhOp>(x); })
      .Case([&](TanhOp) { return t.minusFrom(1, t.square(y)); })
      .Case([&](AsinhOp) { return t.inverse(t.sqrt(t.plus(1, t.square(x)))); })
      .Case([&](AcoshOp) { return t.inverse(t.sqrt(t.plus(-1, t.square(x)))); })
      .Case([&](AtanhOp) { return t.inverse(t.minusFrom(1, t.square(x))); })
      .Case([&](SigmoidOp) { return g.mul(y, t.minusFrom(1, y)); })
      .Case([&](SoftplusOp) { return t.sigmoid(x); })
      .Case([&](SoftsignOp) {
        return t.inverse(t.square(t.plus(1, t.apply<AbsOp>(x))));
      })
      .Case([&](ReluOp) { return choose(t.number(1), t.number(0)); })
      .Case([&](LeakyReluOp op) {
        return choose(t.number(1), t.number(op.getAlpha()));
      })
      .Case([&](EluOp op) {
        return choose(t.number(1), t.plus(op.getAlpha(), y));
      })
      .Case([&](IdentityOp) { return t.number(1); })
      .Default([](Operation *) { return Value(); });
}

/// The same of activations with more terms.
static Value getActivationSlope(Terms t) {
  GraphBuilder &g = t.g;
  Value x = t.x, y = t.y;
  auto within = [&](Value low, Value high, Value slope) {
    return g.select(g.both(g.less(low, x), g.less(x, high)), slope,
                    t.number(0));
  };
  return TypeSwitch<Operation *, Value>(t.step.op)
      .Case([&](SeluOp op) {
        double gamma = op.getGamma();
        return g.select(t.isPositive(x), t.number(gamma),
                        t.plus(gamma * op.getAlpha(), y));
      })
      .Case([&](HardSigmoidOp op) {
        double alpha = op.getAlpha(), beta = op.getBeta();
        return within(t.number(-beta / alpha), t.number((1 - beta) / alpha),
                      t.number(alpha));
      })
      .Case([&](SwishOp op) {
        Value gate = t.sigmoid(t.scale(op.getAlpha(), x));
        Value rest = t.scale(op.getAlpha(), g.mul(y, t.minusFrom(1, gate)));
        return g.add(gate, rest);
      })
      .Case([&](MishOp) {
        Value tanh = t.apply<TanhOp>(t.apply<SoftplusOp>(x));
        Value rest = g.mul(t.minusFrom(1, t.square(tanh)), t.sigmoid(x));
        return g.add(tanh, g.mul(x, rest));
      })
      .Case([&](GeluOp op) -> Value {
        if (op.getApproximate() != "none") {
          // 0.5 x (1 + tanh(u)), u = a (x + 0.044715 x^3)
          double a = std::sqrt(2 / llvm::numbers::pi);
          Value u =
              t.scale(a, g.add(x, t.scale(0.044715, g.mul(x, t.square(x)))));
          Value tanh = t.apply<TanhOp>(u);
          Value inner =
              t.scale(a, t.plus(1, t.scale(3 * 0.044715, t.square(x))));
          Value slope = g.mul(g.mul(x, t.minusFrom(1, t.square(tanh))), inner);
          return t.scale(0.5, g.add(t.plus(1, tanh), slope));
        }
        Value normal =
            t.scale(0.5, t.plus(1, t.apply<ErfOp>(t.scale(std::sqrt(0.5), x))));
        Value density = t.scale(1 / std::sqrt(2 * llvm::numbers::pi),
                                g.exp(t.scale(-0.5, t.square(x))));
        return g.add(normal, g.mul(x, density));
      })
      .Default([](Operation *) { return Value(); });
}

/// A / B, A ^ B and their like.
static bool differentiateBinary(GradientStep &step, Terms t) {
  GraphBuilder &g = t.g;
  Value r = step.result();
  return TypeSwitch<Operation *, bool>(step.op)
      .Case([&](AddOp) {
        step.give(0, r);
        step.give(1, r);
        return true;
      })
      .Case([&](SubOp) {
        step.give(0, r);
        step.give(1, g.neg(r));
        return true;
      })
      .Case([&](MulOp) {
        step.give(0, g.mul(r, step.operand(1)));
        step.give(1, g.mul(r, step.operand(0)));
        return true;
      })
      .Case([&](DivOp) {
        Value part = g.div(r, step.operand(1));
        step.give(0, part);
        step.give(1, g.neg(g.mul(part, t.y)));
        return true;
      })
      .Case([&](PowOp op) {
        Value exponent = g.cast(op.getY(), getElementType(op.getX()));
        Value power =
            PowOp::create(g.b, g.loc, op.getX(), g.sub(exponent, t.number(1)));
        // x ^ 0 is 1 at 0 as well.
        Value slope = g.select(g.equal(exponent, t.number(0)), t.number(0),
                               g.mul(exponent, power));
        step.give(0, g.mul(r, slope));
        // 0 ^ y stays 0.
        Value log = g.log(op.getX());
        Value rate = g.select(g.equal(op.getX(), t.number(0)), t.number(0),
                              g.mul(t.y, log));
        if (step.needs(1))
          step.give(1, g.mul(r, rate));
        return true;
      })
      .Default([](Operation *) { return false; });
}

/// Of equal extremes the first has the whole derivative.
static void differentiateExtreme(GradientStep &step) {
  GraphBuilder &g = step.g;
  Value y = step.op->getResult(0), zero = step.number(0), taken;
  for (auto [i, x] : llvm::enumerate(step.op->getOperands())) {
    Value isIt = g.equal(x, y);
    Value isFirst = isIt;
    if (taken)
      isFirst = g.select(taken, g.less(zero, zero), isIt);
    step.give(i, g.select(isFirst, step.result(), zero));
    taken = taken ? g.either(taken, isIt) : isIt;
  }
}

static bool differentiateSelection(GradientStep &step) {
  GraphBuilder &g = step.g;
  Value r = step.result();
  return TypeSwitch<Operation *, bool>(step.op)
      .Case<SumOp, MeanOp>([&](auto op) {
        double factor =
            isa<MeanOp>(op.getOperation()) ? 1.0 / op->getNumOperands() : 1;
        for (unsigned i = 0; i < op->getNumOperands(); ++i)
          step.give(i, factor == 1 ? r : g.mul(r, step.number(factor)));
        return true;
      })
      .Case<MaxOp, MinOp>([&](auto) {
        differentiateExtreme(step);
        return true;
      })
      .Case([&](WhereOp op) {
        Value zero = step.number(0);
        step.give(1, g.select(op.getCondition(), r, zero));
        step.give(2, g.select(op.getCondition(), zero, r));
        return true;
      })
      .Case([&](ClipOp op) {
        for (unsigned i = 1; i < op->getNumOperands(); ++i)
          if (step.needs(i))
            step.error = "whose derivative by its bounds is not built";
        Value isInside = g.equal(op.getInput(), op.getOutput());
        step.give(0, g.select(isInside, r, step.number(0)));
        return true;
      })
      .Case([&](CastOp op) {
        step.giveWhole(0, g.cast(r, getElementType(op.getInput())));
        return true;
      })
      // Steps: nothing changes but where they jump.
      .Case<FloorOp, CeilOp, RoundOp, SignOp>([](auto) { return true; })
      .Default([](Operation *) { return false; });
}

bool onnxc::onnx::differentiateElements(GradientStep &step) {
  if (step.op->getNumOperands() == 0 || step.op->getNumResults() == 0)
    return false;
  Terms terms(step);
  Value slope = getSlope(terms);
  if (!slope)
    slope = getActivationSlope(terms);
  if (slope) {
    step.give(0, step.g.mul(step.result(), slope));
    return true;
  }
  return differentiateBinary(step, terms) || differentiateSelection(step);
}
