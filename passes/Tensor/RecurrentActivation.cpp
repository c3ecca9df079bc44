//===- RecurrentActivation.cpp - The activations of recurrent layers ------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Tensor/RecurrentActivation.h"
#include "dialects/onnx/ScalarBuilder.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

struct Parameters {
  bool known = false, hasAlpha = false, hasBeta = false;
  float alpha = 0, beta = 0;
};

Parameters getParameters(StringRef name) {
  return llvm::StringSwitch<Parameters>(name)
      .Cases({"relu", "tanh", "sigmoid", "softsign", "softplus"},
             {true, false, false, 0, 0})
      .Case("affine", {true, true, true, 1, 0})
      .Case("leakyrelu", {true, true, false, 0.01f, 0})
      .Case("thresholdedrelu", {true, true, false, 1, 0})
      .Case("scaledtanh", {true, true, true, 1, 1})
      .Case("hardsigmoid", {true, true, true, 0.2f, 0.5f})
      .Case("elu", {true, true, false, 1, 0})
      .Default({});
}

} // namespace

std::optional<SmallVector<RecurrentActivation>>
RecurrentActivation::parse(ArrayAttr names, ArrayRef<float> alpha,
                           ArrayRef<float> beta, ArrayRef<StringRef> defaults,
                           size_t directions) {
  SmallVector<std::string> list;
  if (names)
    for (Attribute name : names)
      list.push_back(cast<StringAttr>(name).getValue().lower());
  else
    for (size_t d = 0; d < directions; ++d)
      for (StringRef name : defaults)
        list.push_back(name.lower());
  // A default of the specification may name both directions' activations.
  if (list.size() < defaults.size() * directions)
    return std::nullopt;
  list.resize(defaults.size() * directions);
  SmallVector<RecurrentActivation> result;
  for (StringRef name : list) {
    Parameters parameters = getParameters(name);
    if (!parameters.known)
      return std::nullopt;
    auto take = [](bool has, ArrayRef<float> &values, float otherwise) {
      if (!has || values.empty())
        return otherwise;
      float value = values.front();
      values = values.drop_front();
      return value;
    };
    float a = take(parameters.hasAlpha, alpha, parameters.alpha);
    float c = take(parameters.hasBeta, beta, parameters.beta);
    result.push_back({name.str(), a, c});
  }
  return result;
}

Value RecurrentActivation::build(OpBuilder &b, Location loc, Value x) const {
  ScalarBuilder s(b, loc, x.getType());
  Value zero = s.constant(x, 0), one = s.constant(x, 1);
  Value a = s.constant(x, alpha), c = s.constant(x, beta);
  auto exp = [&](Value v) -> Value { return math::ExpOp::create(b, loc, v); };
  if (name == "sigmoid")
    return s.div(one, s.add(one, exp(s.neg(x))));
  if (name == "tanh")
    return math::TanhOp::create(b, loc, x);
  if (name == "relu")
    return s.max(x, zero);
  if (name == "affine")
    return s.add(s.mul(a, x), c);
  if (name == "leakyrelu")
    return s.select(s.lt(x, zero), s.mul(a, x), x);
  if (name == "thresholdedrelu")
    return s.select(s.gt(x, a), x, zero);
  if (name == "scaledtanh")
    return s.mul(a, math::TanhOp::create(b, loc, s.mul(c, x)));
  if (name == "hardsigmoid")
    return s.min(one, s.max(zero, s.add(s.mul(a, x), c)));
  if (name == "elu")
    return s.select(s.lt(x, zero), s.mul(a, s.sub(exp(x), one)), x);
  if (name == "softsign")
    return s.div(x, s.add(one, math::AbsFOp::create(b, loc, x)));
  // softplus, without overflow: max(x, 0) + log(1 + exp(-|x|)).
  Value small = exp(s.neg(math::AbsFOp::create(b, loc, x)));
  return s.add(s.max(x, zero), math::Log1pOp::create(b, loc, small));
}
