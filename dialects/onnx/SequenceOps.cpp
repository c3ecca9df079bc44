//===- SequenceOps.cpp - Sequences and optionals --------------------------===//
//
// No code is made for them: where the length of a sequence is known when
// compiling, its elements are ordinary values. Every op that makes one becomes
// a SequenceConstruct, and every op that reads one reads its operands:
//
//   SplitToSequence(%x)           -> Split(%x), SequenceConstruct(%a, %b)
//   SequenceInsert(%that, %c)     -> SequenceConstruct(%a, %b, %c)
//   SequenceAt(%that, -1)         -> %c
//
// An optional is likewise what Optional was given. A sequence of free length
// may be the slices of a tensor, from which its readers then read.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/SequenceOps.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/ControlFlowOps.h"
#include "dialects/onnx/ElementTypes.h"
#include "dialects/onnx/GraphBuilder.h"
#include "dialects/onnx/ShapeOps.h"
#include "dialects/onnx/SizeRequirements.h"
#include "dialects/onnx/SliceOps.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace onnxc::onnx;

static Value skipIdentities(Value value) {
  while (auto identity = value.getDefiningOp<IdentityOp>())
    value = identity.getInput();
  return value;
}

/// The elements of a sequence of known length.
static std::optional<SmallVector<Value>> getElements(Value sequence) {
  sequence = skipIdentities(sequence);
  if (auto construct = sequence.getDefiningOp<SequenceConstructOp>())
    return SmallVector<Value>(construct.getInputs());
  if (sequence.getDefiningOp<SequenceEmptyOp>())
    return SmallVector<Value>();
  return std::nullopt;
}

/// A place among `count`, where it is known; the last when none is given.
static std::optional<int64_t> findPosition(Value position, int64_t count) {
  if (!position)
    return count - 1;
  std::optional<SmallVector<int64_t>> known = getConstantInts(position);
  if (!known || known->size() != 1)
    return std::nullopt;
  return normalizeAxis(known->front(), count);
}

/// A sequence of as many elements as a dimension has, all slices of a tensor:
/// its length need not be known.
struct Slices {
  Value tensor;
  int64_t axis, rank;
};

static std::optional<Slices> getSlices(Value sequence) {
  auto split = skipIdentities(sequence).getDefiningOp<SplitToSequenceOp>();
  if (!split || split.getSplit() || split.getKeepdims())
    return std::nullopt;
  std::optional<int64_t> rank = getRank(split.getInput());
  if (!rank)
    return std::nullopt;
  return Slices{split.getInput(), *normalizeAxis(split.getAxis(), *rank),
                *rank};
}

static Value buildSequence(OpBuilder &b, Location loc, Type type,
                           ArrayRef<Value> elements) {
  if (!elements.empty())
    return SequenceConstructOp::create(b, loc, ValueRange(elements));
  auto tensor = cast<TensorType>(cast<SeqType>(type).getElement());
  int64_t number = getDataType(tensor.getElementType());
  return SequenceEmptyOp::create(b, loc, b.getI64IntegerAttr(number));
}

static Type getElement(Type sequence) {
  auto type = dyn_cast<SeqType>(sequence);
  return type ? type.getElement() : Type();
}

/// What one type holds of values of both.
static Type join(Type a, Type b) {
  auto tensor = dyn_cast<TensorType>(a);
  if (a == b || !tensor)
    return a;
  return getUnrankedType(tensor.getElementType());
}

static LogicalResult notASequence(std::optional<Location> loc, Type type) {
  return emitOptionalError(loc, "needs a sequence, not ", type);
}

//===----------------------------------------------------------------------===//
// Making sequences
//===----------------------------------------------------------------------===//

LogicalResult SequenceConstructOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  if (adaptor.getInputs().empty())
    return emitOptionalError(loc, "needs an operand");
  Type element = adaptor.getInputs().front().getType();
  for (Value input : adaptor.getInputs())
    element = join(element, input.getType());
  types.push_back(SeqType::get(context, element));
  return success();
}

LogicalResult SequenceEmptyOp::inferReturnTypes(MLIRContext *context,
                                                std::optional<Location> loc,
                                                Adaptor adaptor,
                                                SmallVectorImpl<Type> &types) {
  // Number 1 is float.
  Type element = getElementTypeOf(context, adaptor.getDtype().value_or(1));
  if (!element)
    return emitOptionalError(loc, *adaptor.getDtype(), " is no element type");
  types.push_back(SeqType::get(context, getUnrankedType(element)));
  return success();
}

LogicalResult SequenceInsertOp::inferReturnTypes(MLIRContext *context,
                                                 std::optional<Location> loc,
                                                 Adaptor adaptor,
                                                 SmallVectorImpl<Type> &types) {
  Type type = adaptor.getInputSequence().getType(), element = getElement(type);
  if (!element)
    return notASequence(loc, type);
  types.push_back(
      SeqType::get(context, join(element, adaptor.getTensor().getType())));
  return success();
}

SmallVector<Value> SequenceInsertOp::expand(OpBuilder &b) {
  std::optional<SmallVector<Value>> elements = getElements(getInputSequence());
  if (!elements)
    return {};
  // One may insert behind the last, and does unless told where.
  int64_t count = elements->size(), at = count;
  if (getPosition()) {
    std::optional<SmallVector<int64_t>> known = getConstantInts(getPosition());
    if (!known || known->size() != 1)
      return {};
    at = known->front() < 0 ? known->front() + count : known->front();
  }
  if (at < 0 || at > count)
    return {};
  elements->insert(elements->begin() + at, getTensor());
  return {buildSequence(b, getLoc(), getType(), *elements)};
}

LogicalResult SequenceEraseOp::inferReturnTypes(MLIRContext *,
                                                std::optional<Location> loc,
                                                Adaptor adaptor,
                                                SmallVectorImpl<Type> &types) {
  types.push_back(adaptor.getInputSequence().getType());
  return getElement(types.back()) ? success() : notASequence(loc, types.back());
}

SmallVector<Value> SequenceEraseOp::expand(OpBuilder &b) {
  std::optional<SmallVector<Value>> elements = getElements(getInputSequence());
  std::optional<int64_t> at;
  if (elements)
    at = findPosition(getPosition(), elements->size());
  if (!at || *at < 0)
    return {};
  elements->erase(elements->begin() + *at);
  return {buildSequence(b, getLoc(), getType(), *elements)};
}

LogicalResult SplitToSequenceOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  std::optional<int64_t> rank = getRank(adaptor.getInput());
  if (rank && !normalizeAxis(adaptor.getAxis(), *rank))
    return emitOptionalError(loc, "axis ", adaptor.getAxis(),
                             " is out of range for rank ", *rank);
  Type element = getElementType(adaptor.getInput());
  types.push_back(SeqType::get(context, getUnrankedType(element)));
  return success();
}

void SplitToSequenceOp::requireSizes(SizeRequirements &r) {
  std::optional<Dims> dims = getDims(getInput());
  std::optional<SmallVector<int64_t>> split = getConstantInts(getSplit());
  if (!dims || !split || getRank(getSplit()) != 1)
    return;
  AffineExpr sum = r.constant(0);
  for (int64_t size : *split) {
    r.notNegative(r.constant(size), "the size of a part");
    sum = sum + size;
  }
  r.equal((*dims)[*normalizeAxis(getAxis(), dims->size())], sum,
          "the size of what is split");
}

SmallVector<Value> SplitToSequenceOp::expand(OpBuilder &b) {
  std::optional<Dims> dims = getDims(getInput());
  if (!dims)
    return {};
  int64_t axis = *normalizeAxis(getAxis(), dims->size());
  std::optional<int64_t> length = onnxc::onnx::getConstant((*dims)[axis]);
  // The sizes of the parts: given, all alike but the last, or 1.
  SmallVector<int64_t> sizes;
  std::optional<SmallVector<int64_t>> split = getConstantInts(getSplit());
  if (getSplit() && !split)
    return {};
  if (split && getRank(getSplit()) == 1) {
    sizes = *split;
  } else {
    int64_t each = split ? split->front() : 1;
    if (!length || each <= 0)
      return {};
    for (int64_t at = 0; at < *length; at += each)
      sizes.push_back(std::min(each, *length - at));
  }
  GraphBuilder g{b, getLoc()};
  SmallVector<Value> parts;
  bool drops = !getSplit() && !getKeepdims();
  int64_t at = 0;
  for (int64_t size : sizes) {
    Value part = g.slice(getInput(), g.ints(at), g.ints(at + size), axis);
    if (drops)
      part = SqueezeOp::create(b, getLoc(), part, g.ints(axis));
    parts.push_back(part);
    at += size;
  }
  return {buildSequence(b, getLoc(), getType(), parts)};
}

//===----------------------------------------------------------------------===//
// Reading sequences
//===----------------------------------------------------------------------===//

LogicalResult SequenceAtOp::inferReturnTypes(MLIRContext *,
                                             std::optional<Location> loc,
                                             Adaptor adaptor,
                                             SmallVectorImpl<Type> &types) {
  Type type = adaptor.getInputSequence().getType(), element = getElement(type);
  if (!element)
    return notASequence(loc, type);
  std::optional<SmallVector<Value>> elements =
      getElements(adaptor.getInputSequence());
  std::optional<SmallVector<int64_t>> at =
      getConstantInts(adaptor.getPosition());
  if (elements && at && at->size() == 1 &&
      !normalizeAxis(at->front(), elements->size()))
    return emitOptionalError(loc, "position ", at->front(),
                             " is outside of a sequence of ", elements->size());
  types.push_back(element);
  return success();
}

SmallVector<Value> SequenceAtOp::expand(OpBuilder &b) {
  if (std::optional<Slices> slices = getSlices(getInputSequence()))
    return {GraphBuilder{b, getLoc()}.gather(slices->tensor, getPosition(),
                                             slices->axis)};
  std::optional<SmallVector<Value>> elements = getElements(getInputSequence());
  std::optional<int64_t> at;
  if (elements)
    at = findPosition(getPosition(), elements->size());
  if (!at)
    return {};
  return {(*elements)[*at]};
}

LogicalResult SequenceLengthOp::inferReturnTypes(MLIRContext *context,
                                                 std::optional<Location>,
                                                 Adaptor,
                                                 SmallVectorImpl<Type> &types) {
  types.push_back(RankedTensorType::get({}, IntegerType::get(context, 64)));
  return success();
}

SmallVector<Value> SequenceLengthOp::expand(OpBuilder &b) {
  GraphBuilder g{b, getLoc()};
  if (std::optional<Slices> slices = getSlices(getInputSequence()))
    return {
        g.reshape(g.size(slices->tensor, slices->axis), ArrayRef<int64_t>())};
  std::optional<SmallVector<Value>> elements = getElements(getInputSequence());
  if (!elements)
    return {};
  return {g.integer(elements->size())};
}

LogicalResult ConcatFromSequenceOp::inferReturnTypes(
    MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  Type type = adaptor.getInputSequence().getType();
  auto element = dyn_cast_or_null<TensorType>(getElement(type));
  if (!element)
    return notASequence(loc, type);
  types.push_back(getUnrankedType(element.getElementType()));
  return success();
}

/// The slices' own dimension goes where the new axis is to be, or before the
/// axis that they are joined along, and becomes one with it.
static SmallVector<Value> joinSlices(ConcatFromSequenceOp op, OpBuilder &b,
                                     const Slices &slices) {
  int64_t rank = op.getNewAxis() ? slices.rank : slices.rank - 1;
  std::optional<int64_t> axis = normalizeAxis(op.getAxis(), rank);
  if (!axis) {
    op.emitError("axis ") << op.getAxis() << " is out of range";
    return {};
  }
  SmallVector<int64_t> order;
  for (int64_t i = 0; i < slices.rank; ++i)
    if (i != slices.axis)
      order.push_back(i);
  order.insert(order.begin() + *axis, slices.axis);
  GraphBuilder g{b, op.getLoc()};
  Value joined = g.transpose(slices.tensor, order);
  if (op.getNewAxis())
    return {joined};
  std::optional<Dims> dims = getDims(slices.tensor);
  if (!dims)
    return {};
  Dims shape;
  for (int64_t i : order)
    shape.push_back((*dims)[i]);
  shape[*axis] = shape[*axis] * shape[*axis + 1];
  shape.erase(shape.begin() + *axis + 1);
  return {g.reshape(joined, g.dims(shape))};
}

SmallVector<Value> ConcatFromSequenceOp::expand(OpBuilder &b) {
  if (std::optional<Slices> slices = getSlices(getInputSequence()))
    return joinSlices(*this, b, *slices);
  std::optional<SmallVector<Value>> elements = getElements(getInputSequence());
  if (!elements || elements->empty())
    return {};
  GraphBuilder g{b, getLoc()};
  std::optional<int64_t> rank = getRank(elements->front());
  if (rank && !normalizeAxis(getAxis(), *rank + (getNewAxis() ? 1 : 0))) {
    emitError("axis ") << getAxis() << " is out of range";
    return {};
  }
  if (getNewAxis())
    for (Value &element : *elements)
      element = UnsqueezeOp::create(b, getLoc(), element, g.ints(getAxis()));
  return {g.concat(*elements, getAxis())};
}

//===----------------------------------------------------------------------===//
// SequenceMap
//===----------------------------------------------------------------------===//

SmallVector<StringRef> SequenceMapOp::getRegionNames() { return {"body"}; }

SmallVector<Type> SequenceMapOp::getRegionArgTypes(unsigned) {
  SmallVector<Type> types;
  for (Type type : getOperandTypes()) {
    Type element = getElement(type);
    types.push_back(element ? element : type);
  }
  return types;
}

LogicalResult SequenceMapOp::inferReturnTypes(MLIRContext *context,
                                              std::optional<Location> loc,
                                              Adaptor adaptor,
                                              SmallVectorImpl<Type> &types) {
  if (adaptor.getRegions().size() != 1 || adaptor.getRegions()[0]->empty())
    return emitOptionalError(loc, "needs a body");
  Operation &yield = adaptor.getRegions()[0]->front().back();
  for (Type type : yield.getOperandTypes())
    types.push_back(SeqType::get(context, type));
  return success();
}

SmallVector<Value> SequenceMapOp::expand(OpBuilder &b) {
  SmallVector<std::optional<SmallVector<Value>>> sequences;
  for (Value operand : getOperands()) {
    sequences.push_back(getElements(operand));
    if (isa<SeqType>(operand.getType()) && !sequences.back())
      return {};
  }
  size_t length = sequences.front()->size();
  for (const auto &sequence : sequences)
    if (sequence && sequence->size() < length)
      return {};
  Block &body = getBody().front();
  SmallVector<SmallVector<Value>> results(getNumResults());
  for (size_t i = 0; i < length; ++i) {
    IRMapping mapping;
    for (auto [argument, operand, sequence] :
         llvm::zip(body.getArguments(), getOperands(), sequences))
      mapping.map(argument, sequence ? (*sequence)[i] : operand);
    for (Operation &op : body.without_terminator())
      b.clone(op, mapping);
    for (auto [result, yielded] :
         llvm::zip(results, body.getTerminator()->getOperands()))
      result.push_back(mapping.lookupOrDefault(yielded));
  }
  SmallVector<Value> values;
  for (auto [result, elements] : llvm::zip(getResults(), results))
    values.push_back(buildSequence(b, getLoc(), result.getType(), elements));
  return values;
}

//===----------------------------------------------------------------------===//
// Optionals
//===----------------------------------------------------------------------===//

LogicalResult OptionalOp::inferReturnTypes(MLIRContext *context,
                                           std::optional<Location> loc,
                                           Adaptor adaptor,
                                           SmallVectorImpl<Type> &types) {
  Type type = adaptor.getInput() ? adaptor.getInput().getType()
                                 : adaptor.getType().value_or(Type());
  if (!type)
    return emitOptionalError(loc, "needs an input or a type");
  types.push_back(OptType::get(context, type));
  return success();
}

LogicalResult
OptionalHasElementOp::inferReturnTypes(MLIRContext *context,
                                       std::optional<Location>, Adaptor,
                                       SmallVectorImpl<Type> &types) {
  types.push_back(RankedTensorType::get({}, IntegerType::get(context, 1)));
  return success();
}

SmallVector<Value> OptionalHasElementOp::expand(OpBuilder &b) {
  bool has = false;
  if (Value input = getInput() ? skipIdentities(getInput()) : Value()) {
    auto optional = input.getDefiningOp<OptionalOp>();
    if (!optional && isa<OptType>(input.getType()))
      return {};
    has = !optional || optional.getInput();
  }
  return {GraphBuilder{b, getLoc()}.number(has, b.getI1Type())};
}

LogicalResult OptionalGetElementOp::inferReturnTypes(
    MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  Type type = adaptor.getInput().getType();
  if (auto optional = dyn_cast<OptType>(type))
    type = optional.getElement();
  auto made = skipIdentities(adaptor.getInput()).getDefiningOp<OptionalOp>();
  if (made && !made.getInput())
    return emitOptionalError(loc, "reads an optional that holds nothing");
  types.push_back(type);
  return success();
}

SmallVector<Value> OptionalGetElementOp::expand(OpBuilder &) {
  Value input = skipIdentities(getInput());
  if (!isa<OptType>(input.getType()))
    return {input};
  auto optional = input.getDefiningOp<OptionalOp>();
  if (!optional || !optional.getInput())
    return {};
  return {optional.getInput()};
}
