//===- MapOps.cpp - Maps, and tensors of them -----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/MapOps.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/EncoderOps.h"
#include "dialects/onnx/RunTimeChecks.h"
#include "dialects/onnx/SearchOps.h"
#include "llvm/ADT/DenseSet.h"

using namespace mlir;
using namespace onnxc::onnx;

static constexpr int64_t kMostColumns = int64_t(1) << 31;

/// A list of zeros, or of empty strings.
static Value buildZeros(GraphBuilder &g, Type element, int64_t count) {
  if (!isa<StringType>(element))
    return g.expand(g.number(0, element), g.ints(count));
  auto type = RankedTensorType::get({1}, element);
  Value empty = ConstantOp::create(g.b, g.loc, type, ElementsAttr(),
                                   g.b.getStrArrayAttr({""}));
  return g.expand(empty, g.ints(count));
}

/// The values at their places of a row; those at place `count` are left out.
static Value buildRow(GraphBuilder &g, Value places, Value values,
                      int64_t count) {
  Value zeros = buildZeros(g, getElementType(values), count + 1);
  Value row = g.scatter(zeros, places, values);
  return g.reshape(g.slice(row, g.ints(0), g.ints(count), 0), {1, count});
}

LogicalResult PackMapOp::inferReturnTypes(MLIRContext *context,
                                          std::optional<Location>,
                                          Adaptor adaptor,
                                          SmallVectorImpl<Type> &types) {
  types.push_back(MapType::get(
      context, getElementType(adaptor.getKeys()),
      RankedTensorType::get({}, getElementType(adaptor.getValues()))));
  return success();
}

//===----------------------------------------------------------------------===//
// DictVectorizer
//===----------------------------------------------------------------------===//

static Type getValueElement(MapType type) {
  auto tensor = dyn_cast<TensorType>(type.getValue());
  return tensor ? tensor.getElementType() : Type();
}

LogicalResult DictVectorizerOp::inferReturnTypes(MLIRContext *context,
                                                 std::optional<Location> loc,
                                                 Adaptor adaptor,
                                                 SmallVectorImpl<Type> &types) {
  auto map = dyn_cast<MapType>(adaptor.getX().getType());
  Type element = map ? getValueElement(map) : Type();
  if (!element)
    return emitOptionalError(loc, "needs a map of numbers or strings");
  std::optional<ArrayRef<int64_t>> ints = adaptor.getInt64Vocabulary();
  std::optional<ArrayAttr> strings = adaptor.getStringVocabulary();
  bool hasText = isa<StringType>(map.getKey());
  if (hasText ? !strings : !ints)
    return emitOptionalError(loc, "has no vocabulary of ",
                             hasText ? "strings" : "integers",
                             ", as the map's keys are");
  int64_t size = hasText ? int64_t(strings->size()) : int64_t(ints->size());
  types.push_back(RankedTensorType::get({1, size}, element));
  return success();
}

static bool hasRepeated(ArrayRef<Attribute> words) {
  llvm::DenseSet<Attribute> seen(words.begin(), words.end());
  return seen.size() != words.size();
}

SmallVector<Value> DictVectorizerOp::expand(OpBuilder &b) {
  auto map = getX().getDefiningOp<PackMapOp>();
  if (!map)
    return {};
  GraphBuilder g{b, getLoc()};
  bool hasText = isa<StringType>(getElementType(map.getKeys()));
  ArrayRef<int64_t> numbers =
      getInt64Vocabulary().value_or(ArrayRef<int64_t>());
  SmallVector<Attribute> words;
  if (hasText)
    words.append(getStringVocabularyAttr().begin(),
                 getStringVocabularyAttr().end());
  else
    for (int64_t word : numbers)
      words.push_back(b.getI64IntegerAttr(word));
  if (hasRepeated(words))
    return refuseExpansion(*this, "has a word twice in its vocabulary");
  int64_t size = words.size();
  auto named = [&](StringRef name, Attribute value) {
    return b.getNamedAttr(name, value);
  };
  NamedAttribute keys =
      hasText ? named("keys_strings", b.getArrayAttr(words))
              : named("keys_int64s", b.getDenseI64ArrayAttr(numbers));
  NamedAttribute places = named(
      "values_int64s",
      b.getDenseI64ArrayAttr(llvm::to_vector(llvm::seq<int64_t>(0, size))));
  Value place = LabelEncoderOp::create(
      b, getLoc(), TypeRange{getUnrankedType(b.getI64Type())},
      ValueRange{map.getKeys()},
      ArrayRef<NamedAttribute>{
          keys, places, named("default_int64", b.getI64IntegerAttr(size))});
  return {buildRow(g, place, map.getValues(), size)};
}

//===----------------------------------------------------------------------===//
// CastMap
//===----------------------------------------------------------------------===//

/// Null for a name that is none.
static Type getCastType(MLIRContext *context, StringRef name) {
  if (name == "TO_FLOAT")
    return Float32Type::get(context);
  if (name == "TO_INT64")
    return IntegerType::get(context, 64);
  return name == "TO_STRING" ? Type(StringType::get(context)) : Type();
}

LogicalResult CastMapOp::inferReturnTypes(MLIRContext *context,
                                          std::optional<Location> loc,
                                          Adaptor adaptor,
                                          SmallVectorImpl<Type> &types) {
  auto map = dyn_cast<MapType>(adaptor.getX().getType());
  if (!map || !getValueElement(map) || !map.getKey().isInteger(64))
    return emitOptionalError(loc, "needs a map from integers");
  Type element = getCastType(context, adaptor.getCastTo());
  if (!element)
    return emitOptionalError(loc, "cast_to is ", adaptor.getCastTo(),
                             ", not TO_FLOAT, TO_INT64 or TO_STRING");
  StringRef form = adaptor.getMapForm();
  if (form != "DENSE" && form != "SPARSE")
    return emitOptionalError(loc, "map_form is ", form,
                             ", not DENSE or SPARSE");
  if (form == "DENSE") {
    types.push_back(getUnrankedType(element));
    return success();
  }
  if (adaptor.getMaxMap() < 0 || adaptor.getMaxMap() > kMostColumns)
    return emitOptionalError(loc, "max_map is ", adaptor.getMaxMap());
  types.push_back(RankedTensorType::get({1, adaptor.getMaxMap()}, element));
  return success();
}

SmallVector<Value> CastMapOp::expand(OpBuilder &b) {
  auto map = getX().getDefiningOp<PackMapOp>();
  if (!map)
    return {};
  GraphBuilder g{b, getLoc()};
  Value keys = map.getKeys(), values = map.getValues();
  Type element = getCastType(getContext(), getCastTo());
  bool isText = isa<StringType>(getElementType(values));
  if (isText != isa<StringType>(element) && !isText)
    return refuseExpansion(*this, "writes numbers as strings, which is not "
                                  "supported: cast_to the map's own type");
  if (getElementType(values) != element)
    values = g.cast(values, element);
  if (getMapForm() == "DENSE") {
    auto sorted = TopKOp::create(b, getLoc(), keys, g.size(keys, 0),
                                 /*axis=*/0, /*largest=*/0, /*sorted=*/1);
    Value row = g.gather(values, sorted.getIndices(), 0);
    return {g.reshape(row, g.concat({g.ints(1), g.size(keys, 0)}, 0))};
  }
  requireNone(g, g.less(keys, g.ints(0)));
  Value places = g.min(keys, g.ints(getMaxMap()));
  return {buildRow(g, places, values, getMaxMap())};
}
