//===- TrainingOps.cpp - Steps of an optimiser ----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/TrainingOps.h"
#include "dialects/onnx/GraphBuilder.h"
#include "dialects/onnx/MathOps.h"
#include "dialects/onnx/SizeRequirements.h"

using namespace mlir;
using namespace onnxc::onnx;

//===----------------------------------------------------------------------===//
// What the operators share
//===----------------------------------------------------------------------===//

/// The results are those of `inputs` that are no gradients: of `lists` lists,
/// all but the second.
static LogicalResult inferOptimiser(std::optional<Location> loc,
                                    ValueRange inputs, size_t lists,
                                    SmallVectorImpl<Type> &types) {
  if (inputs.empty() || inputs.size() % lists)
    return emitOptionalError(loc, "has ", inputs.size(),
                             " tensors: they are no ", lists,
                             " lists of one length");
  size_t count = inputs.size() / lists;
  for (auto [i, input] : llvm::enumerate(inputs))
    if (i / count != 1)
      types.push_back(input.getType());
  return success();
}

/// All that is kept of a tensor has its shape.
template <typename Op>
static void requireShapes(Op op, size_t lists, SizeRequirements &r) {
  r.single("R", op.getR());
  r.single("T", op.getT());
  ValueRange inputs = op.getInputs();
  size_t count = inputs.size() / lists;
  for (auto [i, input] : llvm::enumerate(inputs))
    if (std::optional<Dims> dims = getDims(inputs[i % count]))
      r.shape(("input #" + Twine(i + 2)).str(), input, *dims);
}

namespace {

/// Builds the step of one tensor after the other.
template <typename Op> class StepBuilder {
public:
  StepBuilder(Op op, OpBuilder &b, size_t lists)
      : g{b, op.getLoc()}, op(op), lists(lists),
        count(op.getInputs().size() / lists) {}

  GraphBuilder g;
  Op op;

  /// `step(tensors)` takes a tensor, its gradient and what is kept of it, and
  /// gives what they become.
  template <typename Step> SmallVector<Value> run(Step step) {
    SmallVector<Value> outputs(count * (lists - 1));
    for (size_t i = 0; i < count; ++i) {
      SmallVector<Value> tensors;
      for (size_t list = 0; list < lists; ++list)
        tensors.push_back(op.getInputs()[list * count + i]);
      for (auto [list, value] : llvm::enumerate(step(tensors)))
        outputs[list * count + i] = value;
    }
    return outputs;
  }

  Value number(double value, Value like) {
    return g.number(value, getElementType(like));
  }
  Value scale(double factor, Value x) {
    return factor == 1 ? x : g.mul(number(factor, x), x);
  }
  Value square(Value x) { return g.mul(x, x); }
  Value sqrt(Value x) { return SqrtOp::create(g.b, g.loc, x); }

  /// The gradient with that of half of the squared norm.
  Value regularize(Value x, Value gradient) {
    double factor = op.getNormCoefficient();
    return factor == 0 ? gradient : g.add(scale(factor, x), gradient);
  }

  // Rates are computed in double: 1 - beta is small, and they are scalars.
  Value rate() { return scalar(op.getR()); }
  Value updates() { return scalar(op.getT()); }
  Value wide(double value) { return g.number(value, g.b.getF64Type()); }
  Value narrow(Value rate, Value like) {
    return g.cast(rate, getElementType(like));
  }

private:
  size_t lists, count;

  Value scalar(Value x) {
    return g.reshape(g.cast(x, g.b.getF64Type()), ArrayRef<int64_t>());
  }
};

} // namespace

//===----------------------------------------------------------------------===//
// Adagrad
//===----------------------------------------------------------------------===//

constexpr size_t kAdagradLists = 3;

LogicalResult AdagradOp::inferReturnTypes(MLIRContext *,
                                          std::optional<Location> loc,
                                          Adaptor adaptor,
                                          SmallVectorImpl<Type> &types) {
  return inferOptimiser(loc, adaptor.getInputs(), kAdagradLists, types);
}

void AdagradOp::requireSizes(SizeRequirements &r) {
  requireShapes(*this, kAdagradLists, r);
}

SmallVector<Value> AdagradOp::expand(OpBuilder &b) {
  StepBuilder steps(*this, b, kAdagradLists);
  GraphBuilder &g = steps.g;
  Value decay = g.add(steps.wide(1),
                      g.mul(steps.updates(), steps.wide(getDecayFactor())));
  Value rate = g.div(steps.rate(), decay);
  return steps.run([&](ArrayRef<Value> in) -> SmallVector<Value> {
    Value x = in[0], gradient = steps.regularize(x, in[1]);
    Value squares = g.add(in[2], steps.square(gradient));
    Value divisor = g.add(steps.sqrt(squares), steps.number(getEpsilon(), x));
    Value move = g.div(g.mul(steps.narrow(rate, x), gradient), divisor);
    return {g.sub(x, move), squares};
  });
}

//===----------------------------------------------------------------------===//
// Adam
//===----------------------------------------------------------------------===//

constexpr size_t kAdamLists = 4;

LogicalResult AdamOp::inferReturnTypes(MLIRContext *,
                                       std::optional<Location> loc,
                                       Adaptor adaptor,
                                       SmallVectorImpl<Type> &types) {
  return inferOptimiser(loc, adaptor.getInputs(), kAdamLists, types);
}

void AdamOp::requireSizes(SizeRequirements &r) {
  requireShapes(*this, kAdamLists, r);
}

/// Means begin with zeros: until many were added they are too small.
static Value correctRate(StepBuilder<AdamOp> &steps) {
  GraphBuilder &g = steps.g;
  auto missing = [&](double factor) {
    Value power =
        PowOp::create(g.b, g.loc, steps.wide(factor), steps.updates());
    return g.sub(steps.wide(1), power);
  };
  Value corrected =
      g.div(g.mul(steps.rate(), steps.sqrt(missing(steps.op.getBeta()))),
            missing(steps.op.getAlpha()));
  return g.select(g.less(steps.wide(0), steps.updates()), corrected,
                  steps.rate());
}

SmallVector<Value> AdamOp::expand(OpBuilder &b) {
  StepBuilder steps(*this, b, kAdamLists);
  GraphBuilder &g = steps.g;
  Value rate = correctRate(steps);
  double alpha = getAlpha(), beta = getBeta();
  return steps.run([&](ArrayRef<Value> in) -> SmallVector<Value> {
    Value x = in[0], gradient = steps.regularize(x, in[1]);
    Value mean =
        g.add(steps.scale(alpha, in[2]), steps.scale(1 - alpha, gradient));
    Value squares = g.add(steps.scale(beta, in[3]),
                          steps.scale(1 - beta, steps.square(gradient)));
    Value divisor = g.add(steps.sqrt(squares), steps.number(getEpsilon(), x));
    Value moved = g.sub(x, g.div(g.mul(steps.narrow(rate, x), mean), divisor));
    return {steps.scale(1 - double(getNormCoefficientPost()), moved), mean,
            squares};
  });
}

//===----------------------------------------------------------------------===//
// Momentum
//===----------------------------------------------------------------------===//

constexpr size_t kMomentumLists = 3;

LogicalResult MomentumOp::verify() {
  if (getMode() == "standard" || getMode() == "nesterov")
    return success();
  return emitError("unknown mode '")
         << getMode() << "': it is standard or nesterov";
}

LogicalResult MomentumOp::inferReturnTypes(MLIRContext *,
                                           std::optional<Location> loc,
                                           Adaptor adaptor,
                                           SmallVectorImpl<Type> &types) {
  return inferOptimiser(loc, adaptor.getInputs(), kMomentumLists, types);
}

void MomentumOp::requireSizes(SizeRequirements &r) {
  requireShapes(*this, kMomentumLists, r);
}

SmallVector<Value> MomentumOp::expand(OpBuilder &b) {
  StepBuilder steps(*this, b, kMomentumLists);
  GraphBuilder &g = steps.g;
  Value isLater = g.less(steps.wide(0), steps.updates());
  Value weight = g.select(isLater, steps.wide(getBeta()), steps.wide(1));
  return steps.run([&](ArrayRef<Value> in) -> SmallVector<Value> {
    Value x = in[0], gradient = steps.regularize(x, in[1]);
    Value momentum = g.add(steps.scale(getAlpha(), in[2]),
                           g.mul(steps.narrow(weight, x), gradient));
    Value direction = momentum;
    if (getMode() == "nesterov")
      direction = g.add(gradient, steps.scale(getAlpha(), momentum));
    Value rate = steps.narrow(steps.rate(), x);
    return {g.sub(x, g.mul(rate, direction)), momentum};
  });
}
