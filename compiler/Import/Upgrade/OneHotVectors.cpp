//===- OneHotVectors.cpp - Hardmax of matrices, OneHot of what is there ---===//
//
// Before opset 13 Hardmax joined the dimensions from its axis on, and marked
// one element of all of them. Before 11 a negative index of OneHot marked
// nothing.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/Upgrade/Rules.h"

namespace onnxc::upgrade {

/// The node becomes the Reshape behind that of the matrix.
static void flattenHardmax(Rewriter &r) {
  if (r.node.input_size() != 1)
    return;
  std::string x = r.node.input(0);
  int64_t axis = r.getInt("axis", 1);
  r.erase("axis");
  std::string shape = r.add("Shape", {x});
  std::string flat = r.add("Flatten", {x}, {{"axis", axis}});
  std::string marked = r.add("Hardmax", {flat}, {{"axis", -1}});
  r.node.set_op_type("Reshape");
  r.node.set_input(0, marked);
  r.node.add_input(shape);
}

/// A negative index becomes the depth, which marks nothing either.
static void dropNegativeIndices(Rewriter &r) {
  if (r.node.input_size() < 2)
    return;
  std::string indices = r.node.input(0);
  std::string depth = r.add("Reshape", {r.node.input(1), r.addInts({})});
  std::string beyond = r.add("CastLike", {depth, indices});
  std::string zero = r.add("CastLike", {r.addInt(0), indices});
  std::string isNegative = r.add("Less", {indices, zero});
  r.node.set_input(0, r.add("Where", {isNegative, beyond, indices}));
}

llvm::ArrayRef<Rule> getOneHotVectorsRules() {
  static constexpr Rule rules[] = {
      {"Hardmax", 13, flattenHardmax},
      {"OneHot", 11, dropNegativeIndices},
  };
  return rules;
}

} // namespace onnxc::upgrade
