//===- Attributes.cpp - Attributes of nodes, by kind ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/Build.h"
#include "mlir/IR/Diagnostics.h"

using namespace mlir;

namespace onnxc {

using Attr = ::onnx::AttributeProto;

template <typename Field> static auto toArray(const Field &field) {
  return ArrayRef(field.data(), field.size());
}

static Attribute convert(Model &model, const ::onnx::NodeProto &node,
                         Attr &attribute) {
  Builder b(&model.context);
  switch (attribute.type()) {
  case Attr::INT:
    return b.getI64IntegerAttr(attribute.i());
  case Attr::FLOAT:
    return b.getF32FloatAttr(attribute.f());
  case Attr::STRING:
    return b.getStringAttr(attribute.s());
  case Attr::INTS:
    return b.getDenseI64ArrayAttr(toArray(attribute.ints()));
  case Attr::FLOATS:
    return b.getDenseF32ArrayAttr(toArray(attribute.floats()));
  case Attr::STRINGS: {
    SmallVector<Attribute> strings;
    for (const std::string &string : attribute.strings())
      strings.push_back(b.getStringAttr(string));
    return b.getArrayAttr(strings);
  }
  case Attr::TENSOR: {
    FailureOr<Constant> constant =
        convertTensor(model, model.getLoc(node), *attribute.mutable_t());
    if (failed(constant))
      return {};
    if (constant->elements)
      return constant->elements;
    return constant->strings;
  }
  case Attr::TYPE_PROTO:
    if (Type type = convertType(&model.context, attribute.tp()))
      return TypeAttr::get(type);
    break;
  default:
    break;
  }
  model.error(node) << "its attribute " << attribute.name()
                    << " is of a kind that is not supported";
  return {};
}

static std::string getFirstOutput(const ::onnx::NodeProto &node) {
  for (const std::string &output : node.output())
    if (!output.empty())
      return output;
  return {};
}

static bool isLong(const Attr &attribute) {
  constexpr int kLong = 4096;
  return attribute.ints_size() > kLong || attribute.floats_size() > kLong ||
         attribute.strings_size() > kLong;
}

/// A forest is some ten lists of millions of entries, which checking,
/// inlining and conversion would copy.
LogicalResult setListsAside(Model &model) {
  for (auto &node : *model.proto->mutable_graph()->mutable_node()) {
    std::string output = getFirstOutput(node);
    if (output.empty())
      continue;
    for (Attr &attribute : *node.mutable_attribute()) {
      if (!isLong(attribute))
        continue;
      Attribute list = convert(model, node, attribute);
      if (!list)
        return failure();
      model.lists[output].set(attribute.name(), list);
      Attr empty;
      empty.set_name(attribute.name());
      empty.set_type(attribute.type());
      attribute.Swap(&empty);
    }
  }
  return success();
}

LogicalResult convertAttributes(Model &model, ::onnx::NodeProto &node,
                                NamedAttrList &attributes) {
  for (Attr &attribute : *node.mutable_attribute()) {
    if (attribute.type() == Attr::GRAPH || attribute.name().empty())
      continue;
    Attribute converted = convert(model, node, attribute);
    if (!converted)
      return failure();
    attributes.set(attribute.name(), converted);
  }
  if (auto it = model.lists.find(getFirstOutput(node)); it != model.lists.end())
    for (NamedAttribute list : it->second)
      attributes.set(list.getName(), list.getValue());
  return success();
}

FailureOr<Constant> convertConstant(Model &model, ::onnx::NodeProto &node) {
  Location loc = model.getLoc(node);
  Builder b(&model.context);
  auto dense = [&](Type element, auto elements, bool scalar) {
    SmallVector<int64_t> shape;
    if (!scalar)
      shape.push_back(elements.size());
    Constant constant;
    constant.type = RankedTensorType::get(shape, element);
    constant.elements = DenseElementsAttr::get(constant.type, elements);
    return constant;
  };
  auto strings = [&](ArrayRef<Attribute> elements, bool scalar) {
    SmallVector<int64_t> shape;
    if (!scalar)
      shape.push_back(elements.size());
    Constant constant;
    constant.type = RankedTensorType::get(
        shape, convertElementType(&model.context, ::onnx::TensorProto::STRING));
    constant.strings = b.getArrayAttr(elements);
    return constant;
  };
  int numValues = llvm::count_if(node.attribute(), [](const Attr &attribute) {
    StringRef name = attribute.name();
    return name == "value" || name == "sparse_value" ||
           name.starts_with("value_");
  });
  if (numValues > 1)
    return emitError(loc) << "has " << numValues
                          << " values; exactly one is needed";
  for (Attr &attribute : *node.mutable_attribute()) {
    StringRef name = attribute.name();
    if (name == "value")
      return convertTensor(model, loc, *attribute.mutable_t());
    if (name == "sparse_value")
      return convertSparseTensor(model, loc,
                                 *attribute.mutable_sparse_tensor());
    if (name == "value_int")
      return dense(b.getI64Type(), ArrayRef<int64_t>(attribute.i()), true);
    if (name == "value_float")
      return dense(b.getF32Type(), ArrayRef<float>(attribute.f()), true);
    if (name == "value_ints")
      return dense(b.getI64Type(), toArray(attribute.ints()), false);
    if (name == "value_floats")
      return dense(b.getF32Type(), toArray(attribute.floats()), false);
    if (name == "value_string")
      return strings(b.getStringAttr(attribute.s()), true);
    if (name == "value_strings") {
      SmallVector<Attribute> elements;
      for (const std::string &string : attribute.strings())
        elements.push_back(b.getStringAttr(string));
      return strings(elements, false);
    }
  }
  model.error(node) << "has no value";
  return failure();
}

} // namespace onnxc
