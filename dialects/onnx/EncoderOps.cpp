//===- EncoderOps.cpp - Categories as numbers, and numbers as others ------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/EncoderOps.h"
#include "dialects/onnx/FeatureRows.h"
#include "dialects/onnx/GatherOps.h"
#include "dialects/onnx/LabelList.h"
#include "dialects/onnx/OnnxDialect.h"
#include "dialects/onnx/RunTimeChecks.h"
#include "dialects/onnx/SizeRequirements.h"

using namespace mlir;
using namespace onnxc::onnx;

static bool holdsStrings(Value x) {
  return isa<StringType>(onnxc::onnx::getElementType(x));
}

/// Reports lists of unequal length, keys without elements or with one twice,
/// and keys that are not of X's type.
static LogicalResult checkKeys(std::optional<Location> loc, Value x,
                               const LabelList &keys, size_t values) {
  if (keys.size() == 0)
    return emitOptionalError(loc, "has no keys");
  if (keys.size() != values)
    return emitOptionalError(loc, "has ", keys.size(), " keys but ", values,
                             " values");
  if (std::optional<std::string> twice = keys.findTwice())
    return emitOptionalError(loc, "has the key ", *twice, " twice");
  if (onnxc::onnx::getElementType(x) != keys.element)
    return emitOptionalError(loc, "its keys are of type ", keys.element,
                             ", X is of ", onnxc::onnx::getElementType(x));
  return success();
}

//===----------------------------------------------------------------------===//
// OneHotEncoder
//===----------------------------------------------------------------------===//

template <typename Encoder> static LabelList getCategories(Encoder op) {
  std::optional<ArrayRef<int64_t>> ints = op.getCatsInt64s();
  if (std::optional<ArrayAttr> strings = op.getCatsStrings();
      strings && !strings->empty())
    return LabelList::of(*strings);
  return LabelList::of(op.getX().getContext(),
                       ints.value_or(ArrayRef<int64_t>()));
}

LogicalResult OneHotEncoderOp::inferReturnTypes(MLIRContext *context,
                                                std::optional<Location> loc,
                                                Adaptor adaptor,
                                                SmallVectorImpl<Type> &types) {
  auto has = [](auto list) { return list && !list->empty(); };
  if (has(adaptor.getCatsInt64s()) == has(adaptor.getCatsStrings()))
    return emitOptionalError(
        loc, "needs categories: either cats_int64s or cats_strings");
  LabelList categories = getCategories(adaptor);
  if (std::optional<std::string> twice = categories.findTwice())
    return emitOptionalError(loc, "has the category ", *twice, " twice");
  if (holdsStrings(adaptor.getX()) != has(adaptor.getCatsStrings()))
    return emitOptionalError(loc, "X is of ",
                             onnxc::onnx::getElementType(adaptor.getX()),
                             ", its categories of ", categories.element);
  Type element = Float32Type::get(context);
  std::optional<Dims> dims = getDims(adaptor.getX());
  if (dims)
    dims->push_back(onnxc::onnx::getConstant(context, categories.size()));
  types.push_back(dims ? getTensorType(*dims, element)
                       : getUnrankedType(element));
  return success();
}

/// A OneHot of the places of the categories. What is none has the place behind
/// the last, and is counted where it is an error.
SmallVector<Value> OneHotEncoderOp::expand(OpBuilder &b) {
  if (!getDims(getX()))
    return {};
  GraphBuilder g{b, getLoc()};
  LabelList categories = getCategories(*this);
  int64_t count = categories.size();
  Value x = getX();
  if (!holdsStrings(x))
    x = g.cast(x, b.getI64Type());
  LabelList places{b.getI32Type(), {}, {}, {}};
  llvm::append_range(places.ints, llvm::seq<int64_t>(0, count + 1));
  Value place = buildLookUp(g, x, categories, places);
  Value values = g.floats({0, 1}, {2}, b.getF32Type());
  Value y =
      OneHotOp::create(b, getLoc(), place, g.ints(count), values, /*axis=*/-1);
  if (getZeros() != 0)
    return {y};
  return {requireNone(g, y,
                      g.equal(place, g.number(double(count), b.getI32Type())))};
}

//===----------------------------------------------------------------------===//
// LabelEncoder
//===----------------------------------------------------------------------===//

namespace {

/// What a LabelEncoder maps, and the default.
struct Mapping {
  LabelList keys, values, otherwise;
};

} // namespace

static LabelList countTo(MLIRContext *context, size_t count) {
  return LabelList::of(context, llvm::to_vector(llvm::seq<int64_t>(0, count)));
}

/// Without elements where there is no tensor; none where its type may not be
/// mapped.
static std::optional<LabelList> readTensor(std::optional<Attribute> tensor) {
  if (!tensor)
    return LabelList();
  if (auto strings = dyn_cast<ArrayAttr>(*tensor))
    return LabelList::of(strings);
  auto elements = cast<ElementsAttr>(*tensor);
  return elements.empty() ? LabelList() : LabelList::of(elements);
}

/// That of the attributes which has elements; none where a tensor's type is
/// none that may be mapped, or where more than one has some.
static std::optional<LabelList> getList(MLIRContext *context,
                                        std::optional<ArrayRef<float>> floats,
                                        std::optional<ArrayRef<int64_t>> ints,
                                        std::optional<ArrayAttr> strings,
                                        std::optional<Attribute> tensor) {
  SmallVector<std::optional<LabelList>> lists;
  if (floats && !floats->empty())
    lists.push_back(LabelList::of(context, *floats));
  if (ints && !ints->empty())
    lists.push_back(LabelList::of(context, *ints));
  if (strings && !strings->empty())
    lists.push_back(LabelList::of(*strings));
  if (std::optional<LabelList> list = readTensor(tensor);
      !list || list->size() > 0)
    lists.push_back(list);
  if (lists.size() > 1)
    return std::nullopt;
  return lists.empty() ? LabelList() : lists.front();
}

/// The default for values of a type: default_tensor's element, else the
/// attribute of the type, else what the specification says.
template <typename Encoder>
static std::optional<LabelList> getDefault(Encoder op, Type element) {
  if (std::optional<Attribute> tensor = op.getDefaultTensor()) {
    std::optional<LabelList> list = readTensor(tensor);
    if (!list || list->size() != 1 || list->element != element)
      return std::nullopt;
    return list;
  }
  if (isa<StringType>(element))
    return LabelList{element, {}, {}, {op.getDefaultString()}};
  LabelList list{element, {}, {}, {}};
  if (isa<FloatType>(element))
    list.reals.push_back(element.isF32() ? op.getDefaultFloat() : -0.0f);
  else
    list.ints.push_back(element.isInteger(64) ? op.getDefaultInt64() : -1);
  return list;
}

/// The mapping, checked.
template <typename Encoder>
static FailureOr<Mapping> getMapping(std::optional<Location> loc, Encoder op) {
  MLIRContext *context = op.getX().getContext();
  std::optional<LabelList> keys, values;
  if (std::optional<ArrayAttr> classes = op.getClassesStrings()) {
    keys = LabelList::of(*classes);
    values = countTo(context, classes->size());
    if (!holdsStrings(op.getX()))
      std::swap(keys, values);
  } else {
    keys = getList(context, op.getKeysFloats(), op.getKeysInt64s(),
                   op.getKeysStrings(), op.getKeysTensor());
    values = getList(context, op.getValuesFloats(), op.getValuesInt64s(),
                     op.getValuesStrings(), op.getValuesTensor());
  }
  if (!keys || !values)
    return emitOptionalError(
        loc, "needs one list of ", keys ? "values" : "keys",
        ": strings, integers of 16 to 64 bits, floats or doubles");
  if (failed(checkKeys(loc, op.getX(), *keys, values->size())))
    return failure();
  std::optional<LabelList> otherwise = getDefault(op, values->element);
  if (!otherwise)
    return emitOptionalError(
        loc, "default_tensor must hold one element of type ", values->element);
  return Mapping{*keys, *values, *otherwise};
}

LogicalResult LabelEncoderOp::inferReturnTypes(MLIRContext *,
                                               std::optional<Location> loc,
                                               Adaptor adaptor,
                                               SmallVectorImpl<Type> &types) {
  FailureOr<Mapping> mapping = getMapping(loc, adaptor);
  if (failed(mapping))
    return failure();
  types.push_back(
      withElementType(adaptor.getX().getType(), mapping->values.element));
  return success();
}

SmallVector<Value> LabelEncoderOp::expand(OpBuilder &b) {
  if (!getDims(getX()))
    return {};
  FailureOr<Mapping> mapping = getMapping(std::nullopt, *this);
  if (failed(mapping))
    return {};
  mapping->values.append(mapping->otherwise);
  GraphBuilder g{b, getLoc()};
  return {buildLookUp(g, getX(), mapping->keys, mapping->values)};
}

//===----------------------------------------------------------------------===//
// CategoryMapper
//===----------------------------------------------------------------------===//

LogicalResult CategoryMapperOp::inferReturnTypes(MLIRContext *context,
                                                 std::optional<Location> loc,
                                                 Adaptor adaptor,
                                                 SmallVectorImpl<Type> &types) {
  std::optional<ArrayRef<int64_t>> ints = adaptor.getCatsInt64s();
  std::optional<ArrayAttr> strings = adaptor.getCatsStrings();
  if (!ints || !strings)
    return emitOptionalError(loc, "needs cats_int64s and cats_strings");
  LabelList numbers = LabelList::of(context, *ints),
            texts = LabelList::of(*strings);
  bool fromStrings = holdsStrings(adaptor.getX());
  if (failed(checkKeys(loc, adaptor.getX(), fromStrings ? texts : numbers,
                       fromStrings ? numbers.size() : texts.size())))
    return failure();
  types.push_back(withElementType(
      adaptor.getX().getType(), fromStrings ? numbers.element : texts.element));
  return success();
}

SmallVector<Value> CategoryMapperOp::expand(OpBuilder &b) {
  if (!getDims(getX()))
    return {};
  LabelList numbers = LabelList::of(getContext(), *getCatsInt64s()),
            texts = LabelList::of(*getCatsStrings());
  GraphBuilder g{b, getLoc()};
  if (holdsStrings(getX())) {
    numbers.ints.push_back(getDefaultInt64());
    return {buildLookUp(g, getX(), texts, numbers)};
  }
  texts.texts.push_back(getDefaultString());
  return {buildLookUp(g, getX(), numbers, texts)};
}

//===----------------------------------------------------------------------===//
// ZipMap
//===----------------------------------------------------------------------===//

LogicalResult ZipMapOp::inferReturnTypes(MLIRContext *context,
                                         std::optional<Location> loc,
                                         Adaptor adaptor,
                                         SmallVectorImpl<Type> &types) {
  std::optional<ArrayRef<int64_t>> ints = adaptor.getClasslabelsInt64s();
  std::optional<ArrayAttr> strings = adaptor.getClasslabelsStrings();
  size_t labels = (ints ? ints->size() : 0) + (strings ? strings->size() : 0);
  if (labels == 0)
    return emitOptionalError(loc, "has no labels");
  if (failed(checkRows(loc, adaptor.getX())) ||
      failed(checkColumns(loc, adaptor.getX(), labels, "the labels")))
    return failure();
  Type element = Float32Type::get(context);
  AffineExpr rows = getRows(adaptor.getX());
  types.push_back(
      rows ? getTensorType({rows, onnxc::onnx::getConstant(context, labels)},
                           element)
           : getUnrankedType(element));
  return success();
}

SmallVector<Value> ZipMapOp::expand(OpBuilder &b) {
  std::optional<Dims> dims = getDims(getZ());
  if (!getDims(getX()) || !dims)
    return {};
  GraphBuilder g{b, getLoc()};
  return {g.reshape(getX(), g.dims(*dims))};
}

//===----------------------------------------------------------------------===//
// Not operators of ONNX
//===----------------------------------------------------------------------===//

LogicalResult LookUpOp::inferReturnTypes(MLIRContext *, std::optional<Location>,
                                         Adaptor adaptor,
                                         SmallVectorImpl<Type> &types) {
  types.push_back(
      withElementType(adaptor.getX().getType(),
                      onnxc::onnx::getElementType(adaptor.getValues())));
  return success();
}

SmallVector<unsigned> RequireNoneOp::getShapeOperands() { return {1}; }

LogicalResult RequireNoneOp::inferReturnTypes(MLIRContext *,
                                              std::optional<Location>,
                                              Adaptor adaptor,
                                              SmallVectorImpl<Type> &types) {
  types.push_back(adaptor.getX().getType());
  return success();
}

void RequireNoneOp::requireSizes(SizeRequirements &r) {
  if (std::optional<Dims> count = getKnownInts(getCount()))
    r.equal(count->front(), r.constant(0),
            "the number of elements that it cannot take");
}

SmallVector<Value> RequireNoneOp::expand(OpBuilder &) {
  if (!getKnownInts(getCount()))
    return {};
  return {getX()};
}
