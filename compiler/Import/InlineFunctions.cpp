//===- InlineFunctions.cpp - Calls replaced by their bodies ---------------===//
//
// Model-local functions are inlined by onnx. Operators that the dialect has no
// op for, but the specification a body, are expanded here: onnx's inliner does
// not see into sub-graphs and infers the whole model's types for each node.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/Model.h"
#include "dialects/onnx/CustomRule.h"
#include "mlir/IR/Diagnostics.h"
#include <onnx/defs/function.h>
#include <onnx/inliner/inliner.h>
#include <onnx/shape_inference/attribute_binder.h>
#include <onnx/shape_inference/implementation.h>

using namespace mlir;

namespace onnxc {

namespace {

/// How many nodes a graph has when all functions are inlined. Each function may
/// call the one before it twice, so that a small file becomes more than any
/// memory holds.
class InlinedSize {
public:
  explicit InlinedSize(const ::onnx::ModelProto &proto) {
    for (const auto &function : proto.functions())
      functions[getKey(function.domain(), function.name())] = &function;
  }

  template <typename Graph> uint64_t count(const Graph &graph) {
    uint64_t sum = 0;
    for (const auto &node : graph.node()) {
      auto it = functions.find(getKey(node.domain(), node.op_type()));
      sum = llvm::SaturatingAdd(
          sum, it == functions.end() ? 1 : countFunction(*it->second));
      for (const auto &attribute : node.attribute())
        if (attribute.has_g())
          sum = llvm::SaturatingAdd(sum, count(attribute.g()));
    }
    return sum;
  }

private:
  llvm::StringMap<const ::onnx::FunctionProto *> functions;
  llvm::DenseMap<const ::onnx::FunctionProto *, uint64_t> sizes;

  static std::string getKey(StringRef domain, StringRef name) {
    return (domainName(domain) + "/" + name).str();
  }

  uint64_t countFunction(const ::onnx::FunctionProto &function) {
    // One that calls itself counts once; onnx's inliner says what is wrong.
    auto [it, isNew] = sizes.try_emplace(&function, 1);
    if (!isNew)
      return it->second;
    uint64_t size = count(function);
    return sizes[&function] = size;
  }
};

} // namespace

LogicalResult inlineLocalFunctions(Model &model) {
  if (model.proto->functions_size() == 0)
    return success();
  constexpr uint64_t kMostNodes = 1 << 20;
  if (InlinedSize(*model.proto).count(model.proto->graph()) > kMostNodes)
    return model.error() << "has functions that call others so often that it "
                            "would have over "
                         << kMostNodes << " nodes";
  try {
    ::onnx::inliner::InlineLocalFunctions(*model.proto,
                                          /*convert_version=*/true);
  } catch (const std::exception &e) {
    return model.error() << "has functions that cannot be inlined: "
                         << getReason(e);
  }
  return success();
}

namespace {

using Nodes = google::protobuf::RepeatedPtrField<::onnx::NodeProto>;
using Names = llvm::StringMap<std::string>;

class Expand {
public:
  Expand(Model &model, const ImportOptions &options)
      : model(model), options(options) {}

  LogicalResult run() {
    // A body may use operators that have one themselves.
    for (int round = 0; round < 16; ++round) {
      expanded = false;
      typesKnown = false;
      if (failed(expandGraph(*model.proto->mutable_graph())))
        return failure();
      if (!expanded)
        return success();
    }
    return model.error() << "has functions that call themselves";
  }

private:
  Model &model;
  const ImportOptions &options;
  bool expanded = false, typesKnown = false;
  llvm::StringMap<::onnx::TypeProto> types;
  int64_t counter = 0;

  const ::onnx::OpSchema *getFunctionSchema(const ::onnx::NodeProto &node) {
    if (lookupOp(&model.context, node))
      return nullptr;
    std::string domain = isDefaultDomain(node.domain()) ? "" : node.domain();
    const ::onnx::OpSchema *schema = ::onnx::OpSchemaRegistry::Schema(
        node.op_type(), int(model.getOpset(domain)), domain);
    if (!schema ||
        (!schema->HasFunction() && !schema->HasContextDependentFunction()))
      return nullptr;
    return schema;
  }

  LogicalResult expandGraph(::onnx::GraphProto &graph) {
    bool any = false;
    for (auto &node : *graph.mutable_node()) {
      any |= getFunctionSchema(node) != nullptr;
      for (auto &attribute : *node.mutable_attribute())
        if (attribute.has_g() && failed(expandGraph(*attribute.mutable_g())))
          return failure();
    }
    if (!any)
      return success();
    inferTypes();
    Nodes before;
    before.Swap(graph.mutable_node());
    for (auto &node : before) {
      const ::onnx::OpSchema *schema = getFunctionSchema(node);
      if (!schema)
        *graph.mutable_node()->Add() = std::move(node);
      else if (failed(expandNode(node, *schema, *graph.mutable_node())))
        return failure();
    }
    expanded = true;
    return success();
  }

  LogicalResult expandNode(::onnx::NodeProto node,
                           const ::onnx::OpSchema &schema, Nodes &out) {
    for (const auto &[name, attribute] : schema.attributes()) {
      bool given =
          llvm::any_of(node.attribute(), [&, &name = name](const auto &a) {
            return a.name() == name;
          });
      if (!given && attribute.default_value.has_name())
        *node.add_attribute() = attribute.default_value;
    }
    ::onnx::FunctionProto body;
    if (!getBody(node, schema, body))
      return refuse(node);
    ::onnx::internal::AttributeBinder::BindAttributes(node, body);

    Names names;
    for (int i = 0; i < body.input_size(); ++i)
      names[body.input(i)] =
          i < node.input_size() ? node.input(i) : std::string();
    SmallVector<std::pair<std::string, std::string>> forwarded;
    for (int i = 0; i < body.output_size(); ++i) {
      if (i >= node.output_size() || node.output(i).empty())
        continue;
      if (auto it = names.find(body.output(i)); it != names.end())
        forwarded.emplace_back(it->second, node.output(i));
      else
        names[body.output(i)] = node.output(i);
    }
    std::string base = node.output_size() ? node.output(0) : node.name();
    base += "/" + std::to_string(counter++) + "/";
    std::string nodeName = node.name().empty()
                               ? node.op_type() + "_" + node.output(0)
                               : node.name();
    for (auto &inner : *body.mutable_node()) {
      rename(inner, names, base);
      inner.set_name(nodeName);
      *out.Add() = std::move(inner);
    }
    for (auto &[from, to] : forwarded) {
      ::onnx::NodeProto &identity = *out.Add();
      identity.set_op_type("Identity");
      identity.set_name(nodeName);
      identity.add_input(from);
      identity.add_output(to);
    }
    return success();
  }

  LogicalResult refuse(const ::onnx::NodeProto &node) {
    auto isFree = [&](const std::string &input) {
      const ::onnx::TypeProto type = types.lookup(input);
      return llvm::any_of(type.tensor_type().shape().dim(),
                          [](const auto &dim) { return !dim.has_dim_value(); });
    };
    std::vector<std::string> free(node.input().begin(), node.input().end());
    llvm::erase_if(free, [&](const auto &input) { return !isFree(input); });
    InFlightDiagnostic error = model.error(node)
                               << "operator " << node.op_type()
                               << " has no definition for these inputs; ";
    if (free.empty())
      return error << "are its types those of the specification?";
    error << "it may need a size that is free: bind those of ";
    llvm::interleaveComma(free, error, [&](const std::string &input) {
      error << '"' << input << '"';
    });
    return error << " with --dim";
  }

  bool getBody(const ::onnx::NodeProto &node, const ::onnx::OpSchema &schema,
               ::onnx::FunctionProto &body) {
    int opset = int(model.getOpset(schema.domain()));
    try {
      std::vector<::onnx::TypeProto> inputs;
      for (const std::string &input : node.input())
        inputs.push_back(types.lookup(input));
      if (const auto *function = schema.GetFunction(opset)) {
        body = *function;
        return true;
      }
      ::onnx::FunctionBodyBuildContextImpl context(node, inputs);
      return schema.BuildContextDependentFunction(context, body, opset);
    } catch (const std::exception &) {
      return false;
    }
  }

  void rename(::onnx::NodeProto &node, Names &names, const std::string &base) {
    for (std::string &input : *node.mutable_input())
      if (auto it = names.find(input); it != names.end())
        input = it->second;
    for (auto &attribute : *node.mutable_attribute())
      if (attribute.has_g())
        rename(*attribute.mutable_g(), names, base);
    for (std::string &output : *node.mutable_output()) {
      if (output.empty())
        continue;
      std::string name = base;
      name += output;
      output = names.try_emplace(output, name).first->second;
    }
  }

  void rename(::onnx::GraphProto &graph, Names names, const std::string &base) {
    for (auto &input : *graph.mutable_input())
      input.set_name(names[input.name()] = base + input.name());
    for (auto &tensor : *graph.mutable_initializer())
      tensor.set_name(names[tensor.name()] = base + tensor.name());
    for (auto &node : *graph.mutable_node())
      rename(node, names, base);
    for (auto &output : *graph.mutable_output())
      if (auto it = names.find(output.name()); it != names.end())
        output.set_name(it->second);
    graph.clear_value_info();
  }

  void inferTypes() {
    if (typesKnown)
      return;
    typesKnown = true;
    ::onnx::ModelProto bound = *model.proto;
    bindSizes(*bound.mutable_graph());
    try {
      ::onnx::shape_inference::InferShapes(bound);
    } catch (const std::exception &) {
      // An error shows when the op is built, at its node.
    }
    types.clear();
    recordTypes(bound.graph());
    propagateElementTypes(bound.graph());
  }

  /// As --dim and --shape say; whether they may is seen to later.
  void bindSizes(::onnx::GraphProto &graph) {
    for (auto &input : *graph.mutable_input()) {
      if (!input.type().tensor_type().has_shape())
        continue;
      auto &dims = *input.mutable_type()
                        ->mutable_tensor_type()
                        ->mutable_shape()
                        ->mutable_dim();
      for (auto &dim : dims)
        for (const auto &[name, binding] : options.dims)
          if (dim.dim_param() == name && binding.isFixed())
            dim.set_dim_value(binding.min);
      for (const auto &[name, shape] : options.shapes)
        if (name == input.name() && int(shape.size()) == dims.size())
          for (auto [dim, size] : llvm::zip(dims, shape))
            if (!ShapedType::isDynamic(size))
              dim.set_dim_value(size);
    }
  }

  /// onnx infers nothing behind an operator whose body depends on types, and
  /// the bodies depend on element types alone.
  void propagateElementTypes(const ::onnx::GraphProto &graph) {
    for (const auto &node : graph.node()) {
      std::string domain = isDefaultDomain(node.domain()) ? "" : node.domain();
      if (const CustomOperator *custom = findCustomOperator(options, node))
        setElementTypes(node, *custom);
      else if (const ::onnx::OpSchema *schema =
                   ::onnx::OpSchemaRegistry::Schema(
                       node.op_type(), int(model.getOpset(domain)), domain))
        propagateElementTypes(node, *schema);
      for (const auto &attribute : node.attribute())
        if (attribute.has_g())
          propagateElementTypes(attribute.g());
    }
  }

  /// As the rules say, whose mistakes show when the op is built.
  void setElementTypes(const ::onnx::NodeProto &node,
                       const CustomOperator &custom) {
    for (auto [output, text] : llvm::zip(node.output(), custom.rules)) {
      auto rule = onnx::CustomRule::parse(text);
      if (!rule) {
        llvm::consumeError(rule.takeError());
        continue;
      }
      int64_t element = rule->getDataType();
      if (!element && rule->getTypeInput() < node.input_size())
        element = types.lookup(node.input(int(rule->getTypeInput())))
                      .tensor_type()
                      .elem_type();
      if (element && !types.contains(output))
        types[output].mutable_tensor_type()->set_elem_type(int(element));
    }
  }

  /// An output has the type of an input of the same type variable.
  void propagateElementTypes(const ::onnx::NodeProto &node,
                             const ::onnx::OpSchema &schema) {
    auto getVariable = [](const auto &parameters, int i) -> std::string {
      return parameters.empty()
                 ? ""
                 : parameters[std::min<size_t>(i, parameters.size() - 1)]
                       .GetTypeStr();
    };
    for (int k = 0; k < node.output_size(); ++k) {
      if (node.output(k).empty() || types.contains(node.output(k)))
        continue;
      std::string variable = getVariable(schema.outputs(), k);
      for (int i = 0; i < node.input_size(); ++i) {
        auto known = types.find(node.input(i));
        if (known == types.end() || !known->second.has_tensor_type() ||
            getVariable(schema.inputs(), i) != variable)
          continue;
        int element = known->second.tensor_type().elem_type();
        types[node.output(k)].mutable_tensor_type()->set_elem_type(element);
        break;
      }
    }
  }

  void recordTypes(const ::onnx::GraphProto &graph) {
    for (const auto *values :
         {&graph.input(), &graph.output(), &graph.value_info()})
      for (const auto &value : *values)
        if (value.has_type())
          types[value.name()] = value.type();
    for (const auto &tensor : graph.initializer()) {
      auto &type = *types[tensor.name()].mutable_tensor_type();
      type.Clear();
      type.set_elem_type(tensor.data_type());
      type.mutable_shape();
      for (int64_t size : tensor.dims())
        type.mutable_shape()->add_dim()->set_dim_value(size);
    }
    for (const auto &node : graph.node())
      for (const auto &attribute : node.attribute())
        if (attribute.has_g())
          recordTypes(attribute.g());
  }
};

} // namespace

LogicalResult expandFunctions(Model &model, const ImportOptions &options) {
  return Expand(model, options).run();
}

} // namespace onnxc
