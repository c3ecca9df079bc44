//===- NestScan.cpp - Scan-8 becomes a Scan over the batch ----------------===//
//
// Scan-8 runs its body over sequences side by side: states are [batch, ...] and
// scan inputs [batch, length, ...]. That is a newer Scan for each element of
// the batch, and what goes over the batch is a newer Scan, too, of no states:
//
//   %y, %z = Scan-8(_, %first, %x) {body}
//   %y, %z = Scan(%first, %x) {^(%f, %s): Scan(%f, %s) {body}}
//
// Lengths of its own for each sequence stay what they were: refused.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/Upgrade/Rules.h"

namespace onnxc::upgrade {

static void nestScan(Rewriter &r) {
  ::onnx::NodeProto &node = r.node;
  const ::onnx::AttributeProto *body = r.get("body");
  if (!body || !body->has_g() || node.input_size() < 2 ||
      !node.input(0).empty() || node.output_size() == 0)
    return;
  ::onnx::NodeProto inner;
  inner.set_op_type("Scan");
  inner.set_name(node.name());
  for (auto &attribute : *node.mutable_attribute()) {
    if (attribute.name() == "directions")
      attribute.set_name("scan_input_directions");
    *inner.add_attribute() = std::move(attribute);
  }
  node.clear_attribute();

  ::onnx::GraphProto one;
  one.set_name(node.name() + "/batch");
  std::string prefix = node.output(0) + "/batch/";
  for (int i = 1; i < node.input_size(); ++i) {
    std::string name = prefix + "in/" + std::to_string(i);
    one.add_input()->set_name(name);
    inner.add_input(name);
  }
  for (int i = 0; i < node.output_size(); ++i) {
    std::string name = prefix + "out/" + std::to_string(i);
    one.add_output()->set_name(name);
    inner.add_output(name);
  }
  Rewriter::keep(inner);
  *one.add_node() = std::move(inner);

  std::vector<std::string> inputs(node.input().begin() + 1, node.input().end());
  node.clear_input();
  for (const std::string &input : inputs)
    node.add_input(input);
  r.setInt("num_scan_inputs", inputs.size());
  ::onnx::AttributeProto &attribute = *node.add_attribute();
  attribute.set_name("body");
  attribute.set_type(::onnx::AttributeProto::GRAPH);
  *attribute.mutable_g() = std::move(one);
}

llvm::ArrayRef<Rule> getNestScanRules() {
  static constexpr Rule rules[] = {
      {"Scan", 9, nestScan},
  };
  return rules;
}

} // namespace onnxc::upgrade
