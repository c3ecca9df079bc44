//===- ModelMutator.cpp - Random changes of a parsed model ----------------===//
//
// What comes out is still a protobuf, mostly nearly a model: so a change gets
// past the parser and the checks that come first.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "test/fuzz/ModelMutator.h"
#include "test/fuzz/ModelParts.h"
#include <algorithm>
#include <onnx/defs/schema.h>

namespace onnxc::fuzz {

/// Models stay small, so that a run is short.
static constexpr int kMostNodes = 40;

/// Names of operators; always in the same order.
static const std::vector<std::string> &getOperators() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> found;
    for (const onnx::OpSchema &schema :
         onnx::OpSchemaRegistry::get_all_schemas())
      if (schema.domain().empty())
        found.push_back(schema.Name());
    std::sort(found.begin(), found.end());
    return found;
  }();
  return names;
}

static std::string drawText(Random &random, const ModelParts &parts) {
  static const char *const words[] = {
      "",          "linear",     "cubic",      "nearest", "SAME_UPPER",
      "constant",  "reflect",    "edge",       "wrap",    "bidirectional",
      "reverse",   "mul",        "max",        "sum",     "tanh",
      "ij,jk->ik", "...i->i...", "half_pixel", "DCR",     "pytorch_half_pixel",
      "\xff\n"};
  if (random.one(3))
    return random.pick(parts.names);
  return random.pick(words);
}

/// An attribute that the operator has, of its type.
static void addAttribute(onnx::NodeProto &node, Random &random) {
  const onnx::OpSchema *schema =
      onnx::OpSchemaRegistry::Schema(node.op_type(), node.domain());
  auto *attribute = node.add_attribute();
  attribute->set_name("axis");
  attribute->set_type(onnx::AttributeProto::INT);
  if (!schema || schema->attributes().empty())
    return;
  // The schema's map has no order that one may rely on.
  std::vector<std::string> names;
  for (const auto &[name, known] : schema->attributes())
    names.push_back(name);
  std::sort(names.begin(), names.end());
  attribute->set_name(random.pick(names));
  attribute->set_type(schema->attributes().at(attribute->name()).type);
}

static void changeContent(onnx::AttributeProto &attribute, Random &random,
                          const ModelParts &parts) {
  switch (attribute.type()) {
  case onnx::AttributeProto::FLOAT:
    attribute.set_f(float(drawNumber(random, int64_t(0))) / 2);
    break;
  case onnx::AttributeProto::STRING:
    attribute.set_s(drawText(random, parts));
    break;
  case onnx::AttributeProto::INTS: {
    auto &ints = *attribute.mutable_ints();
    if (ints.empty() || random.one(4))
      ints.Add(drawNumber(random, 0));
    else if (random.one(4))
      ints.RemoveLast();
    else {
      int64_t &number = *ints.Mutable(int(random.below(ints.size())));
      number = drawNumber(random, number);
    }
    break;
  }
  case onnx::AttributeProto::FLOATS:
    attribute.add_floats(float(drawNumber(random, 0)));
    break;
  case onnx::AttributeProto::STRINGS:
    attribute.add_strings(drawText(random, parts));
    break;
  case onnx::AttributeProto::TENSOR:
    mutateTensor(*attribute.mutable_t(), random);
    break;
  default:
    attribute.set_i(drawNumber(random, attribute.i()));
  }
}

static void changeAttribute(ModelParts &parts, Random &random) {
  if (parts.nodes.empty())
    return;
  onnx::NodeProto &node = *random.pick(parts.nodes);
  if (!node.attribute_size() || random.one(4)) {
    addAttribute(node, random);
    changeContent(*node.mutable_attribute(node.attribute_size() - 1), random,
                  parts);
    return;
  }
  int at = int(random.below(node.attribute_size()));
  switch (random.below(8)) {
  case 0:
    node.mutable_attribute()->DeleteSubrange(at, 1);
    break;
  case 1:
    node.mutable_attribute(at)->set_type(
        onnx::AttributeProto::AttributeType(random.below(15)));
    break;
  case 2:
    *node.add_attribute() = onnx::AttributeProto(node.attribute(at));
    break;
  default:
    changeContent(*node.mutable_attribute(at), random, parts);
  }
}

static void changeShape(onnx::TensorShapeProto &shape, Random &random,
                        const ModelParts &parts) {
  if (shape.dim_size() == 0 || random.one(6)) {
    shape.add_dim()->set_dim_value(int64_t(random.below(5)));
    return;
  }
  if (random.one(6)) {
    shape.mutable_dim()->RemoveLast();
    return;
  }
  auto &dim = *shape.mutable_dim(int(random.below(shape.dim_size())));
  switch (random.below(4)) {
  case 0:
    dim.clear_value();
    break;
  case 1:
    dim.set_dim_param(random.one(2) ? "n" : drawText(random, parts));
    break;
  default:
    dim.set_dim_value(drawNumber(random, dim.dim_value()));
  }
}

/// A number where a list is meant, a list for a number, a matrix for both.
static void replaceShape(onnx::TensorShapeProto &shape, Random &random) {
  shape.clear_dim();
  for (size_t i = 0, rank = random.below(4); i < rank; ++i)
    shape.add_dim()->set_dim_value(int64_t(random.below(4)));
}

static void changeValue(ModelParts &parts, Random &random) {
  if (parts.values.empty())
    return;
  onnx::TypeProto &type = *random.pick(parts.values)->mutable_type();
  if (!type.has_tensor_type()) {
    type.Clear();
    type.mutable_tensor_type()->set_elem_type(1);
    return;
  }
  auto &tensor = *type.mutable_tensor_type();
  switch (random.below(8)) {
  case 0:
    tensor.clear_shape();
    break;
  case 3:
  case 4:
    replaceShape(*tensor.mutable_shape(), random);
    break;
  case 1:
    tensor.set_elem_type(int(random.below(28)));
    break;
  case 2: {
    onnx::TypeProto inner(type);
    auto &outer = random.one(2)
                      ? *type.mutable_sequence_type()->mutable_elem_type()
                      : *type.mutable_optional_type()->mutable_elem_type();
    outer = inner;
    break;
  }
  default:
    changeShape(*tensor.mutable_shape(), random, parts);
  }
}

static void changeEdge(ModelParts &parts, Random &random) {
  if (parts.nodes.empty())
    return;
  onnx::NodeProto &node = *random.pick(parts.nodes);
  auto &names = random.one(6) ? *node.mutable_output() : *node.mutable_input();
  if (names.empty() || random.one(6))
    *names.Add() = random.pick(parts.names);
  else if (random.one(6))
    names.RemoveLast();
  else
    *names.Mutable(int(random.below(names.size()))) = random.pick(parts.names);
}

static void changeNodes(ModelParts &parts, Random &random) {
  NodeList &list = *random.pick(parts.nodeLists);
  if (list.empty())
    return;
  int at = int(random.below(list.size()));
  switch (random.below(6)) {
  case 0:
    list.DeleteSubrange(at, 1);
    break;
  case 1: {
    if (list.size() >= kMostNodes)
      break;
    // A copy, with results of its own, that reads the first one's.
    onnx::NodeProto copy(list.Get(at));
    for (auto &name : *copy.mutable_output())
      name += "_" + std::to_string(list.size());
    if (copy.input_size() && list.Get(at).output_size())
      copy.set_input(int(random.below(copy.input_size())),
                     list.Get(at).output(0));
    *list.Add() = copy;
    break;
  }
  case 2:
    list.SwapElements(at, int(random.below(list.size())));
    break;
  case 3:
    list.Mutable(at)->set_domain(random.one(2) ? "com.microsoft" : "ai.onnx");
    break;
  default:
    list.Mutable(at)->set_op_type(random.pick(getOperators()));
  }
}

static void changeTensor(ModelParts &parts, Random &random) {
  onnx::GraphProto &graph = *random.pick(parts.graphs);
  // An input of a graph becomes a constant.
  if (graph.input_size() && random.one(4)) {
    auto &tensor = *graph.add_initializer();
    tensor.set_name(graph.input(int(random.below(graph.input_size()))).name());
    tensor.set_data_type(random.one(2) ? 7 : 1);
    tensor.add_dims(1);
    tensor.mutable_raw_data()->assign(tensor.data_type() == 7 ? 8 : 4, '\1');
    return;
  }
  if (graph.initializer_size() && random.one(8)) {
    graph.mutable_initializer()->RemoveLast();
    return;
  }
  if (!parts.tensors.empty())
    mutateTensor(*random.pick(parts.tensors), random);
}

static void changeVersion(onnx::ModelProto &model, Random &random) {
  if (random.one(4)) {
    model.set_ir_version(int64_t(random.below(14)));
    return;
  }
  if (!model.opset_import_size() || random.one(8)) {
    model.add_opset_import()->set_domain(random.one(2) ? "" : "ai.onnx.ml");
    return;
  }
  model.mutable_opset_import(int(random.below(model.opset_import_size())))
      ->set_version(int64_t(random.below(30)));
}

void mutateModel(onnx::ModelProto &model, Random &random) {
  ModelParts parts(model);
  switch (random.below(12)) {
  case 0:
  case 1:
  case 2:
    return changeAttribute(parts, random);
  case 3:
  case 4:
    return changeValue(parts, random);
  case 5:
  case 6:
    return changeEdge(parts, random);
  case 7:
  case 8:
    return changeNodes(parts, random);
  case 9:
  case 10:
    return changeTensor(parts, random);
  default:
    return changeVersion(model, random);
  }
}

void crossModels(onnx::ModelProto &model, const onnx::ModelProto &other,
                 Random &random) {
  onnx::GraphProto &graph = *model.mutable_graph();
  for (const auto &node : other.graph().node())
    if (graph.node_size() < kMostNodes && random.one(2))
      *graph.add_node() = node;
  for (const auto &tensor : other.graph().initializer())
    *graph.add_initializer() = tensor;
  for (const auto &value : other.graph().input())
    if (random.one(2))
      *graph.add_input() = value;
  // A value of the one is read by the other.
  ModelParts parts(model);
  for (int i = 0; i < 3; ++i)
    changeEdge(parts, random);
}

} // namespace onnxc::fuzz
