//===- NodeUses.cpp - The values that a node reads ------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/NodeUses.h"

namespace onnxc {

static void collectUses(const ::onnx::GraphProto &graph,
                        llvm::StringSet<> &uses) {
  llvm::StringSet<> inner, defined;
  for (const auto &input : graph.input())
    defined.insert(input.name());
  for (const auto &tensor : graph.initializer())
    defined.insert(tensor.name());
  for (const auto &tensor : graph.sparse_initializer())
    defined.insert(tensor.values().name());
  for (const auto &node : graph.node()) {
    collectUses(node, inner);
    defined.insert_range(node.output());
  }
  for (const auto &output : graph.output())
    inner.insert(output.name());
  for (const auto &use : inner)
    if (!defined.contains(use.first()))
      uses.insert(use.first());
}

void collectUses(const ::onnx::NodeProto &node, llvm::StringSet<> &uses) {
  for (const std::string &input : node.input())
    if (!input.empty())
      uses.insert(input);
  for (const auto &attribute : node.attribute()) {
    if (attribute.has_g())
      collectUses(attribute.g(), uses);
    for (const auto &graph : attribute.graphs())
      collectUses(graph, uses);
  }
}

} // namespace onnxc
