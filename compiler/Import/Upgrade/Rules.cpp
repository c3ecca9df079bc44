//===- Rules.cpp - Upgrades that onnx's version converter lacks -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/Upgrade/Rules.h"
#include "llvm/ADT/STLExtras.h"
#include <onnx/shape_inference/implementation.h>

using llvm::ArrayRef;
using llvm::StringRef;

namespace onnxc::upgrade {

static constexpr char kDomain[] = "onnxc.upgraded";

namespace {

const Rule *findRule(const ::onnx::NodeProto &node, int64_t opset) {
  if (!node.domain().empty() && node.domain() != "ai.onnx")
    return nullptr;
  static const ArrayRef<Rule> files[] = {
#include "compiler/Import/Upgrade/RuleCalls.inc"
  };
  for (ArrayRef<Rule> rules : files)
    for (const Rule &rule : rules)
      if (opset < rule.until && node.op_type() == rule.op)
        return &rule;
  return nullptr;
}

bool hasRule(const ::onnx::GraphProto &graph, int64_t opset) {
  for (const auto &node : graph.node()) {
    if (findRule(node, opset))
      return true;
    for (const auto &attribute : node.attribute())
      if (attribute.has_g() && hasRule(attribute.g(), opset))
        return true;
  }
  return false;
}

/// What inference found, of this graph beside those around it.
void collectTypes(const ::onnx::GraphProto &graph, ValueTypes &types) {
  for (const auto *values :
       {&graph.input(), &graph.output(), &graph.value_info()})
    for (const auto &value : *values)
      if (value.type().has_tensor_type()) {
        const auto &type = value.type().tensor_type();
        types[value.name()] = {type.elem_type(), type.has_shape()
                                                     ? type.shape().dim_size()
                                                     : int64_t(-1)};
      }
  for (const auto &tensor : graph.initializer())
    types[tensor.name()] = {tensor.data_type(), tensor.dims_size()};
}

void apply(::onnx::GraphProto &graph, int64_t opset, int &number,
           ValueTypes &types) {
  collectTypes(graph, types);
  google::protobuf::RepeatedPtrField<::onnx::NodeProto> nodes;
  nodes.Swap(graph.mutable_node());
  for (auto &node : nodes) {
    for (auto &attribute : *node.mutable_attribute())
      if (attribute.has_g())
        apply(*attribute.mutable_g(), opset, number, types);
    if (const Rule *rule = findRule(node, opset)) {
      Rewriter rewriter(node, number++, types);
      rule->apply(rewriter);
      Rewriter::keep(node);
      for (auto &added : rewriter.before)
        *graph.add_node() = std::move(added);
    }
    *graph.add_node() = std::move(node);
  }
}

} // namespace

void Rewriter::keep(::onnx::NodeProto &node) { node.set_domain(kDomain); }

const ::onnx::AttributeProto *Rewriter::get(StringRef name) const {
  for (const auto &attribute : node.attribute())
    if (attribute.name() == name)
      return &attribute;
  return nullptr;
}

int64_t Rewriter::getInt(StringRef name, int64_t otherwise) const {
  const ::onnx::AttributeProto *attribute = get(name);
  return attribute ? attribute->i() : otherwise;
}

void Rewriter::erase(StringRef name) {
  auto &attributes = *node.mutable_attribute();
  for (int i = attributes.size() - 1; i >= 0; --i)
    if (attributes[i].name() == name)
      attributes.DeleteSubrange(i, 1);
}

static void setAttribute(::onnx::NodeProto &node, StringRef name,
                         int64_t value) {
  ::onnx::AttributeProto &attribute = *node.add_attribute();
  attribute.set_name(name.str());
  attribute.set_type(::onnx::AttributeProto::INT);
  attribute.set_i(value);
}

void Rewriter::setInt(StringRef name, int64_t value) {
  erase(name);
  setAttribute(node, name, value);
}

void Rewriter::setFloat(StringRef name, float value) {
  erase(name);
  ::onnx::AttributeProto &attribute = *node.add_attribute();
  attribute.set_name(name.str());
  attribute.set_type(::onnx::AttributeProto::FLOAT);
  attribute.set_f(value);
}

int32_t Rewriter::getType(int operand) const {
  return operand < node.input_size() ? types.lookup(node.input(operand)).element
                                     : int32_t(::onnx::TensorProto::UNDEFINED);
}

int64_t Rewriter::getRank(int operand) const {
  return operand < node.input_size() ? types.lookup(node.input(operand)).rank
                                     : -1;
}

bool Rewriter::isInteger(int operand) const {
  using Tensor = ::onnx::TensorProto;
  return llvm::is_contained({Tensor::INT8, Tensor::INT16, Tensor::INT32,
                             Tensor::INT64, Tensor::UINT8, Tensor::UINT16,
                             Tensor::UINT32, Tensor::UINT64},
                            getType(operand));
}

void Rewriter::setText(StringRef name, StringRef value) {
  std::string text = value.str();
  erase(name);
  ::onnx::AttributeProto &attribute = *node.add_attribute();
  attribute.set_name(name.str());
  attribute.set_type(::onnx::AttributeProto::STRING);
  attribute.set_s(text);
}

std::string Rewriter::add(StringRef op, ArrayRef<std::string> inputs,
                          ArrayRef<std::pair<const char *, int64_t>> ints) {
  ::onnx::NodeProto &added = before.emplace_back();
  added.set_op_type(op.str());
  added.set_domain(kDomain);
  added.set_name(node.name());
  for (const std::string &input : inputs)
    added.add_input(input);
  for (auto [name, value] : ints)
    setAttribute(added, name, value);
  std::string output = "upgraded/" + std::to_string(number) + "/" +
                       std::to_string(before.size());
  added.add_output(output);
  return output;
}

std::string Rewriter::addInts(ArrayRef<int64_t> ints) {
  std::string output = add("Constant", {});
  ::onnx::AttributeProto &attribute = *before.back().add_attribute();
  attribute.set_name("value");
  attribute.set_type(::onnx::AttributeProto::TENSOR);
  ::onnx::TensorProto &tensor = *attribute.mutable_t();
  tensor.set_data_type(::onnx::TensorProto::INT64);
  tensor.add_dims(ints.size());
  for (int64_t value : ints)
    tensor.add_int64_data(value);
  return output;
}

std::string Rewriter::addInt(int64_t value) {
  std::string output = addInts(value);
  before.back().mutable_attribute(0)->mutable_t()->clear_dims();
  return output;
}

std::string Rewriter::addFloats(const std::vector<float> &floats) {
  std::string output = add("Constant", {});
  ::onnx::AttributeProto &attribute = *before.back().add_attribute();
  attribute.set_name("value_floats");
  attribute.set_type(::onnx::AttributeProto::FLOATS);
  for (float value : floats)
    attribute.add_floats(value);
  return output;
}

std::string Rewriter::addFloatLike(float value, const std::string &like) {
  std::string output = add("Constant", {});
  ::onnx::AttributeProto &attribute = *before.back().add_attribute();
  attribute.set_name("value_float");
  attribute.set_type(::onnx::AttributeProto::FLOAT);
  attribute.set_f(value);
  return add("CastLike", {output, like});
}

std::string Rewriter::addRank(const std::string &value) {
  return add("Shape", {add("Shape", {value})});
}

std::string Rewriter::addOnes(const std::string &count) {
  return add("Expand", {addInt(1), count});
}

bool applyRules(::onnx::ModelProto &model, int64_t opset) {
  if (!hasRule(model.graph(), opset))
    return false;
  // The converter finds no types beyond what it leaves alone.
  try {
    ::onnx::shape_inference::InferShapes(model);
  } catch (const std::exception &) {
    // What is wrong shows later, at its node.
  }
  int number = 0;
  ValueTypes types;
  apply(*model.mutable_graph(), opset, number, types);
  auto *import = model.add_opset_import();
  import->set_domain(kDomain);
  import->set_version(1);
  return true;
}

static void reveal(::onnx::GraphProto &graph) {
  for (auto &node : *graph.mutable_node()) {
    if (node.domain() == kDomain)
      node.clear_domain();
    for (auto &attribute : *node.mutable_attribute())
      if (attribute.has_g())
        reveal(*attribute.mutable_g());
  }
}

void finishRules(::onnx::ModelProto &model) {
  reveal(*model.mutable_graph());
  auto &imports = *model.mutable_opset_import();
  for (int i = imports.size() - 1; i >= 0; --i)
    if (imports[i].domain() == kDomain)
      imports.DeleteSubrange(i, 1);
}

} // namespace onnxc::upgrade
