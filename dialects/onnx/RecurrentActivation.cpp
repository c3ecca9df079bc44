//===- RecurrentActivation.cpp - The activations of recurrent layers ------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/RecurrentActivation.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
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
onnxc::onnx::parseRecurrentActivations(ArrayAttr names, ArrayRef<float> alpha,
                                       ArrayRef<float> beta,
                                       ArrayRef<StringRef> defaults,
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
    result.push_back(
        {name.str(), a, c, parameters.hasAlpha, parameters.hasBeta});
  }
  return result;
}

Value RecurrentActivation::build(const ValueBuilder &v, Value x) const {
  Value zero = v.constant(x, 0), one = v.constant(x, 1);
  Value a = v.constant(x, alpha), c = v.constant(x, beta);
  if (name == "sigmoid")
    return v.div(one, v.add(one, v.exp(v.neg(x))));
  if (name == "tanh")
    return v.tanh(x);
  if (name == "relu")
    return v.max(x, zero);
  if (name == "affine")
    return v.add(v.mul(a, x), c);
  if (name == "leakyrelu")
    return v.select(v.lt(x, zero), v.mul(a, x), x);
  if (name == "thresholdedrelu")
    return v.select(v.gt(x, a), x, zero);
  if (name == "scaledtanh")
    return v.mul(a, v.tanh(v.mul(c, x)));
  if (name == "hardsigmoid")
    return v.min(one, v.max(zero, v.add(v.mul(a, x), c)));
  if (name == "elu")
    return v.select(v.lt(x, zero), v.mul(a, v.sub(v.exp(x), one)), x);
  if (name == "softsign")
    return v.div(x, v.add(one, v.abs(x)));
  // softplus, without overflow: max(x, 0) + log(1 + exp(-|x|)).
  Value small = v.exp(v.neg(v.abs(x)));
  return v.add(v.max(x, zero), v.create<math::Log1pOp>(small));
}
