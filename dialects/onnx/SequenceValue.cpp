//===- SequenceValue.cpp - What is known of a sequence or an optional -----===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/SequenceValue.h"
#include "dialects/onnx/ElementTypes.h"
#include "dialects/onnx/OptionalOps.h"
#include "dialects/onnx/SequenceOps.h"
#include "dialects/onnx/ShapeOps.h"

using namespace mlir;
using namespace onnxc::onnx;

Value onnxc::onnx::skipIdentities(Value value) {
  while (auto identity = value.getDefiningOp<IdentityOp>())
    value = identity.getInput();
  return value;
}

std::optional<SmallVector<Value>> onnxc::onnx::getElements(Value sequence) {
  sequence = skipIdentities(sequence);
  if (auto construct = sequence.getDefiningOp<SequenceConstructOp>())
    return SmallVector<Value>(construct.getInputs());
  if (sequence.getDefiningOp<SequenceEmptyOp>())
    return SmallVector<Value>();
  return std::nullopt;
}

std::optional<Slices> onnxc::onnx::getSlices(Value sequence) {
  auto split = skipIdentities(sequence).getDefiningOp<SplitToSequenceOp>();
  if (!split || split.getSplit() || split.getKeepdims())
    return std::nullopt;
  std::optional<int64_t> rank = getRank(split.getInput());
  if (!rank)
    return std::nullopt;
  return Slices{split.getInput(), *normalizeAxis(split.getAxis(), *rank),
                *rank};
}

TensorType onnxc::onnx::getTensorIn(Type type) {
  if (auto optional = dyn_cast<OptType>(type))
    type = optional.getElement();
  if (auto sequence = dyn_cast<SeqType>(type))
    type = sequence.getElement();
  return dyn_cast<TensorType>(type);
}

Value onnxc::onnx::buildSequence(OpBuilder &b, Location loc, Type type,
                                 ArrayRef<Value> elements) {
  if (!elements.empty())
    return SequenceConstructOp::create(b, loc, ValueRange(elements));
  auto tensor = cast<TensorType>(cast<SeqType>(type).getElement());
  int64_t number = getDataType(tensor.getElementType());
  return SequenceEmptyOp::create(b, loc, b.getI64IntegerAttr(number));
}

std::optional<int64_t> onnxc::onnx::getTensorRank(Value value) {
  value = skipIdentities(value);
  if (auto optional = value.getDefiningOp<OptionalOp>()) {
    Value input = optional.getInput();
    if (!input)
      return std::nullopt;
    return isa<TensorType>(input.getType()) ? getRank(input)
                                            : getTensorRank(input);
  }
  if (std::optional<Slices> slices = getSlices(value))
    return slices->rank - 1;
  if (std::optional<SmallVector<Value>> elements = getElements(value)) {
    std::optional<int64_t> rank;
    for (Value element : *elements)
      if (rank && rank != getRank(element))
        return std::nullopt;
      else
        rank = getRank(element);
    return rank;
  }
  auto tensor =
      dyn_cast_or_null<RankedTensorType>(getTensorIn(value.getType()));
  return tensor ? std::optional<int64_t>(tensor.getRank()) : std::nullopt;
}

Type onnxc::onnx::getElementOf(Type sequence) {
  auto type = dyn_cast<SeqType>(sequence);
  return type ? type.getElement() : Type();
}

//===----------------------------------------------------------------------===//
// Packing
//===----------------------------------------------------------------------===//

static std::optional<PackedSequence> getPacked(PackOp op) {
  std::optional<Dims> dims = getDims(op.getShapes());
  if (!dims || dims->size() != 2)
    return std::nullopt;
  PackedSequence packed;
  packed.values = op.getValues();
  packed.shapes = op.getShapes();
  packed.present = op.getPresent();
  packed.columns = dims->back();
  packed.isMixed = op.getIsMixed() || !onnxc::onnx::getConstant(dims->back());
  if (!packed.isMixed)
    packed.sizes =
        SmallVector<int64_t>(op.getSizes().value_or(ArrayRef<int64_t>()));
  return packed;
}

/// The rows of the tensor with the dimension first.
static PackedSequence packSlices(GraphBuilder &g, const Slices &slices) {
  SmallVector<int64_t> order = {slices.axis};
  for (int64_t i = 0; i < slices.rank; ++i)
    if (i != slices.axis)
      order.push_back(i);
  Value first = g.transpose(slices.tensor, order);
  PackedSequence packed;
  packed.columns = onnxc::onnx::getConstant(g.b.getContext(), slices.rank - 1);
  packed.values = g.reshape(first, g.count(first));
  Value shape = g.shape(first);
  Value row = g.slice(shape, g.ints(1), g.ints(slices.rank), 0);
  packed.shapes = g.expand(g.reshape(row, {1, slices.rank - 1}),
                           g.concat({g.slice(shape, g.ints(0), g.ints(1), 0),
                                     g.ints(slices.rank - 1)},
                                    0));
  return packed;
}

static Type getScalar(Type tensor) {
  return cast<TensorType>(tensor).getElementType();
}

/// One that was made here holds a tensor, a sequence, or nothing.
static std::optional<PackedSequence>
packOptional(GraphBuilder &g, OptionalOp op, int64_t columns) {
  Type held = cast<OptType>(op.getOutput().getType()).getElement();
  Type element = getElementOf(held);
  Value input = op.getInput();
  if (!isa<TensorType>(element ? element : held))
    return std::nullopt;
  if (!element) {
    SmallVector<Value> elements;
    if (input)
      elements.push_back(input);
    return packElements(g, elements, getScalar(held), columns);
  }
  std::optional<PackedSequence> packed =
      input ? onnxc::onnx::getPacked(g, input, columns)
            : packElements(g, {}, getScalar(element), columns);
  if (packed)
    packed->present = g.number(input ? 1 : 0, g.b.getI1Type());
  return packed;
}

std::optional<PackedSequence>
onnxc::onnx::getPacked(GraphBuilder &g, Value value, int64_t columns) {
  value = skipIdentities(value);
  if (auto pack = value.getDefiningOp<PackOp>())
    return ::getPacked(pack);
  if (auto optional = value.getDefiningOp<OptionalOp>())
    return packOptional(g, optional, columns);
  if (std::optional<Slices> slices = getSlices(value))
    return packSlices(g, *slices);
  std::optional<SmallVector<Value>> elements = getElements(value);
  if (!elements || !getTensorIn(value.getType()))
    return std::nullopt;
  return packElements(g, *elements, getScalar(getElementOf(value.getType())),
                      columns);
}
