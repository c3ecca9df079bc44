//===- VectorizerOps.cpp - Counts of short sequences ----------------------===//
//
// Each element is looked up among those of the pool, and is its place there
// from then on (V - 1 for one that is not there). An n-gram is found element by
// element, each step being a look-up of an integer: with p the place of its
// first i elements among all such beginnings of the pool,
//
//   key = p * V + next element
//
// is one of as many numbers as there are beginnings of i + 1 elements. All
// places of a row are looked up at once, for each distance that elements may
// lie apart; behind its end follow elements that are not there. What is found
// is the column of the result that is counted up, or one behind the last. A row
// of T elements costs T look-ups a length and distance, however many n-grams
// there are.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/VectorizerOps.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/LabelList.h"
#include "dialects/onnx/ScatterOps.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace onnxc::onnx;

namespace {

/// The pool, its elements being numbers of different ones.
struct Pool {
  LabelList elements;
  SmallVector<int64_t> numbers;

  Pool(MLIRContext *context, std::optional<ArrayRef<int64_t>> ints,
       std::optional<ArrayAttr> strings)
      : elements(strings ? LabelList::of(*strings)
                         : LabelList::of(context,
                                         ints.value_or(ArrayRef<int64_t>()))) {
    SmallVector<size_t> order = elements.sort(), first;
    numbers.resize(order.size());
    LabelList sorted = elements.pick(order);
    for (size_t i = 0; i < order.size(); ++i) {
      if (i == 0 || !sorted.isSame(i, i - 1))
        first.push_back(order[i]);
      numbers[order[i]] = int64_t(first.size()) - 1;
    }
    elements = elements.pick(first);
  }
};

/// A pool's n-grams of one length, and the columns of the result that count
/// them.
struct Grams {
  int64_t length;
  ArrayRef<int64_t> numbers, columns;
};

class Vectorizer {
public:
  Vectorizer(GraphBuilder &g, const Pool &pool, int64_t size)
      : g(g), size(size), unknown(int64_t(pool.elements.size())) {}

  /// The columns of the n-grams [N, T] that begin in each place of rows of T
  /// numbers, `size` for those of none. `rows` are long enough for the last.
  Value find(Value rows, Value length, const Grams &grams, int64_t distance) {
    int64_t n = grams.length;
    auto window = [&](int64_t i) {
      Value from = g.ints(i * distance);
      return g.slice(rows, from, g.add(from, length), 1);
    };
    // Beginnings of one element are their numbers.
    Value place = window(0);
    SmallVector<int64_t> places;
    for (size_t i = 0; i < grams.numbers.size(); i += n)
      places.push_back(grams.numbers[i]);
    for (int64_t i = 1; i < n; ++i) {
      SmallVector<int64_t> keys;
      for (auto [k, before] : llvm::enumerate(places))
        keys.push_back(before * (unknown + 1) + grams.numbers[k * n + i]);
      Value key = g.add(g.mul(place, g.integer(unknown + 1)), window(i));
      place = lookUp(key, keys, places);
    }
    return toColumns(place, places, grams.columns);
  }

private:
  GraphBuilder &g;
  int64_t size, unknown;

  LabelList list(ArrayRef<int64_t> ints) {
    return LabelList::of(g.b.getContext(), ints);
  }

  /// The number of each key among the different ones, which `places` becomes;
  /// as many as there are for others.
  Value lookUp(Value key, ArrayRef<int64_t> keys,
               SmallVectorImpl<int64_t> &places) {
    llvm::MapVector<int64_t, int64_t> different;
    places.clear();
    for (int64_t one : keys)
      places.push_back(
          different.insert({one, int64_t(different.size())}).first->second);
    SmallVector<int64_t> all, numbers;
    for (auto [one, number] : different) {
      all.push_back(one);
      numbers.push_back(number);
    }
    numbers.push_back(int64_t(all.size()));
    return buildLookUp(g, key, list(all), list(numbers));
  }

  Value toColumns(Value place, ArrayRef<int64_t> places,
                  ArrayRef<int64_t> columns) {
    int64_t most = std::max(unknown, *llvm::max_element(places) + 1);
    SmallVector<int64_t> table(most + 1, size);
    for (auto [one, column] : llvm::zip(places, columns))
      table[one] = column;
    return g.gather(g.ints(table), place, 0);
  }
};

} // namespace

// More distances than these are more work than anyone asks for.
static constexpr int64_t kMostSkipped = 1000;

static int64_t getResultSize(ArrayRef<int64_t> ngramIndexes) {
  int64_t size = 0;
  for (int64_t index : ngramIndexes)
    size = std::max(size, index + 1);
  return size;
}

/// Reports n-grams that do not fit into the pool, or have no column.
template <typename Vectorizer>
static LogicalResult checkPool(std::optional<Location> loc, Vectorizer op) {
  std::optional<ArrayRef<int64_t>> ints = op.getPoolInt64s();
  std::optional<ArrayAttr> strings = op.getPoolStrings();
  if (ints.has_value() == strings.has_value())
    return emitOptionalError(loc, "needs either pool_int64s or pool_strings");
  Type element = onnxc::onnx::getElementType(op.getX());
  if (isa<StringType>(element) != strings.has_value())
    return emitOptionalError(loc, "its pool is of ",
                             strings ? "strings" : "integers", ", X of ",
                             element);
  ArrayRef<int64_t> indexes = op.getNgramIndexes(),
                    begins = op.getNgramCounts();
  if (llvm::any_of(indexes, [](int64_t index) { return index < 0; }))
    return emitOptionalError(loc, "an index of ngram_indexes is negative");
  // The pool's lengths, one after the other.
  int64_t poolSize = strings ? strings->size() : ints->size(), grams = 0;
  for (auto [i, begin] : llvm::enumerate(begins)) {
    int64_t end = i + 1 < begins.size() ? begins[i + 1] : poolSize;
    if (begin < 0 || begin > end || end > poolSize ||
        (end - begin) % int64_t(i + 1) != 0)
      return emitOptionalError(loc, "ngram_counts do not fit the pool");
    grams += (end - begin) / int64_t(i + 1);
  }
  if (grams > int64_t(indexes.size()))
    return emitOptionalError(loc, "there are ", grams, " n-grams but ",
                             indexes.size(), " ngram_indexes");
  if (op.getWeights() && op.getWeights()->size() != indexes.size())
    return emitOptionalError(loc, "there are ", op.getWeights()->size(),
                             " weights for ", indexes.size(), " n-grams");
  return success();
}

LogicalResult TfIdfVectorizerOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  if (!llvm::is_contained({"TF", "IDF", "TFIDF"}, adaptor.getMode()))
    return emitOptionalError(loc, "unknown mode '", adaptor.getMode(), "'");
  if (adaptor.getMaxSkipCount() < 0 || adaptor.getMaxSkipCount() > kMostSkipped)
    return emitOptionalError(loc, "max_skip_count is ",
                             adaptor.getMaxSkipCount(), "; 0 to ", kMostSkipped,
                             " are supported");
  if (failed(checkPool(loc, adaptor)))
    return failure();
  Type element = Float32Type::get(context);
  std::optional<Dims> dims = getDims(adaptor.getX());
  if (!dims) {
    types.push_back(getUnrankedType(element));
    return success();
  }
  if (dims->empty() || dims->size() > 2)
    return emitOptionalError(loc, "needs an input of rank 1 or 2, not ",
                             dims->size());
  dims->back() = onnxc::onnx::getConstant(
      context, getResultSize(adaptor.getNgramIndexes()));
  types.push_back(getTensorType(*dims, element));
  return success();
}

/// How often each column's n-gram is found: [N, size] for the rows [N, T].
static Value countGrams(GraphBuilder &g, TfIdfVectorizerOp op, Value rows,
                        int64_t size) {
  Type real = g.b.getF32Type();
  Pool pool(g.b.getContext(), op.getPoolInt64s(), op.getPoolStrings());
  Value shape = g.concat({g.size(rows, 0), g.ints(size)}, 0);
  Value counts = g.expand(g.number(0, real), shape);
  if (pool.elements.size() == 0 || size == 0)
    return counts;
  auto iota =
      llvm::to_vector(llvm::seq<int64_t>(0, int64_t(pool.elements.size()) + 1));
  if (!op.getPoolStrings())
    rows = g.cast(rows, g.b.getI64Type());
  Value numbers = buildLookUp(g, rows, pool.elements,
                              LabelList::of(g.b.getContext(), iota));
  Value length = g.size(rows, 1);
  int64_t most =
      (int64_t(op.getNgramCounts().size()) - 1) * (op.getMaxSkipCount() + 1);
  if (most > 0)
    numbers = g.concat(
        {numbers, g.expand(g.integer(iota.back()),
                           g.concat({g.size(rows, 0), g.ints(most)}, 0))},
        1);
  Vectorizer vectorizer(g, pool, size);
  ArrayRef<int64_t> begins = op.getNgramCounts(), all = pool.numbers;
  ArrayRef<int64_t> columns = op.getNgramIndexes();
  for (int64_t n = 1; n <= int64_t(begins.size()); ++n) {
    int64_t begin = begins[n - 1];
    int64_t end = n < int64_t(begins.size()) ? begins[n] : all.size();
    Grams grams{n, all.slice(begin, end - begin),
                columns.take_front((end - begin) / n)};
    columns = columns.drop_front(grams.columns.size());
    if (grams.columns.empty() || n < op.getMinGramLength() ||
        n > op.getMaxGramLength())
      continue;
    // Single elements have no distance.
    int64_t distances = n == 1 ? 1 : op.getMaxSkipCount() + 1;
    for (int64_t d = 1; d <= distances; ++d) {
      Value found = vectorizer.find(numbers, length, grams, d);
      // What is none counts 0 times for the last column.
      Value last = g.integer(size - 1);
      Value times = g.cast(g.lessOrEqual(found, last), real);
      counts = ScatterElementsOp::create(g.b, g.loc, counts, g.min(found, last),
                                         times, /*axis=*/1, "add");
    }
  }
  return counts;
}

SmallVector<Value> TfIdfVectorizerOp::expand(OpBuilder &b) {
  std::optional<Dims> dims = getDims(getX()), to = getDims(getY());
  if (!dims || !to)
    return {};
  GraphBuilder g{b, getLoc()};
  Type real = b.getF32Type();
  Value rows = dims->size() == 2 ? getX() : g.reshape(getX(), {1, -1});
  int64_t size = getResultSize(getNgramIndexes());
  Value result = countGrams(g, *this, rows, size);
  if (getMode() == "IDF")
    result = g.min(result, g.number(1, real));
  if (getMode() != "TF" && getWeights()) {
    // They are the n-grams', not the columns'.
    SmallVector<float> weights(size, 1);
    for (auto [column, weight] : llvm::zip(getNgramIndexes(), *getWeights()))
      weights[column] = weight;
    result = g.mul(result, g.floats(weights, {size}, real));
  }
  return {g.reshape(result, g.dims(*to))};
}
