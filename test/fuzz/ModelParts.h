//===- ModelParts.h - All that a mutation may choose from -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_TEST_FUZZ_MODELPARTS_H
#define ONNXC_TEST_FUZZ_MODELPARTS_H

#include <onnx/onnx_pb.h>
#include <string>
#include <vector>

namespace onnxc::fuzz {

using NodeList = google::protobuf::RepeatedPtrField<onnx::NodeProto>;

/// What a model is made of, sub-graphs and functions included. Valid until a
/// list of the model changes its length.
struct ModelParts {
  explicit ModelParts(onnx::ModelProto &model);

  std::vector<onnx::GraphProto *> graphs;
  std::vector<NodeList *> nodeLists;
  std::vector<onnx::NodeProto *> nodes;
  std::vector<onnx::TensorProto *> tensors;
  std::vector<onnx::ValueInfoProto *> values;
  /// Of values, that of an optional operand which is absent, and one that
  /// nothing has.
  std::vector<std::string> names;

private:
  void add(onnx::GraphProto &graph);
  void add(NodeList &list);
};

} // namespace onnxc::fuzz

#endif // ONNXC_TEST_FUZZ_MODELPARTS_H
