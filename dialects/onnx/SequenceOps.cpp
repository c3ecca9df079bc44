//===- SequenceOps.cpp - Sequences and optionals --------------------------===//
//
// Where the length of a sequence is known when compiling, its elements are
// ordinary values, and no code is made for it. Every op that makes one becomes
// a SequenceConstruct, and every op that reads one reads its operands:
//
//   SplitToSequence(%x)           -> Split(%x), SequenceConstruct(%a, %b)
//   SequenceInsert(%that, %c)     -> SequenceConstruct(%a, %b, %c)
//   SequenceAt(%that, -1)         -> %c
//
// An optional is likewise what Optional was given. A sequence of free length
// may be the slices of a tensor, from which its readers then read. Any other is
// a few tensors (PackedSequence.h).
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/SequenceOps.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/ElementTypes.h"
#include "dialects/onnx/GraphBuilder.h"
#include "dialects/onnx/SequenceValue.h"
#include "dialects/onnx/ShapeOps.h"
#include "dialects/onnx/SizeRequirements.h"
#include "dialects/onnx/SliceOps.h"

using namespace mlir;
using namespace onnxc::onnx;

/// A place among `count`, where it is known; the last when none is given.
static std::optional<int64_t> findPosition(Value position, int64_t count) {
  if (!position)
    return count - 1;
  std::optional<SmallVector<int64_t>> known = getConstantInts(position);
  if (!known || known->size() != 1)
    return std::nullopt;
  return normalizeAxis(known->front(), count);
}

/// An error for a position, known when compiling, that no sequence of a length
/// known then has; one behind the last may be allowed.
static LogicalResult checkPosition(Operation *op, Value position,
                                   const PackedSequence &packed,
                                   bool allowsEnd = false) {
  std::optional<Dims> dims = getDims(packed.shapes);
  std::optional<int64_t> length =
      dims ? onnxc::onnx::getConstant(dims->front()) : std::nullopt;
  std::optional<SmallVector<int64_t>> at = getConstantInts(position);
  if (!length || !at || at->size() != 1 ||
      (at->front() >= -*length && at->front() < *length + allowsEnd))
    return success();
  refuseExpansion(op, "position " + Twine(at->front()) +
                          " is outside of a sequence of " + Twine(*length));
  return failure();
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
  Type type = adaptor.getInputSequence().getType(),
       element = getElementOf(type);
  if (!element)
    return notASequence(loc, type);
  types.push_back(
      SeqType::get(context, join(element, adaptor.getTensor().getType())));
  return success();
}

static SmallVector<Value> insertPacked(SequenceInsertOp op, OpBuilder &b) {
  GraphBuilder g{b, op.getLoc()};
  if (!getDims(op.getTensor()))
    return {};
  std::optional<PackedSequence> packed = getPacked(g, op.getInputSequence());
  if (!packed || failed(checkPosition(op, op.getPosition(), *packed,
                                      /*allowsEnd=*/true)))
    return {};
  return {buildPack(
      g, insertElement(g, *packed, op.getTensor(), op.getPosition()))};
}

SmallVector<Value> SequenceInsertOp::expand(OpBuilder &b) {
  std::optional<SmallVector<Value>> elements = getElements(getInputSequence());
  if (!elements)
    return insertPacked(*this, b);
  // One may insert behind the last, and does unless told where.
  int64_t count = elements->size(), at = count;
  if (getPosition()) {
    std::optional<SmallVector<int64_t>> known = getConstantInts(getPosition());
    if (!known || known->size() != 1)
      return insertPacked(*this, b);
    at = known->front() < 0 ? known->front() + count : known->front();
  }
  if (at < 0 || at > count)
    return refuseExpansion(*this, "its position is outside of a sequence of " +
                                      Twine(count));
  elements->insert(elements->begin() + at, getTensor());
  return {buildSequence(b, getLoc(), getType(), *elements)};
}

LogicalResult SequenceEraseOp::inferReturnTypes(MLIRContext *,
                                                std::optional<Location> loc,
                                                Adaptor adaptor,
                                                SmallVectorImpl<Type> &types) {
  types.push_back(adaptor.getInputSequence().getType());
  return getElementOf(types.back()) ? success()
                                    : notASequence(loc, types.back());
}

SmallVector<Value> SequenceEraseOp::expand(OpBuilder &b) {
  std::optional<SmallVector<Value>> elements = getElements(getInputSequence());
  if (elements && (!getPosition() || getConstantInts(getPosition()))) {
    std::optional<int64_t> at = findPosition(getPosition(), elements->size());
    if (!at || *at < 0)
      return refuseExpansion(*this,
                             "its position is outside of a sequence of " +
                                 Twine(elements->size()));
    elements->erase(elements->begin() + *at);
    return {buildSequence(b, getLoc(), getType(), *elements)};
  }
  GraphBuilder g{b, getLoc()};
  std::optional<PackedSequence> packed = getPacked(g, getInputSequence());
  if (!packed || failed(checkPosition(*this, getPosition(), *packed)))
    return {};
  return {buildPack(g, eraseElement(g, *packed, getPosition()))};
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

/// Parts whose number or sizes a run knows. The last of equal ones may be
/// smaller.
static SmallVector<Value> splitPacked(SplitToSequenceOp op, OpBuilder &b,
                                      int64_t axis) {
  GraphBuilder g{b, op.getLoc()};
  Value sizes = op.getSplit();
  std::optional<int64_t> splitRank = sizes ? getRank(sizes) : 0;
  if (!splitRank)
    return {};
  if (*splitRank == 0) {
    Value n = g.size(op.getInput(), axis);
    Value each = sizes ? g.list(sizes) : g.ints(1);
    Value one = g.ints(1);
    Value count = g.div(g.sub(g.add(n, each), one), g.max(each, one));
    Value start = g.mul(g.range(count), each);
    sizes = g.min(each, g.sub(n, start));
  } else {
    sizes = g.cast(sizes, b.getI64Type());
  }
  return {buildPack(g, splitTensor(g, op.getInput(), sizes, axis))};
}

SmallVector<Value> SplitToSequenceOp::expand(OpBuilder &b) {
  std::optional<Dims> dims = getDims(getInput());
  if (!dims)
    return {};
  int64_t axis = *normalizeAxis(getAxis(), dims->size());
  std::optional<int64_t> length = onnxc::onnx::getConstant((*dims)[axis]);
  // Its readers take the slices from the tensor.
  if (!getSplit() && !getKeepdims() && !length)
    return {};
  // The sizes of the parts: given, all alike but the last, or 1.
  SmallVector<int64_t> sizes;
  std::optional<SmallVector<int64_t>> split = getConstantInts(getSplit());
  if ((getSplit() && !split) || !length)
    return splitPacked(*this, b, axis);
  if (split && getRank(getSplit()) == 1) {
    sizes = *split;
  } else {
    int64_t each = split ? split->front() : 1;
    if (each <= 0)
      return refuseExpansion(*this, "its parts have no size");
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
  Type type = adaptor.getInputSequence().getType(),
       element = getElementOf(type);
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
  if (std::optional<Slices> slices = getSlices(getInputSequence())) {
    GraphBuilder g{b, getLoc()};
    requirePosition(g, getPosition(), g.size(slices->tensor, slices->axis));
    return {g.gather(slices->tensor, getPosition(), slices->axis)};
  }
  std::optional<SmallVector<Value>> elements = getElements(getInputSequence());
  std::optional<int64_t> at;
  if (elements)
    at = findPosition(getPosition(), elements->size());
  if (at)
    return {(*elements)[*at]};
  GraphBuilder g{b, getLoc()};
  std::optional<PackedSequence> packed = getPacked(g, getInputSequence());
  if (packed && succeeded(checkPosition(*this, getPosition(), *packed)))
    if (Value element = readElement(g, *packed, getPosition()))
      return {element};
  return {};
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
  if (std::optional<SmallVector<Value>> elements =
          getElements(getInputSequence()))
    return {g.integer(elements->size())};
  std::optional<PackedSequence> packed = getPacked(g, getInputSequence());
  if (!packed)
    return {};
  return {g.reshape(g.size(packed->shapes, 0), ArrayRef<int64_t>())};
}

LogicalResult ConcatFromSequenceOp::inferReturnTypes(
    MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  Type type = adaptor.getInputSequence().getType();
  auto element = dyn_cast_or_null<TensorType>(getElementOf(type));
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

static SmallVector<Value> joinPacked(ConcatFromSequenceOp op, GraphBuilder &g) {
  std::optional<PackedSequence> packed = getPacked(g, op.getInputSequence());
  std::optional<int64_t> rank = packed ? packed->getTensorRank() : std::nullopt;
  if (!rank)
    return {};
  std::optional<int64_t> axis =
      normalizeAxis(op.getAxis(), *rank + (op.getNewAxis() ? 1 : 0));
  if (!axis)
    return refuseExpansion(op,
                           "axis " + Twine(op.getAxis()) + " is out of range");
  return {joinElements(g, *packed, *axis, op.getNewAxis() != 0)};
}

SmallVector<Value> ConcatFromSequenceOp::expand(OpBuilder &b) {
  if (std::optional<Slices> slices = getSlices(getInputSequence()))
    return joinSlices(*this, b, *slices);
  GraphBuilder g{b, getLoc()};
  std::optional<SmallVector<Value>> elements = getElements(getInputSequence());
  if (!elements)
    return joinPacked(*this, g);
  if (elements->empty())
    return refuseExpansion(*this, "joins a sequence of nothing");
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
// Values that are a few tensors
//===----------------------------------------------------------------------===//

LogicalResult PackOp::inferReturnTypes(MLIRContext *context,
                                       std::optional<Location>, Adaptor adaptor,
                                       SmallVectorImpl<Type> &types) {
  Type element = getElementType(adaptor.getValues());
  std::optional<Dims> dims = getDims(adaptor.getShapes());
  std::optional<int64_t> rank;
  if (!adaptor.getIsMixed() && dims && dims->size() == 2)
    rank = onnxc::onnx::getConstant(dims->back());
  Type held = getUnrankedType(element);
  if (rank) {
    SmallVector<int64_t> sizes(*rank, ShapedType::kDynamic);
    std::optional<ArrayRef<int64_t>> stated = adaptor.getSizes();
    if (stated && int64_t(stated->size()) == *rank)
      for (auto [size, known] : llvm::zip(sizes, *stated))
        size = known < 0 ? ShapedType::kDynamic : known;
    held = RankedTensorType::get(sizes, element);
  }
  if (!adaptor.getIsOptional() || adaptor.getPresent())
    held = SeqType::get(context, held);
  types.push_back(adaptor.getIsOptional() ? OptType::get(context, held) : held);
  return success();
}

LogicalResult UnpackOp::inferReturnTypes(MLIRContext *context,
                                         std::optional<Location> loc,
                                         Adaptor adaptor,
                                         SmallVectorImpl<Type> &types) {
  TensorType tensor = getTensorIn(adaptor.getInput().getType());
  if (!tensor)
    return emitOptionalError(loc, "needs a sequence or an optional");
  types.push_back(getUnrankedType(tensor.getElementType()));
  types.push_back(getUnrankedType(IntegerType::get(context, 64)));
  types.push_back(RankedTensorType::get({}, IntegerType::get(context, 1)));
  return success();
}

SmallVector<Value> UnpackOp::expand(OpBuilder &b) {
  GraphBuilder g{b, getLoc()};
  std::optional<PackedSequence> packed = getPacked(g, getInput(), getColumns());
  if (!packed)
    return {};
  Value present;
  if (!getPresent().use_empty())
    present = isa<SeqType>(getInput().getType()) ? g.number(1, b.getI1Type())
                                                 : getPresence(g, *packed);
  return {packed->values, packed->shapes, present};
}
