//===- Attributes.cpp - Attributes that changed or went away --------------===//
//
// Cast-1 names its type, recurrent operators had the attribute output_sequence,
// LpPool-1 a float for p, and BatchNormalization results for training.
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

static void dropOutputSequence(Rewriter &r) { r.erase("output_sequence"); }

static void makePowerInteger(Rewriter &r) {
  if (const ::onnx::AttributeProto *p = r.get("p");
      p && p->type() == ::onnx::AttributeProto::FLOAT)
    r.setInt("p", int64_t(p->f()));
}

/// Outside of training there is one result. Those of training were the running
/// mean and variance, and two that no newer form has.
static void dropStatistics(Rewriter &r) {
  bool trains = r.node.output_size() > 1 && !r.getInt("is_test", 0);
  for (const char *old : {"is_test", "consumed_inputs", "spatial"})
    r.erase(old);
  int kept = trains ? 3 : 1;
  while (r.node.output_size() > kept)
    r.node.mutable_output()->RemoveLast();
  if (trains)
    r.setInt("training_mode", 1);
}

llvm::ArrayRef<Rule> getAttributesRules() {
  static constexpr Rule rules[] = {
      {"BatchNormalization", 14, dropStatistics},
      {"Cast", 6, nameTargetType},
      {"GRU", 7, dropOutputSequence},
      {"GlobalLpPool", 2, makePowerInteger},
      {"LSTM", 7, dropOutputSequence},
      {"LpPool", 2, makePowerInteger},
      {"RNN", 7, dropOutputSequence},
  };
  return rules;
}

} // namespace onnxc::upgrade
