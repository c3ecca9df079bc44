//===- ModelParts.cpp - All that a mutation may choose from ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "test/fuzz/ModelParts.h"

namespace onnxc::fuzz {

ModelParts::ModelParts(onnx::ModelProto &model) : names{"", "nowhere"} {
  add(*model.mutable_graph());
  for (auto &function : *model.mutable_functions()) {
    names.insert(names.end(), function.input().begin(), function.input().end());
    add(*function.mutable_node());
  }
}

void ModelParts::add(onnx::GraphProto &graph) {
  graphs.push_back(&graph);
  for (auto *list : {graph.mutable_input(), graph.mutable_output(),
                     graph.mutable_value_info()})
    for (auto &value : *list)
      values.push_back(&value);
  for (auto &value : graph.input())
    names.push_back(value.name());
  for (auto &tensor : *graph.mutable_initializer()) {
    tensors.push_back(&tensor);
    names.push_back(tensor.name());
  }
  for (auto &sparse : *graph.mutable_sparse_initializer()) {
    tensors.push_back(sparse.mutable_values());
    tensors.push_back(sparse.mutable_indices());
  }
  add(*graph.mutable_node());
}

void ModelParts::add(NodeList &list) {
  nodeLists.push_back(&list);
  for (auto &node : list) {
    nodes.push_back(&node);
    names.insert(names.end(), node.output().begin(), node.output().end());
    for (auto &attribute : *node.mutable_attribute()) {
      if (attribute.has_t())
        tensors.push_back(attribute.mutable_t());
      if (attribute.has_g())
        add(*attribute.mutable_g());
      for (auto &graph : *attribute.mutable_graphs())
        add(graph);
    }
  }
}

} // namespace onnxc::fuzz
