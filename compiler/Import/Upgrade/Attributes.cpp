//===- Attributes.cpp - Attributes that changed or went away --------------===//
//
// Cast-1 names its type, recurrent operators had the attribute output_sequence,
// LpPool-1 a float for p, and Selu-1 other defaults.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/Upgrade/Rules.h"

namespace onnxc::upgrade {

static void nameTargetType(Rewriter &r) {
  const ::onnx::AttributeProto *to = r.get("to");
  ::onnx::TensorProto::DataType type = ::onnx::TensorProto::UNDEFINED;
  if (!to || to->type() != ::onnx::AttributeProto::STRING ||
      !::onnx::TensorProto::DataType_Parse(to->s(), &type))
    return;
  r.setInt("to", type);
}

static void dropOutputSequence(Rewriter &r) {
  r.erase("output_sequence");
  // How GRU-1's schema spells its default.
  if (const ::onnx::AttributeProto *direction = r.get("direction");
      direction && direction->s() == "foward")
    r.erase("direction");
}

/// Deprecated since 11, and of the same text.
static void renameScatter(Rewriter &r) {
  if (r.node.input_size() == 3)
    r.node.set_op_type("ScatterElements");
}

static void makePowerInteger(Rewriter &r) {
  if (const ::onnx::AttributeProto *p = r.get("p");
      p && p->type() == ::onnx::AttributeProto::FLOAT)
    r.setInt("p", int64_t(p->f()));
}

/// Later versions give more digits.
static void keepDefaults(Rewriter &r) {
  r.erase("consumed_inputs");
  if (!r.get("alpha"))
    r.setFloat("alpha", 1.6732F);
  if (!r.get("gamma"))
    r.setFloat("gamma", 1.0507F);
}

llvm::ArrayRef<Rule> getAttributesRules() {
  static constexpr Rule rules[] = {
      {"Cast", 6, nameTargetType},           {"GRU", 7, dropOutputSequence},
      {"GlobalLpPool", 2, makePowerInteger}, {"LSTM", 7, dropOutputSequence},
      {"LpPool", 2, makePowerInteger},       {"RNN", 7, dropOutputSequence},
      {"Scatter", kAlways, renameScatter},   {"Selu", 6, keepDefaults},
  };
  return rules;
}

} // namespace onnxc::upgrade
