//===- OperandsOfAttributes.cpp - Attributes that became operands ---------===//
//
// Pad-1's paddings, Split-1's sizes, and Tile-1's one axis and number.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/Upgrade/Rules.h"

namespace onnxc::upgrade {

static void makePadsOperand(Rewriter &r) {
  std::vector<int64_t> pads;
  if (const ::onnx::AttributeProto *paddings = r.get("paddings"))
    pads.assign(paddings->ints().begin(), paddings->ints().end());
  r.erase("paddings");
  const ::onnx::AttributeProto *value = r.get("value");
  float fill = value ? value->f() : 0;
  r.erase("value");
  while (r.node.input_size() > 1)
    r.node.mutable_input()->RemoveLast();
  r.node.add_input(r.addInts(pads));
  if (fill == 0)
    return;
  std::string constant = r.add("Constant", {});
  ::onnx::AttributeProto &attribute = *r.before.back().add_attribute();
  attribute.set_name("value_float");
  attribute.set_type(::onnx::AttributeProto::FLOAT);
  attribute.set_f(fill);
  r.node.add_input(r.add("CastLike", {constant, r.node.input(0)}));
}

static void makeSplitOperand(Rewriter &r) {
  const ::onnx::AttributeProto *split = r.get("split");
  std::vector<int64_t> sizes;
  if (split)
    sizes.assign(split->ints().begin(), split->ints().end());
  bool isOperand = r.node.input_size() > 1 && !r.node.input(1).empty();
  r.erase("split");
  if (isOperand)
    r.node.set_input(1, r.add("Cast", {r.node.input(1)},
                              {{"to", ::onnx::TensorProto::INT64}}));
  else if (split)
    r.node.add_input(r.addInts(sizes));
  else
    r.setInt("num_outputs", r.node.output_size());
}

/// Repeats are 1 but for the axis given.
static void makeRepeats(Rewriter &r) {
  if (r.node.input_size() < 3)
    return;
  auto toList = [&](const std::string &scalar) {
    std::string list = r.add("Reshape", {scalar, r.addInts(1)});
    return r.add("Cast", {list}, {{"to", ::onnx::TensorProto::INT64}});
  };
  std::string tiles = toList(r.node.input(1)), axis = toList(r.node.input(2));
  std::string repeats = r.add(
      "ScatterElements", {r.addOnes(r.addRank(r.node.input(0))), axis, tiles});
  r.node.mutable_input()->RemoveLast();
  r.node.set_input(1, repeats);
}

llvm::ArrayRef<Rule> getOperandsOfAttributesRules() {
  static constexpr Rule rules[] = {
      {"Pad", 2, makePadsOperand},
      {"Split", 2, makeSplitOperand},
      {"Tile", 6, makeRepeats},
  };
  return rules;
}

} // namespace onnxc::upgrade
