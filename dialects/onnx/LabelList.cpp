//===- LabelList.cpp - Lists of keys and values, and looking up in them ---===//
//
// How a key is found depends on the keys:
//
//   strings           where they are known here, each one's value is looked up
//                     here; else a hash of their bytes is looked up like an
//                     integer (TextHash.h), then the key's bytes are compared
//   at most 4         compared one after the other, in vectors
//   compact integers  a table from the least to the greatest, with the default
//                     value where there is no key: at most 4 places a key
//   all others        sorted here, searched by halving
//   (passes/Tensor/LookUp.cpp)
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/LabelList.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/EncoderOps.h"
#include "dialects/onnx/KeyTable.h"
#include "dialects/onnx/LogicOps.h"
#include "dialects/onnx/OnnxDialect.h"
#include "dialects/onnx/StringTable.h"
#include "dialects/onnx/TextHash.h"
#include "dialects/onnx/TextOps.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include <cmath>
#include <numeric>

using namespace mlir;

namespace onnxc::onnx {

static constexpr size_t kMaxComparisons = 4;
static constexpr uint64_t kMaxPlacesPerKey = 4;

//===----------------------------------------------------------------------===//
// Lists
//===----------------------------------------------------------------------===//

LabelList LabelList::of(MLIRContext *context, ArrayRef<int64_t> ints) {
  return {IntegerType::get(context, 64), llvm::to_vector(ints), {}, {}};
}

LabelList LabelList::of(MLIRContext *context, ArrayRef<float> reals) {
  LabelList list{Float32Type::get(context), {}, {}, {}};
  list.reals.append(reals.begin(), reals.end());
  return list;
}

LabelList LabelList::of(ArrayAttr strings) {
  LabelList list{StringType::get(strings.getContext()), {}, {}, {}};
  for (StringRef text : strings.getAsValueRange<StringAttr>())
    list.texts.push_back(text);
  return list;
}

std::optional<LabelList> LabelList::of(ElementsAttr elements) {
  LabelList list{elements.getElementType(), {}, {}, {}};
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(elements)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    if (!blob)
      return std::nullopt;
    elements = DenseElementsAttr::getFromRawBuffer(elements.getShapedType(),
                                                   blob->getData());
  }
  if (list.element.isSignlessInteger()) {
    for (const APInt &value : elements.getValues<APInt>())
      list.ints.push_back(value.getSExtValue());
    return list;
  }
  if (!list.element.isF32() && !list.element.isF64())
    return std::nullopt;
  for (const APFloat &value : elements.getValues<APFloat>())
    list.reals.push_back(value.convertToDouble());
  return list;
}

size_t LabelList::size() const {
  return ints.size() + reals.size() + texts.size();
}

void LabelList::append(const LabelList &others) {
  llvm::append_range(ints, others.ints);
  llvm::append_range(reals, others.reals);
  llvm::append_range(texts, others.texts);
}

LabelList LabelList::pick(ArrayRef<size_t> places) const {
  LabelList picked{element, {}, {}, {}};
  for (size_t place : places) {
    if (!ints.empty())
      picked.ints.push_back(ints[place]);
    else if (!reals.empty())
      picked.reals.push_back(reals[place]);
    else
      picked.texts.push_back(texts[place]);
  }
  return picked;
}

SmallVector<size_t> LabelList::sort() const {
  SmallVector<size_t> places(size());
  std::iota(places.begin(), places.end(), 0);
  llvm::sort(places, [&](size_t l, size_t r) {
    if (!ints.empty())
      return ints[l] < ints[r];
    if (!reals.empty())
      return std::isnan(reals[r]) ? !std::isnan(reals[l]) : reals[l] < reals[r];
    return texts[l] < texts[r];
  });
  return places;
}

bool LabelList::isSame(size_t place, size_t other) const {
  if (!ints.empty())
    return ints[place] == ints[other];
  if (!texts.empty())
    return texts[place] == texts[other];
  double l = reals[place], r = reals[other];
  return l == r || (std::isnan(l) && std::isnan(r));
}

std::optional<std::string> LabelList::findTwice() const {
  LabelList sorted = pick(sort());
  for (size_t i = 1; i < size(); ++i) {
    if (!sorted.isSame(i, i - 1))
      continue;
    if (!ints.empty())
      return std::to_string(sorted.ints[i]);
    return texts.empty() ? std::to_string(sorted.reals[i])
                         : ("'" + sorted.texts[i] + "'").str();
  }
  return std::nullopt;
}

static Value buildConstant(GraphBuilder &g, const LabelList &list,
                           ArrayRef<int64_t> shape) {
  auto type = RankedTensorType::get(shape, list.element);
  if (!list.texts.empty())
    return ConstantOp::create(g.b, g.loc, type, ElementsAttr(),
                              g.b.getStrArrayAttr(list.texts));
  if (!list.reals.empty()) {
    SmallVector<APFloat> values;
    for (double value : list.reals) {
      bool isInexact;
      values.emplace_back(value);
      values.back().convert(cast<FloatType>(list.element).getFloatSemantics(),
                            APFloat::rmNearestTiesToEven, &isInexact);
    }
    return ConstantOp::create(g.b, g.loc, DenseElementsAttr::get(type, values));
  }
  SmallVector<APInt> values;
  for (int64_t value : list.ints)
    values.emplace_back(list.element.getIntOrFloatBitWidth(), value,
                        /*isSigned=*/true, /*implicitTrunc=*/true);
  return ConstantOp::create(g.b, g.loc, DenseElementsAttr::get(type, values));
}

Value LabelList::build(GraphBuilder &g) const {
  return buildConstant(g, *this, {int64_t(size())});
}

Value LabelList::build(GraphBuilder &g, size_t place) const {
  return buildConstant(g, pick(place), {});
}

//===----------------------------------------------------------------------===//
// Looking up
//===----------------------------------------------------------------------===//

/// Of strings that are chosen from known ones by indices: values for those.
static Value lookUpTexts(GraphBuilder &g, Value x, const LabelList &keys,
                         const LabelList &values) {
  StringTable table = traceStrings(g, x);
  llvm::StringMap<size_t> places;
  for (auto [place, text] : llvm::enumerate(keys.texts))
    places.try_emplace(text, place);
  SmallVector<size_t> picked;
  for (StringRef text : table.texts) {
    auto it = places.find(text);
    picked.push_back(it == places.end() ? keys.size() : it->second);
  }
  return g.gather(values.pick(picked).build(g), table.indices, 0);
}

/// The hashes of all keys by the first seed for which they differ, and that.
static std::pair<LabelList, uint64_t> hashKeys(MLIRContext *context,
                                               const LabelList &keys) {
  for (uint64_t seed = 0;; ++seed) {
    LabelList hashes{IntegerType::get(context, 64), {}, {}, {}};
    for (StringRef text : keys.texts)
      hashes.ints.push_back(int64_t(hashText(text, seed)));
    if (!hashes.findTwice())
      return {hashes, seed};
  }
}

/// The place of the key that equals x, else the number of keys.
static Value findText(GraphBuilder &g, Value x, const LabelList &keys) {
  auto [hashes, seed] = hashKeys(g.b.getContext(), keys);
  LabelList places =
      LabelList::of(g.b.getContext(),
                    llvm::to_vector(llvm::seq<int64_t>(0, keys.size() + 1)));
  Value hash = TextHashOp::create(g.b, g.loc, x, int64_t(seed));
  Value place = buildLookUp(g, hash, hashes, places);
  LabelList texts = keys;
  texts.texts.push_back("");
  Value key = g.gather(texts.build(g), place, 0);
  Value isKey = EqualTextOp::create(g.b, g.loc, x, key);
  return g.select(isKey, place, g.integer(keys.size()));
}

static Value compareAll(GraphBuilder &g, Value x, const LabelList &keys,
                        const LabelList &values) {
  Value y = values.build(g, keys.size());
  for (size_t i = 0; i < keys.size(); ++i) {
    bool isNaN = !keys.reals.empty() && std::isnan(keys.reals[i]);
    Value isKey = isNaN ? Value(IsNaNOp::create(g.b, g.loc, x))
                        : g.equal(x, keys.build(g, i));
    y = g.select(isKey, values.build(g, i), y);
  }
  return y;
}

/// A table over the integers from the least key to the greatest; null where
/// these lie too far apart.
static Value buildTable(GraphBuilder &g, Value x, const LabelList &keys,
                        const LabelList &values) {
  if (keys.ints.empty())
    return {};
  int64_t least = *llvm::min_element(keys.ints);
  uint64_t last = uint64_t(*llvm::max_element(keys.ints)) - uint64_t(least);
  if (last >= kMaxPlacesPerKey * keys.size())
    return {};
  SmallVector<size_t> places(last + 2, keys.size());
  for (auto [place, key] : llvm::enumerate(keys.ints))
    places[uint64_t(key) - uint64_t(least)] = place;
  return LookUpOp::create(g.b, g.loc, x, values.pick(places).build(g), Value(),
                          Value(), least, /*multiplier=*/0, /*nan_key=*/false);
}

/// Null where no hash was found.
static Value buildHash(GraphBuilder &g, Value x, const LabelList &keys,
                       const LabelList &values) {
  if (keys.ints.empty())
    return {};
  std::optional<KeyTable> table = KeyTable::build(keys.ints);
  if (!table)
    return {};
  SmallVector<size_t> places(table->slots);
  Value slots = keys.pick(places).build(g);
  places.push_back(keys.size());
  return LookUpOp::create(g.b, g.loc, x, values.pick(places).build(g), slots,
                          g.ints(table->displacements), /*first=*/0,
                          int64_t(table->multiplier), /*nan_key=*/false);
}

Value buildLookUp(GraphBuilder &g, Value x, const LabelList &keys,
                  const LabelList &values) {
  if (!keys.texts.empty())
    return isTraceable(x) ? lookUpTexts(g, x, keys, values)
                          : g.gather(values.build(g), findText(g, x, keys), 0);
  if (!values.texts.empty()) {
    auto all = llvm::to_vector(llvm::seq<int64_t>(0, values.size()));
    Value places =
        buildLookUp(g, x, keys, LabelList::of(g.b.getContext(), all));
    return g.gather(values.build(g), places, 0);
  }
  if (keys.size() <= kMaxComparisons)
    return compareAll(g, x, keys, values);
  if (Value y = buildTable(g, x, keys, values))
    return y;
  if (Value y = buildHash(g, x, keys, values))
    return y;
  SmallVector<size_t> order = keys.sort();
  LabelList sorted = keys.pick(order);
  order.push_back(keys.size());
  bool hasNaN = !sorted.reals.empty() && std::isnan(sorted.reals.back());
  return LookUpOp::create(g.b, g.loc, x, values.pick(order).build(g),
                          sorted.build(g), Value(), /*first=*/0,
                          /*multiplier=*/0, hasNaN);
}

} // namespace onnxc::onnx
