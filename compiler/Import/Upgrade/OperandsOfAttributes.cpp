//===- OperandsOfAttributes.cpp - Attributes that became operands ---------===//
//
// The ends of Clip and the paddings of Pad before opset 11 (onnx's converter
// makes floats of them, whatever the type of the data), Split-1's sizes, and
// Tile-1's one axis and number.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/Upgrade/Rules.h"
#include <optional>

namespace onnxc::upgrade {

static void makePadsOperand(Rewriter &r) {
  std::vector<int64_t> pads;
  // Version 1 has them under another name.
  for (const char *name : {"paddings", "pads"})
    if (const ::onnx::AttributeProto *list = r.get(name)) {
      pads.assign(list->ints().begin(), list->ints().end());
      r.erase(name);
    }
  const ::onnx::AttributeProto *value = r.get("value");
  float fill = value ? value->f() : 0;
  r.erase("value");
  if (r.node.input_size() != 1)
    return;
  r.node.add_input(r.addInts(pads));
  if (fill != 0)
    r.node.add_input(r.addFloatLike(fill, r.node.input(0)));
}

static void makeEndsOperands(Rewriter &r) {
  std::vector<std::optional<float>> ends;
  for (const char *name : {"min", "max"}) {
    const ::onnx::AttributeProto *given = r.get(name);
    ends.push_back(given ? std::optional(given->f()) : std::nullopt);
    r.erase(name);
  }
  r.erase("consumed_inputs");
  if (r.node.input_size() != 1)
    return;
  const std::string data = r.node.input(0);
  for (std::optional<float> end : ends)
    r.node.add_input(end ? r.addFloatLike(*end, data) : "");
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
      {"Clip", 11, makeEndsOperands},
      {"Pad", 11, makePadsOperand},
      {"Split", 2, makeSplitOperand},
      {"Tile", 6, makeRepeats},
  };
  return rules;
}

} // namespace onnxc::upgrade
