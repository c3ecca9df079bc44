//===- MatrixRows.cpp - Softmax, LogSoftmax and Hardmax of matrices -------===//
//
// Before opset 13 they joined the dimensions from their axis on, and worked on
// the rows of a matrix. onnx's converter does the same for the first two, but
// gives an empty tensor another shape.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/Upgrade/Rules.h"

namespace onnxc::upgrade {

/// The node becomes the Reshape behind that of the matrix.
static void workOnRows(Rewriter &r) {
  if (r.node.input_size() != 1)
    return;
  int64_t axis = r.getInt("axis", 1);
  r.setInt("axis", -1);
  if (axis == -1 || axis == r.getRank(0) - 1)
    return;
  std::string x = r.node.input(0);
  std::string shape = r.add("Shape", {x});
  std::string flat = r.add("Flatten", {x}, {{"axis", axis}});
  std::string rows = r.add(r.node.op_type(), {flat}, {{"axis", -1}});
  r.node.set_op_type("Reshape");
  r.erase("axis");
  r.setInt("allowzero", 1);
  r.node.set_input(0, rows);
  r.node.add_input(shape);
}

llvm::ArrayRef<Rule> getMatrixRowsRules() {
  static constexpr Rule rules[] = {
      {"Hardmax", 13, workOnRows},
      {"LogSoftmax", 13, workOnRows},
      {"Softmax", 13, workOnRows},
  };
  return rules;
}

} // namespace onnxc::upgrade
