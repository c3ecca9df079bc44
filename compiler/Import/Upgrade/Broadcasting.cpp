//===- Broadcasting.cpp - Before opset 7: axis and broadcast --------------===//
//
// The second operand's dimensions began at the attribute `axis` of the first's,
// today they are its last ones. A PRelu's slope had one element a channel.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/Upgrade/Rules.h"

namespace onnxc::upgrade {

/// a [A, B, C, D], b [B, C], axis 1: b becomes [B, C, 1].
static void alignOperands(Rewriter &r) {
  bool isAligned = r.getInt("broadcast", 0) && r.get("axis");
  int64_t axis = r.getInt("axis", 0), rank = r.getRank(0);
  // Out of range it is left as it is, and refused.
  if (isAligned && rank >= 0 && (axis < -rank || axis >= rank))
    return;
  r.erase("broadcast");
  r.erase("axis");
  r.erase("consumed_inputs");
  if (!isAligned || r.node.input_size() < 2)
    return;
  const std::string a = r.node.input(0), b = r.node.input(1);
  // An axis counted from the end counts from the first operand's rank.
  std::string count = r.addRank(a), begin = r.addInts(axis);
  if (axis < 0)
    begin = r.add("Add", {begin, count});
  std::string end = r.add("Add", {begin, r.addRank(b)});
  std::string rest = r.add("Sub", {count, end});
  // An operand of one element may have more dimensions than are left.
  std::string ones = r.addOnes(r.add("Max", {rest, r.addInts(int64_t(0))}));
  std::string shape =
      r.add("Concat", {r.add("Shape", {b}), ones}, {{"axis", 0}});
  r.node.set_input(1, r.add("Reshape", {b, shape}));
}

static void dropBroadcast(Rewriter &r) { r.erase("broadcast"); }

static void reshapeSlope(Rewriter &r) {
  r.erase("consumed_inputs");
  if (r.node.input_size() < 2)
    return;
  const std::string x = r.node.input(0), slope = r.node.input(1);
  // All of one dimension: [channels] becomes [channels, 1, 1...].
  std::string inner = r.add("Sub", {r.addRank(x), r.addInts(2)});
  std::string ones = r.addOnes(r.add("Max", {inner, r.addInts(int64_t(0))}));
  std::string shape = r.add("Concat", {r.addInts(-1), ones}, {{"axis", 0}});
  r.node.set_input(1, r.add("Reshape", {slope, shape}));
}

llvm::ArrayRef<Rule> getBroadcastingRules() {
  static constexpr Rule rules[] = {
      {"Add", 7, alignOperands},     {"And", 7, alignOperands},
      {"Div", 7, alignOperands},     {"Equal", 7, alignOperands},
      {"Greater", 7, alignOperands}, {"Less", 7, alignOperands},
      {"Mul", 7, alignOperands},     {"Or", 7, alignOperands},
      {"Pow", 7, alignOperands},     {"Sub", 7, alignOperands},
      {"Xor", 7, alignOperands},     {"Gemm", 7, dropBroadcast},
      {"PRelu", 7, reshapeSlope},
  };
  return rules;
}

} // namespace onnxc::upgrade
