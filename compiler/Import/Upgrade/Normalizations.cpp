//===- Normalizations.cpp - Statistics and masks of training --------------===//
//
// Before opset 9 BatchNormalization could have statistics of each element, and
// before 14 it had results for training. GroupNormalization-18 scaled groups,
// not channels. A Dropout's mask was of the data's type before opset 10.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/Upgrade/Rules.h"

namespace onnxc::upgrade {

/// Statistics of one element of the batch: they are broadcast to the others.
static void normalizeElements(Rewriter &r) {
  const ::onnx::AttributeProto *given = r.get("epsilon");
  ::onnx::NodeProto &node = r.node;
  const std::string x = node.input(0), scale = node.input(1);
  const std::string bias = node.input(2);
  std::string epsilon = r.addFloatLike(given ? given->f() : 1e-5F, x);
  std::string variance = r.add("Add", {node.input(4), epsilon});
  std::string centred = r.add("Sub", {x, node.input(3)});
  std::string unit = r.add("Div", {centred, r.add("Sqrt", {variance})});
  std::string scaled = r.add("Mul", {unit, scale});
  node.clear_attribute();
  node.clear_input();
  node.set_op_type("Add");
  node.add_input(scaled);
  node.add_input(bias);
}

/// Outside of training there is one result. Those of training were the running
/// mean and variance, and two that no newer form has.
static void dropStatistics(Rewriter &r) {
  bool trains = r.node.output_size() > 1 && !r.getInt("is_test", 0);
  int kept = trains ? 3 : 1;
  while (r.node.output_size() > kept)
    r.node.mutable_output()->RemoveLast();
  if (!trains && !r.getInt("spatial", 1) && r.node.input_size() == 5) {
    // Others than the text's are left as they are, and refused.
    if (r.getRank(0) < 0 || r.getRank(1) == r.getRank(0) - 1)
      normalizeElements(r);
    return;
  }
  for (const char *old : {"is_test", "consumed_inputs", "spatial"})
    r.erase(old);
  if (trains)
    r.setInt("training_mode", 1);
}

/// [groups] becomes [channels], each element as often as a group has channels.
static void repeatForChannels(Rewriter &r) {
  const ::onnx::AttributeProto *groups = r.get("num_groups");
  if (!groups || groups->i() < 1 || r.node.input_size() != 3)
    return;
  std::string channels =
      r.add("Shape", {r.node.input(0)}, {{"start", 1}, {"end", 2}});
  std::string each = r.add("Div", {channels, r.addInts(groups->i())});
  std::string shape =
      r.add("Concat", {r.addInts(groups->i()), each}, {{"axis", 0}});
  for (int i : {1, 2}) {
    std::string column = r.add("Unsqueeze", {r.node.input(i), r.addInts(1)});
    std::string rows = r.add("Expand", {column, shape});
    r.node.set_input(i, r.add("Reshape", {rows, channels}));
  }
  if (r.getType(0) == ::onnx::TensorProto::DOUBLE)
    r.setInt("stash_type", ::onnx::TensorProto::DOUBLE);
}

static void makeMaskOfData(Rewriter &r) {
  ::onnx::NodeProto &node = r.node;
  for (const char *old : {"consumed_inputs", "is_test", "ratio"})
    r.erase(old);
  if (node.input_size() != 1 || node.output_size() < 2 ||
      node.output(1).empty())
    return;
  const std::string data = node.input(0), output = node.output(0);
  std::string mask = r.add("Dropout", {data});
  ::onnx::NodeProto &dropout = r.before.back();
  dropout.clear_output();
  dropout.add_output(output);
  dropout.add_output(mask);
  node.mutable_output()->DeleteSubrange(0, 1);
  node.set_op_type("CastLike");
  node.set_input(0, mask);
  node.add_input(data);
}

llvm::ArrayRef<Rule> getNormalizationsRules() {
  static constexpr Rule rules[] = {
      {"BatchNormalization", 14, dropStatistics},
      {"Dropout", 10, makeMaskOfData},
      {"GroupNormalization", 21, repeatForChannels},
  };
  return rules;
}

} // namespace onnxc::upgrade
