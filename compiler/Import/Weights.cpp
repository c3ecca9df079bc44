//===- Weights.cpp - Weights set aside before the graph is worked on ------===//
//
// Checking, inlining and conversion copy the whole protobuf several times.
// Large tensors leave it before: the graph gets an input of the weight's name
// and type in its place, the bytes go straight to their attribute. Small
// tensors stay, as shape arithmetic and upgrade rules look at their values.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/Model.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace onnxc {

namespace {

constexpr int64_t kInlineBytes = int64_t(16) * 1024;

bool isLarge(const ::onnx::TensorProto &tensor) {
  std::optional<int64_t> count = countElements(
      ArrayRef<int64_t>(tensor.dims().data(), tensor.dims_size()));
  std::optional<int64_t> size =
      count ? getPackedSize(tensor.data_type(), *count) : std::nullopt;
  return size && *size > kInlineBytes;
}

/// The tensor that a Constant node holds.
::onnx::AttributeProto *getValue(::onnx::NodeProto &node) {
  if (node.op_type() != "Constant" || !isDefaultDomain(node.domain()) ||
      node.output_size() != 1)
    return nullptr;
  for (auto &attribute : *node.mutable_attribute())
    if (attribute.has_t() || attribute.has_sparse_tensor())
      return &attribute;
  return nullptr;
}

class SetAside {
public:
  explicit SetAside(Model &model) : model(model) {}

  LogicalResult run() {
    ::onnx::GraphProto &graph = *model.proto->mutable_graph();
    removeInputsWithValues(graph);
    if (failed(takeInitializers(graph)) || failed(takeConstants(graph)))
      return failure();
    for (auto &node : *graph.mutable_node())
      if (failed(loadSmall(node)))
        return failure();
    for (auto &function : *model.proto->mutable_functions())
      for (auto &node : *function.mutable_node())
        if (failed(loadSmall(node)))
          return failure();
    return success();
  }

private:
  Model &model;

  /// Before IR version 4 every initializer was an input as well. We compile
  /// its value in.
  void removeInputsWithValues(::onnx::GraphProto &graph) {
    llvm::StringSet<> names;
    for (const auto &tensor : graph.initializer())
      names.insert(tensor.name());
    for (const auto &tensor : graph.sparse_initializer())
      names.insert(tensor.values().name());
    google::protobuf::RepeatedPtrField<::onnx::ValueInfoProto> rest;
    for (auto &input : *graph.mutable_input())
      if (!names.contains(input.name()))
        *rest.Add() = std::move(input);
    graph.mutable_input()->Swap(&rest);
  }

  LogicalResult keep(const std::string &name, FailureOr<Constant> constant) {
    if (failed(constant))
      return failure();
    auto *input = model.proto->mutable_graph()->add_input();
    input->set_name(name);
    auto &type = *input->mutable_type()->mutable_tensor_type();
    type.set_elem_type(elementTypeNumber);
    auto &shape = *type.mutable_shape();
    for (int64_t size : constant->type.getShape())
      shape.add_dim()->set_dim_value(size);
    model.weights[name] = *constant;
    return success();
  }
  int elementTypeNumber = 0;

  LogicalResult take(const std::string &name, ::onnx::TensorProto &tensor) {
    elementTypeNumber = tensor.data_type();
    return keep(name, convertTensor(model, model.getLoc(name), tensor));
  }
  LogicalResult take(const std::string &name,
                     ::onnx::SparseTensorProto &tensor) {
    elementTypeNumber = tensor.values().data_type();
    return keep(name, convertSparseTensor(model, model.getLoc(name), tensor));
  }

  LogicalResult takeInitializers(::onnx::GraphProto &graph) {
    google::protobuf::RepeatedPtrField<::onnx::TensorProto> small;
    for (auto &tensor : *graph.mutable_initializer()) {
      if (isLarge(tensor)) {
        std::string name = tensor.name();
        if (failed(take(name, tensor)))
          return failure();
        continue;
      }
      if (failed(load(tensor)))
        return failure();
      *small.Add() = std::move(tensor);
    }
    graph.mutable_initializer()->Swap(&small);
    for (auto &tensor : *graph.mutable_sparse_initializer())
      if (failed(take(std::string(tensor.values().name()), tensor)))
        return failure();
    graph.clear_sparse_initializer();
    return success();
  }

  LogicalResult takeConstants(::onnx::GraphProto &graph) {
    google::protobuf::RepeatedPtrField<::onnx::NodeProto> rest;
    for (auto &node : *graph.mutable_node()) {
      ::onnx::AttributeProto *value = getValue(node);
      if (value && value->has_sparse_tensor()) {
        if (failed(take(node.output(0), *value->mutable_sparse_tensor())))
          return failure();
      } else if (value && isLarge(value->t())) {
        if (failed(take(node.output(0), *value->mutable_t())))
          return failure();
      } else {
        *rest.Add() = std::move(node);
      }
    }
    graph.mutable_node()->Swap(&rest);
    return success();
  }

  LogicalResult load(::onnx::TensorProto &tensor) {
    if (tensor.data_location() != ::onnx::TensorProto::EXTERNAL)
      return success();
    return loadExternal(model, model.getLoc(tensor.name()), tensor);
  }

  /// Tensors that stay in the protobuf hold their bytes themselves.
  LogicalResult loadSmall(::onnx::NodeProto &node) {
    for (auto &attribute : *node.mutable_attribute()) {
      if (attribute.has_t() && failed(load(*attribute.mutable_t())))
        return failure();
      if (!attribute.has_g())
        continue;
      for (auto &tensor : *attribute.mutable_g()->mutable_initializer())
        if (failed(load(tensor)))
          return failure();
      for (auto &inner : *attribute.mutable_g()->mutable_node())
        if (failed(loadSmall(inner)))
          return failure();
    }
    return success();
  }
};

} // namespace

LogicalResult setWeightsAside(Model &model) {
  // The forms of the protobuf that later steps see are those of version 4 on:
  // an initializer is no input.
  model.proto->set_ir_version(std::max<int64_t>(model.proto->ir_version(), 8));
  if (failed(SetAside(model).run()))
    return failure();
  return setListsAside(model);
}

} // namespace onnxc
