//===- CheckTypes.cpp - A node's inputs are of types its operator takes ---===//
//
// The operator's schema says which types each input may have and which inputs
// are of one type.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/Build.h"
#include "dialects/onnx/OnnxDialect.h"
#include "mlir/IR/Diagnostics.h"
#include <onnx/defs/data_type_utils.h>
#include <onnx/defs/schema.h>

using namespace mlir;

namespace onnxc {

/// The number of an element type; 0 where it has none.
static int getNumber(Type element) {
  for (int number = ::onnx::TensorProto::DataType_MIN + 1;
       number <= ::onnx::TensorProto::DataType_MAX; ++number)
    if (convertElementType(element.getContext(), number) == element)
      return number;
  return 0;
}

/// Writes the type as onnx has it, if it can.
static bool convert(Type type, ::onnx::TypeProto &proto) {
  if (auto sequence = dyn_cast<onnx::SeqType>(type))
    return convert(sequence.getElement(),
                   *proto.mutable_sequence_type()->mutable_elem_type());
  if (auto optional = dyn_cast<onnx::OptType>(type))
    return convert(optional.getElement(),
                   *proto.mutable_optional_type()->mutable_elem_type());
  if (auto map = dyn_cast<onnx::MapType>(type)) {
    proto.mutable_map_type()->set_key_type(getNumber(map.getKey()));
    return convert(map.getValue(),
                   *proto.mutable_map_type()->mutable_value_type());
  }
  auto tensor = dyn_cast<TensorType>(type);
  int number = tensor ? getNumber(tensor.getElementType()) : 0;
  proto.mutable_tensor_type()->set_elem_type(number);
  return number != 0;
}

/// onnx's own description, "tensor(float)"; null where there is none.
static ::onnx::DataType describe(Type type) {
  ::onnx::TypeProto proto;
  return convert(type, proto) ? ::onnx::Utils::DataTypeUtils::ToType(proto)
                              : nullptr;
}

static LogicalResult notTaken(Location loc, StringRef name, StringRef type,
                              const ::onnx::DataTypeSet &taken) {
  SmallVector<StringRef> types;
  for (::onnx::DataType one : taken)
    types.push_back(*one);
  llvm::sort(types);
  InFlightDiagnostic error = emitError(loc)
                             << "its input " << name << " is of type " << type
                             << "; the operator takes ";
  llvm::interleaveComma(types, error);
  return error;
}

LogicalResult checkTypes(const Model &model, const ::onnx::NodeProto &node,
                         Location loc, ArrayRef<Type> types) {
  std::string domain = isDefaultDomain(node.domain()) ? "" : node.domain();
  const ::onnx::OpSchema *schema =
      ::onnx::OpSchemaRegistry::Instance()->GetSchema(
          node.op_type(), int(model.getOpset(node.domain())), domain);
  if (!schema) {
    for (auto [i, type] : llvm::enumerate(types))
      if (type && !isa<TensorType>(type))
        return emitError(loc) << "its input number " << i << " is no tensor";
    return success();
  }
  if (schema->inputs().empty())
    return success();
  // The first input that a type variable was found at.
  llvm::StringMap<std::pair<::onnx::DataType, StringRef>> variables;
  for (auto [i, type] : llvm::enumerate(types)) {
    const auto &parameter =
        schema->inputs()[std::min(i, schema->inputs().size() - 1)];
    ::onnx::DataType described = type ? describe(type) : nullptr;
    if (!described)
      continue;
    if (!parameter.GetTypes().count(described))
      return notTaken(loc, parameter.GetName(), *described,
                      parameter.GetTypes());
    if (!parameter.GetIsHomogeneous())
      continue;
    auto [it, isNew] = variables.try_emplace(parameter.GetTypeStr(), described,
                                             parameter.GetName());
    if (!isNew && it->second.first != described)
      return emitError(loc)
             << "its input " << parameter.GetName() << " is of type "
             << *described << ", its input " << it->second.second << " of type "
             << *it->second.first << "; both must be of the same type";
  }
  return success();
}

} // namespace onnxc
