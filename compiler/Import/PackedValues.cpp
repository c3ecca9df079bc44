//===- PackedValues.cpp - What is no tensor at the model's border ---------===//
//
// Only tensors go into a compiled model and out of it. A sequence is two of
// them, as onnxc/runtime.h says (onnxc_part), an optional sequence three, a map
// two:
//
//   seq(float[?, 3]) x  ->  float[x_elements] x.values,
//                           int64[x_length, 2] x.shapes
//   map(int64, float) m ->  int64[m_length] m.keys, float[m_length] m.values
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/PackedValues.h"
#include "dialects/onnx/MapOps.h"
#include "dialects/onnx/ModelAttrs.h"
#include "dialects/onnx/PackedSequence.h"
#include "dialects/onnx/SequenceOps.h"
#include "targets/RuntimeABI.h"

using namespace mlir;
using namespace onnxc::onnx;

namespace onnxc {

/// The tensor type inside of sequences, optionals and maps; null for others.
static const ::onnx::TypeProto_Tensor *
getTensorType(const ::onnx::TypeProto &type) {
  if (type.has_optional_type())
    return getTensorType(type.optional_type().elem_type());
  if (type.has_sequence_type())
    return getTensorType(type.sequence_type().elem_type());
  if (type.has_map_type())
    return getTensorType(type.map_type().value_type());
  return type.has_tensor_type() ? &type.tensor_type() : nullptr;
}

static bool holdsMaps(const ::onnx::TypeProto &type) {
  if (type.has_optional_type())
    return holdsMaps(type.optional_type().elem_type());
  if (type.has_sequence_type())
    return holdsMaps(type.sequence_type().elem_type());
  return type.has_map_type();
}

bool isPacked(const ::onnx::TypeProto &type) {
  return !type.has_tensor_type() && getTensorType(type) &&
         (type.has_map_type() || !holdsMaps(type));
}

static ::onnx::TypeProto_Tensor &addTensor(::onnx::GraphProto &graph,
                                           const std::string &name,
                                           int elementType,
                                           const std::string &doc) {
  ::onnx::ValueInfoProto &value = *graph.add_input();
  value.set_name(name);
  value.set_doc_string(doc);
  ::onnx::TypeProto_Tensor &tensor =
      *value.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(elementType);
  tensor.mutable_shape();
  return tensor;
}

static PackedInput describe(const ::onnx::ValueInfoProto &value) {
  PackedInput input;
  const ::onnx::TypeProto *type = &value.type();
  input.name = value.name();
  input.isMap = type->has_map_type();
  input.isOptional = type->has_optional_type();
  if (input.isOptional)
    type = &type->optional_type().elem_type();
  input.isSequence = type->has_sequence_type();
  const ::onnx::TypeProto_Tensor &tensor = *getTensorType(*type);
  if (!tensor.has_shape())
    return input;
  input.sizes.emplace();
  for (const auto &dim : tensor.shape().dim())
    input.sizes->push_back(
        dim.has_dim_value() && dim.dim_value() >= 0 ? dim.dim_value() : -1);
  return input;
}

static void addTensors(::onnx::GraphProto &graph,
                       const ::onnx::ValueInfoProto &value,
                       const PackedInput &input) {
  const std::string &name = input.name;
  std::string what = input.isSequence ? "the sequence" : "the optional";
  std::string doc = value.doc_string();
  if (!doc.empty())
    doc += "; ";
  auto &values = addTensor(graph, name + ".values",
                           getTensorType(value.type())->elem_type(),
                           doc + "the elements of all tensors of " + what +
                               " " + name + ", one behind the other");
  values.mutable_shape()->add_dim()->set_dim_param(name + "_elements");
  auto &shapes = addTensor(graph, name + ".shapes", ::onnx::TensorProto::INT64,
                           "a row for each tensor of " + name + ": its sizes");
  shapes.mutable_shape()->add_dim()->set_dim_param(name + "_length");
  ::onnx::TensorShapeProto_Dimension &rank = *shapes.mutable_shape()->add_dim();
  if (input.sizes)
    rank.set_dim_value(int64_t(input.sizes->size()));
  else
    rank.set_dim_param(name + "_rank");
  if (input.isOptional && input.isSequence)
    addTensor(graph, name + ".present", ::onnx::TensorProto::BOOL,
              "whether there is a sequence " + name);
}

static void addMap(::onnx::GraphProto &graph,
                   const ::onnx::ValueInfoProto &value) {
  const std::string &name = value.name();
  const ::onnx::TypeProto_Map &map = value.type().map_type();
  auto add = [&](const std::string &part, int type, const std::string &doc) {
    addTensor(graph, part, type, doc)
        .mutable_shape()
        ->add_dim()
        ->set_dim_param(name + "_length");
  };
  add(name + ".keys", map.key_type(),
      "the keys of the map " + name + ", none of them twice");
  add(name + ".values", map.value_type().tensor_type().elem_type(),
      "what they map to, in the same order");
}

std::vector<PackedInput> packInputs(Model &model) {
  ::onnx::GraphProto &graph = *model.proto->mutable_graph();
  std::vector<PackedInput> packed;
  if (llvm::none_of(graph.input(),
                    [](const auto &input) { return isPacked(input.type()); }))
    return packed;
  ::onnx::GraphProto before;
  before.mutable_input()->Swap(graph.mutable_input());
  for (auto &input : *before.mutable_input()) {
    if (!isPacked(input.type())) {
      graph.add_input()->Swap(&input);
      continue;
    }
    packed.push_back(describe(input));
    if (packed.back().isMap)
      addMap(graph, input);
    else
      addTensors(graph, input, packed.back());
  }
  return packed;
}

Value buildInput(OpBuilder &b, Location loc, const PackedInput &input,
                 ValueRange tensors) {
  if (input.isMap)
    return PackMapOp::create(b, loc, tensors[0], tensors[1]);
  GraphBuilder g{b, loc};
  PackedSequence packed;
  packed.values = tensors[0];
  packed.shapes = tensors[1];
  if (tensors.size() > 2)
    packed.present = tensors[2];
  packed.columns = getDims(packed.shapes)->back();
  packed.isMixed = !input.sizes;
  if (input.sizes)
    packed.sizes = *input.sizes;
  requireConsistency(g, packed, input.isOptional && !input.isSequence);
  return buildPack(g, packed, input.isOptional);
}

/// As onnxc_part numbers them.
static SmallVector<std::pair<StringRef, int32_t>> getParts(bool isOptional,
                                                           bool isSequence) {
  SmallVector<std::pair<StringRef, int32_t>> parts = {
      {".values", isSequence ? abi::SequenceValues : abi::OptionalValues},
      {".shapes", abi::Shapes}};
  if (isOptional && isSequence)
    parts.push_back({".present", abi::Present});
  return parts;
}

void markInput(func::FuncOp function, unsigned first,
               const PackedInput &input) {
  Builder b(function.getContext());
  SmallVector<std::pair<StringRef, int32_t>> parts =
      getParts(input.isOptional, input.isSequence);
  if (input.isMap)
    parts = {{".keys", abi::MapKeys}, {".values", abi::MapValues}};
  for (auto [i, part] : llvm::enumerate(parts))
    attrs::Part::set(function, first + i, b.getI32IntegerAttr(part.second));
}

SmallVector<Value> buildOutput(OpBuilder &b, Location loc, StringRef name,
                               Value value, std::vector<OutputPart> &parts) {
  auto optional = dyn_cast<OptType>(value.getType());
  bool isSequence =
      isa<SeqType>(optional ? optional.getElement() : value.getType());
  if (!optional && !isSequence) {
    parts.push_back({name.str(), abi::Whole});
    return {value};
  }
  SmallVector<Value> tensors;
  auto unpack = UnpackOp::create(b, loc, value, /*columns=*/0);
  for (auto [part, tensor] :
       llvm::zip(getParts(bool(optional), isSequence), unpack->getResults())) {
    parts.push_back({(name + part.first).str(), part.second});
    tensors.push_back(tensor);
  }
  return tensors;
}

} // namespace onnxc
