//===- RealFunctions.cpp - Functions that were of integers as well --------===//
//
// Erf before opset 13, ReduceLogSum and ReduceLogSumExp before 28: they are
// computed in floats, and rounded towards 0.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/Upgrade/Rules.h"

namespace onnxc::upgrade {

/// The node becomes the Cast back.
static void computeInFloats(Rewriter &r) {
  if (!r.isInteger(0))
    return;
  int32_t type = r.getType(0);
  r.node.set_input(0, r.add("Cast", {r.node.input(0)},
                            {{"to", ::onnx::TensorProto::DOUBLE}}));
  std::string result = r.add(r.node.op_type(), {});
  ::onnx::NodeProto &function = r.before.back();
  *function.mutable_input() = std::move(*r.node.mutable_input());
  *function.mutable_attribute() = std::move(*r.node.mutable_attribute());
  r.node.clear_input();
  r.node.clear_attribute();
  r.node.set_op_type("Cast");
  r.node.add_input(result);
  r.setInt("to", type);
}

/// Their axes became an operand with opset 18.
static void makeAxesOperand(Rewriter &r) {
  const ::onnx::AttributeProto *axes = r.get("axes");
  if (axes && r.node.input_size() == 1) {
    std::vector<int64_t> list(axes->ints().begin(), axes->ints().end());
    r.node.add_input(r.addInts(list));
    r.erase("axes");
  }
  computeInFloats(r);
}

llvm::ArrayRef<Rule> getRealFunctionsRules() {
  static constexpr Rule rules[] = {
      {"Erf", 13, computeInFloats},
      {"ReduceLogSum", 28, makeAxesOperand},
      {"ReduceLogSumExp", 28, makeAxesOperand},
  };
  return rules;
}

} // namespace onnxc::upgrade
