//===- CustomNodes.cpp - Nodes that the application computes --------------===//
//
// A node of an operator that --custom-op names becomes an onnx.CustomCall, with
// all that a call needs. What its outputs are the flag's rules say, or the
// model. An attribute that is a tensor is one more input.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/CustomNodes.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/CustomOps.h"
#include "dialects/onnx/CustomUse.h"

using namespace mlir;

namespace onnxc {

bool isOnnxDomain(StringRef domain) {
  return llvm::is_contained({"", "ai.onnx", "ai.onnx.ml", "ai.onnx.training",
                             "ai.onnx.preview", "ai.onnx.preview.training"},
                            domain);
}

const CustomOperator *findCustomOperator(const ImportOptions &options,
                                         const ::onnx::NodeProto &node) {
  for (const CustomOperator &custom : options.customOperators)
    if (custom.name == node.op_type() && custom.domain == node.domain())
      return &custom;
  return nullptr;
}

template <typename Graph>
static bool isUsed(const CustomOperator &custom, const Graph &graph) {
  return llvm::any_of(graph.node(), [&](const auto &node) {
    return (custom.name == node.op_type() && custom.domain == node.domain()) ||
           llvm::any_of(node.attribute(), [&](const auto &attribute) {
             return attribute.has_g() && isUsed(custom, attribute.g());
           });
  });
}

LogicalResult takeCustomOperators(Model &model, const ImportOptions &options) {
  auto &functions = *model.proto->mutable_functions();
  for (const CustomOperator &custom : options.customOperators) {
    bool any = isUsed(custom, model.proto->graph());
    for (const auto &function : functions)
      any |= isUsed(custom, function);
    if (!any)
      emitWarning(model.loc) << "has no node of the operator " << custom.str()
                             << ", which --custom-op names";
    // A body that the model brings is not what was asked for.
    for (int i = functions.size() - 1; i >= 0; --i)
      if (functions[i].name() == custom.name &&
          functions[i].domain() == custom.domain)
        functions.DeleteSubrange(i, 1);
  }
  return success();
}

StatedTypes::StatedTypes(const ::onnx::GraphProto &graph,
                         const Signature &signature) {
  record(graph);
  hasFreeSizes = !signature.symbols.empty();
  for (auto [input, type] : llvm::zip(signature.inputs, signature.types)) {
    std::optional<onnx::Dims> dims = onnx::getDims(type);
    const auto &shape = input->type().tensor_type().shape();
    if (!dims || int(dims->size()) != shape.dim_size())
      continue;
    for (auto [dim, size] : llvm::zip(shape.dim(), *dims))
      if (!isAnonymous(dim.dim_param()))
        sizes[dim.dim_param()] = size;
  }
}

void StatedTypes::record(const ::onnx::GraphProto &graph) {
  for (const auto *values : {&graph.value_info(), &graph.output()})
    for (const auto &value : *values)
      types[value.name()] = &value.type();
  for (const auto &node : graph.node())
    for (const auto &attribute : node.attribute())
      if (attribute.has_g())
        record(attribute.g());
}

Type StatedTypes::get(MLIRContext *context, StringRef value,
                      std::string &why) const {
  const ::onnx::TypeProto *type = types.lookup(value);
  if (!type || !type->has_tensor_type()) {
    why = "the model does not state its type";
    return {};
  }
  Type element = convertElementType(context, type->tensor_type().elem_type());
  if (!element || !type->tensor_type().has_shape()) {
    why = "the model does not state its shape";
    return {};
  }
  onnx::Dims dims;
  for (const auto &dim : type->tensor_type().shape().dim()) {
    AffineExpr size = dim.has_dim_value() && dim.dim_value() >= 0
                          ? onnx::getConstant(context, dim.dim_value())
                          : sizes.lookup(dim.dim_param());
    if (!size) {
      why = "the model does not state its size " + std::to_string(dims.size());
      if (!isAnonymous(dim.dim_param()))
        why += " but as '" + dim.dim_param() + "', which no input has";
      return {};
    }
    dims.push_back(size);
  }
  return onnx::getTensorType(dims, element);
}

namespace {

class BuildCustomCall {
public:
  BuildCustomCall(Model &model, const CustomOperator &custom,
                  ::onnx::NodeProto &node, Location loc, OpBuilder &b)
      : model(model), custom(custom), node(node), loc(loc), b(b) {}

  FailureOr<Operation *> run(const StatedTypes &stated,
                             llvm::function_ref<Value(StringRef)> lookup) {
    if (failed(takeInputs(lookup)) || failed(takeAttributes()) ||
        failed(takeOutputs(stated)))
      return failure();
    auto values = DictionaryAttr::get(&model.context, attributes);
    onnx::CustomUse use;
    use.inputs = inputs;
    use.values = values;
    use.rules = b.getArrayAttr(rules);
    SmallVector<Type> types;
    for (auto [i, isGiven] : llvm::enumerate(givenOutputs)) {
      if (!isGiven)
        continue;
      auto result = use.infer(&model.context, i);
      if (!result)
        return emitError(loc) << llvm::toString(result.takeError());
      types.push_back(onnx::getUnrankedType(result->element));
    }
    SmallVector<bool> givenInputs;
    SmallVector<Value> operands;
    for (Value input : inputs) {
      givenInputs.push_back(bool(input));
      if (input)
        operands.push_back(input);
    }
    return onnx::CustomCallOp::create(
               b, loc, types, operands, custom.str(), custom.function,
               b.getStrArrayAttr(llvm::to_vector_of<StringRef>(names)),
               b.getDenseBoolArrayAttr(givenInputs),
               b.getDenseBoolArrayAttr(givenOutputs), use.rules, values)
        .getOperation();
  }

private:
  Model &model;
  const CustomOperator &custom;
  ::onnx::NodeProto &node;
  Location loc;
  OpBuilder &b;
  SmallVector<Value> inputs;
  SmallVector<std::string> names;
  SmallVector<bool> givenOutputs;
  SmallVector<Attribute> rules;
  NamedAttrList attributes;

  LogicalResult takeInputs(llvm::function_ref<Value(StringRef)> lookup) {
    for (auto [i, name] : llvm::enumerate(node.input())) {
      Value value = name.empty() ? Value() : lookup(name);
      if (!name.empty() && !value)
        return emitError(loc)
               << "uses \"" << name << "\", which nothing defines";
      auto tensor = value ? dyn_cast<TensorType>(value.getType()) : nullptr;
      if (value && (!tensor || !onnx::isPassedToC(tensor.getElementType())))
        return emitError(loc)
               << "its input " << i << " is "
               << (tensor ? "of a type that C has not" : "no tensor")
               << "; a C function can be given tensors only";
      inputs.push_back(value);
      names.push_back("x" + std::to_string(i));
    }
    return success();
  }

  LogicalResult takeAttributes() {
    for (const auto &attribute : node.attribute())
      if (attribute.has_g() || attribute.graphs_size())
        return emitError(loc) << "its attribute " << attribute.name()
                              << " is a graph, which a C function cannot take";
    NamedAttrList all;
    if (failed(convertAttributes(model, node, all)))
      return failure();
    for (NamedAttribute attribute : all) {
      Attribute value = attribute.getValue();
      auto elements = dyn_cast<ElementsAttr>(value);
      if (elements && !isa<DenseArrayAttr>(value)) {
        inputs.push_back(onnx::ConstantOp::create(b, loc, elements.getType(),
                                                  elements, ArrayAttr()));
        names.push_back(attribute.getName().str());
        continue;
      }
      if (isa<TypeAttr>(value) || hasZero(value))
        return emitError(loc)
               << "its attribute " << attribute.getName().getValue()
               << (isa<TypeAttr>(value)
                       ? " is a type, which a C function cannot take"
                       : " holds a byte of 0, where a string ends in C");
      attributes.push_back(attribute);
    }
    return success();
  }

  static bool hasZero(Attribute value) {
    if (auto text = dyn_cast<StringAttr>(value))
      return text.getValue().contains('\0');
    auto list = dyn_cast<ArrayAttr>(value);
    return list && llvm::any_of(list, hasZero);
  }

  void warnOfSizes(size_t output, ArrayRef<int64_t> sizes) {
    InFlightDiagnostic warning = emitWarning(loc);
    warning << "its output " << output << " is taken to have the sizes ";
    llvm::interleave(
        sizes, warning, [&](int64_t size) { warning << size; }, "x");
    warning << ", as the model states, for inputs of all sizes; a rule of "
               "--custom-op says otherwise";
  }

  LogicalResult takeOutputs(const StatedTypes &stated) {
    for (auto [i, name] : llvm::enumerate(node.output())) {
      givenOutputs.push_back(!name.empty());
      if (i < custom.rules.size()) {
        rules.push_back(b.getStringAttr(custom.rules[i]));
        continue;
      }
      if (name.empty()) {
        rules.push_back(TypeAttr::get(b.getNoneType()));
        continue;
      }
      std::string why;
      Type type = stated.get(&model.context, name, why);
      if (!type)
        return emitError(loc)
               << "what is its output " << i << ", \"" << name << "\"? " << why
               << "; give a rule for it (--custom-op " << custom.str() << "="
               << custom.function
               << ":same-as-input-0, or :float[d0(0),4]), or state it in the "
                  "model's value_info";
      // An exporter may have noted those of its own example.
      if (auto ranked = cast<RankedTensorType>(type);
          stated.hasFreeSizes && ranked.getRank() && ranked.hasStaticShape())
        warnOfSizes(i, ranked.getShape());
      rules.push_back(TypeAttr::get(type));
    }
    // The last outputs may be left out.
    for (size_t i = rules.size(); i < custom.rules.size(); ++i) {
      givenOutputs.push_back(false);
      rules.push_back(b.getStringAttr(custom.rules[i]));
    }
    if (llvm::none_of(givenOutputs, [](bool given) { return given; }))
      return emitError(loc) << "has no outputs";
    return success();
  }
};

} // namespace

FailureOr<Operation *>
buildCustomCall(Model &model, const CustomOperator &custom,
                ::onnx::NodeProto &node, Location loc,
                const StatedTypes &stated, OpBuilder &b,
                llvm::function_ref<Value(StringRef)> lookup) {
  return BuildCustomCall(model, custom, node, loc, b).run(stated, lookup);
}

} // namespace onnxc
