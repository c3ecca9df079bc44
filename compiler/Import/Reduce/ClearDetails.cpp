//===- ClearDetails.cpp - What a model says beyond its graph --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/Reduce/Reductions.h"

namespace onnxc::reduce {

bool clearText(Candidate &candidate) {
  return candidate.attempt([](::onnx::ModelProto &model) {
    size_t before = model.ByteSizeLong();
    ::onnx::GraphProto &graph = *model.mutable_graph();
    model.clear_doc_string();
    model.clear_metadata_props();
    model.clear_producer_version();
    graph.clear_doc_string();
    graph.clear_metadata_props();
    graph.clear_value_info();
    graph.clear_quantization_annotation();
    for (auto &node : *graph.mutable_node()) {
      node.clear_doc_string();
      node.clear_metadata_props();
    }
    return model.ByteSizeLong() < before;
  });
}

bool removeAttributes(Candidate &candidate) {
  bool any = false;
  for (int i = 0; i < candidate.graph().node_size(); ++i)
    for (int k = candidate.graph().node(i).attribute_size() - 1; k >= 0; --k)
      any |= candidate.attempt([&](::onnx::ModelProto &model) {
        ::onnx::NodeProto &node = *model.mutable_graph()->mutable_node(i);
        if (k >= node.attribute_size())
          return false;
        node.mutable_attribute()->DeleteSubrange(k, 1);
        return true;
      });
  return any;
}

bool removeOptionalInputs(Candidate &candidate) {
  bool any = false;
  for (int i = 0; i < candidate.graph().node_size(); ++i)
    for (int k = candidate.graph().node(i).input_size() - 1; k > 0; --k)
      any |= candidate.attempt([&](::onnx::ModelProto &model) {
        if (i >= model.graph().node_size())
          return false;
        ::onnx::NodeProto &node = *model.mutable_graph()->mutable_node(i);
        if (k >= node.input_size() || node.input(k).empty())
          return false;
        if (k + 1 == node.input_size())
          node.mutable_input()->RemoveLast();
        else
          node.set_input(k, "");
        return true;
      });
  return any;
}

} // namespace onnxc::reduce
