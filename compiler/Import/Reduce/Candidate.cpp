//===- Candidate.cpp - A model on its way to a smaller one ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/NodeUses.h"
#include "compiler/Import/Reduce/Reductions.h"
#include "llvm/ADT/STLExtras.h"
#include <onnx/shape_inference/implementation.h>

namespace onnxc::reduce {

bool Candidate::attempt(llvm::function_ref<bool(::onnx::ModelProto &)> change) {
  ::onnx::ModelProto changed = model;
  if (!change(changed))
    return false;
  removeUnused(*changed.mutable_graph());
  if (changed.graph().output_size() == 0 || !fails(changed))
    return false;
  model = std::move(changed);
  return true;
}

llvm::StringMap<::onnx::TypeProto> inferTypes(const ::onnx::ModelProto &model) {
  ::onnx::ModelProto inferred = model;
  try {
    ::onnx::ShapeInferenceOptions options(/*check_type_val=*/false,
                                          /*strict_mode_val=*/0,
                                          /*data_prop_val=*/true);
    ::onnx::shape_inference::InferShapes(
        inferred, ::onnx::OpSchemaRegistry::Instance(), options);
  } catch (const std::exception &) {
    // What it found before is of use.
  }
  llvm::StringMap<::onnx::TypeProto> types;
  const ::onnx::GraphProto &graph = inferred.graph();
  for (const auto *values :
       {&graph.input(), &graph.output(), &graph.value_info()})
    for (const auto &value : *values)
      if (value.type().has_tensor_type() &&
          value.type().tensor_type().has_shape())
        types[value.name()] = value.type();
  return types;
}

template <typename Field, typename Keep>
static void filter(Field &field, Keep keep) {
  Field kept;
  for (auto &element : field)
    if (keep(element))
      kept.Add()->Swap(&element);
  field.Swap(&kept);
}

void removeUnused(::onnx::GraphProto &graph) {
  llvm::StringSet<> used;
  for (const auto &output : graph.output())
    used.insert(output.name());
  std::vector<bool> keep(graph.node_size());
  for (int i = graph.node_size() - 1; i >= 0; --i) {
    const auto &node = graph.node(i);
    keep[i] = llvm::any_of(node.output(), [&](const std::string &output) {
      return used.contains(output);
    });
    if (keep[i])
      collectUses(node, used);
  }
  int number = 0;
  filter(*graph.mutable_node(), [&](const auto &) { return keep[number++]; });
  auto isUsed = [&](const auto &value) { return used.contains(value.name()); };
  filter(*graph.mutable_initializer(), isUsed);
  filter(*graph.mutable_sparse_initializer(), [&](const auto &tensor) {
    return used.contains(tensor.values().name());
  });
  filter(*graph.mutable_input(), isUsed);
  filter(*graph.mutable_value_info(), isUsed);
}

} // namespace onnxc::reduce
