//===- GradientOps.cpp - Partial derivatives ------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/GradientOps.h"
#include "dialects/onnx/GradientRules.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace onnxc::onnx;

//===----------------------------------------------------------------------===//
// Operands and types
//===----------------------------------------------------------------------===//

static bool isReal(Value x) {
  auto type = dyn_cast<TensorType>(x.getType());
  return type && isa<FloatType>(type.getElementType());
}

/// Whether a derivative may go through a value: not through integers, but
/// through sequences, say, which have no rules.
static bool mayCarry(Value x) {
  auto type = dyn_cast<TensorType>(x.getType());
  return !type || !isa<IntegerType, StringType>(type.getElementType());
}

LogicalResult GradientOp::inferReturnTypes(MLIRContext *,
                                           std::optional<Location> loc,
                                           Adaptor adaptor,
                                           SmallVectorImpl<Type> &types) {
  size_t wanted = adaptor.getXs().size();
  size_t given = wanted + (adaptor.getZs() ? adaptor.getZs()->size() : 0);
  ValueRange inputs = adaptor.getInputs();
  if (wanted == 0 || inputs.size() != 2 * given + 1)
    return emitOptionalError(loc, "needs a value for each of xs and zs");
  for (size_t i = 0; i < wanted; ++i) {
    if (!isReal(inputs[i]) || !isReal(inputs[given + i]))
      return emitOptionalError(loc, "its input #", i,
                               " is no tensor of floats");
    types.push_back(inputs[i].getType());
  }
  if (!isReal(inputs.back()))
    return emitOptionalError(loc, "y is no tensor of floats");
  return success();
}

namespace {

/// The parts of a Gradient's operands.
struct Derivative {
  explicit Derivative(GradientOp op) : op(op) {
    size_t wanted = op.getXs().size();
    size_t count = wanted + (op.getZs() ? op.getZs()->size() : 0);
    ValueRange inputs = op.getInputs();
    given = inputs.take_front(count);
    named = inputs.drop_front(count).take_front(count);
    xs = named.take_front(wanted);
    y = inputs.back();
  }

  GradientOp op;
  ValueRange given, named, xs;
  Value y;

  /// The ops of the block that depend on one of `sources` by reals, in order.
  SmallVector<Operation *> findDependent(ValueRange sources,
                                         bool byReals) const;
  /// y over again, of the values that are given.
  Value rebuild(OpBuilder &b) const;
};

} // namespace

SmallVector<Operation *> Derivative::findDependent(ValueRange sources,
                                                   bool byReals) const {
  DenseSet<Value> reached(sources.begin(), sources.end());
  SmallVector<Operation *> found;
  GradientOp self = op;
  for (Operation &other : *self->getBlock()) {
    if (&other == self.getOperation())
      break;
    bool depends = false;
    other.walk([&](Operation *inner) {
      depends |= llvm::any_of(inner->getOperands(),
                              [&](Value x) { return reached.contains(x); });
    });
    if (!depends)
      continue;
    found.push_back(&other);
    for (Value result : other.getResults())
      if (!byReals || mayCarry(result))
        reached.insert(result);
  }
  return found;
}

Value Derivative::rebuild(OpBuilder &b) const {
  IRMapping values;
  for (auto [from, to] : llvm::zip(named, given))
    values.map(from, to);
  for (Operation *other : findDependent(named, /*byReals=*/false)) {
    if (llvm::all_of(other->getResults(),
                     [&](Value result) { return values.contains(result); }))
      continue;
    Operation *copy = b.clone(*other, values);
    for (auto [result, mine] :
         llvm::zip(other->getResults(), copy->getResults())) {
      if (llvm::is_contained(named, result))
        continue;
      values.map(result, mine);
      if (auto type = dyn_cast<TensorType>(mine.getType()))
        mine.setType(getUnrankedType(type.getElementType()));
    }
  }
  return values.lookupOrDefault(y);
}

//===----------------------------------------------------------------------===//
// The way back
//===----------------------------------------------------------------------===//

void GradientStep::give(unsigned i, Value ofResult) {
  if (!needs(i))
    return;
  std::optional<Dims> from = getDims(op->getResult(0)),
                      to = getDims(op->getOperand(i));
  operands[i] = sumTo(ofResult, *from, *to);
}

Value GradientStep::number(double value) const {
  GraphBuilder builder = g;
  return builder.number(value, getElementType(op->getResult(0)));
}

Value GradientStep::sumTo(Value x, const Dims &from, const Dims &to) {
  if (from == to)
    return x;
  size_t before = from.size() - to.size();
  for (size_t i = 0; i < before; ++i)
    x = g.sum(x, 0);
  for (auto [i, size] : llvm::enumerate(to)) {
    if (size == from[before + i])
      continue;
    if (getConstant(size) != 1) {
      error = "of which a run knows whether a size is 1; bind it with --dim";
      return {};
    }
    x = g.sum(x, i, /*keepdims=*/true);
  }
  return x;
}

/// Hands on what is known of the results to the operands that depend on xs.
static LogicalResult goBack(OpBuilder &b, GradientOp at, Operation *op,
                            const DenseSet<Value> &reached,
                            DenseMap<Value, Value> &gradients,
                            std::string &why) {
  GradientStep step{{b, at.getLoc()}, op, {}, {}, {}, {}};
  for (Value result : op->getResults())
    step.results.push_back(gradients.lookup(result));
  if (llvm::none_of(step.results, [](Value x) { return bool(x); }))
    return success();
  for (Value operand : op->getOperands())
    step.isNeeded.push_back(reached.contains(operand));
  step.operands.resize(op->getNumOperands());
  if (!differentiateElements(step) && !differentiateShapes(step) &&
      !differentiateSums(step))
    step.error = "whose derivative, or that of this form, is not built";
  if (!step.error.empty()) {
    why = ("y depends on its inputs by " + op->getName().stripDialect() + ", " +
           step.error)
              .str();
    return failure();
  }
  GraphBuilder g{b, at.getLoc()};
  for (auto [operand, gradient] : llvm::zip(op->getOperands(), step.operands)) {
    if (!gradient || !reached.contains(operand))
      continue;
    Value &sum = gradients[operand];
    sum = sum ? g.add(sum, gradient) : gradient;
  }
  return success();
}

SmallVector<Value> GradientOp::expand(OpBuilder &b) {
  Derivative derivative(*this);
  for (Value value : getInputs())
    if (!getDims(value))
      return {};
  Block *block = (*this)->getBlock();
  auto isOutside = [&](Value x) { return x.getParentBlock() != block; };
  if (isOutside(derivative.y) || llvm::any_of(derivative.named, isOutside))
    return refuseExpansion(*this,
                           "it names a tensor of a graph around its own");
  if (!llvm::equal(derivative.given, derivative.named)) {
    SmallVector<Value> inputs(derivative.given);
    inputs.append(derivative.given.begin(), derivative.given.end());
    inputs.push_back(derivative.rebuild(b));
    SmallVector<Type> types(getOutputs().getTypes());
    auto again = GradientOp::create(b, getLoc(), types, inputs, getXsAttr(),
                                    getYAttr(), getZsAttr());
    return SmallVector<Value>(again.getOutputs());
  }
  GraphBuilder g{b, getLoc()};
  auto fill = [&](double value, Value like) {
    return g.expand(g.number(value, getElementType(like)),
                    g.dims(*getDims(like)));
  };
  SmallVector<Operation *> ops =
      derivative.findDependent(derivative.xs, /*byReals=*/true);
  DenseSet<Value> reached(derivative.xs.begin(), derivative.xs.end());
  for (Operation *op : ops)
    for (Value result : op->getResults())
      if (mayCarry(result))
        reached.insert(result);
  DenseMap<Value, Value> gradients;
  gradients[derivative.y] = fill(1, derivative.y);
  for (Operation *op : llvm::reverse(ops)) {
    // What makes one of xs is not looked at.
    if (llvm::any_of(op->getResults(), [&](Value result) {
          return llvm::is_contained(derivative.xs, result);
        }))
      continue;
    std::string why;
    if (failed(goBack(b, *this, op, reached, gradients, why)))
      return refuseExpansion(*this, why);
  }
  SmallVector<Value> outputs;
  for (Value x : derivative.xs) {
    Value gradient = gradients.lookup(x);
    outputs.push_back(gradient ? gradient : fill(0, x));
  }
  return outputs;
}
