//===- VectorizerOps.cpp - Counts of short sequences ----------------------===//
//
// The pool lists n-grams by their length. Those of one length are compared with
// all places of a row at once, for each distance that elements may lie apart:
// with T elements, a distance d and n-grams of length n,
//
//   windows[w, i] = row[w + i d],  0 <= w < T - (n - 1) d
//   count[g] = sum over w of (all i: windows[w, i] == pool[g, i])
//
// The counts then go to the places that the n-grams have in the result, by a
// product with a constant matrix (of ones, or of the weights).
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/VectorizerOps.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/GraphBuilder.h"
#include "dialects/onnx/ReductionOps.h"

using namespace mlir;
using namespace onnxc::onnx;

static int64_t getResultSize(ArrayRef<int64_t> ngramIndexes) {
  int64_t size = 0;
  for (int64_t index : ngramIndexes)
    size = std::max(size, index + 1);
  return size;
}

LogicalResult TfIdfVectorizerOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  if (!llvm::is_contained({"TF", "IDF", "TFIDF"}, adaptor.getMode()))
    return emitOptionalError(loc, "unknown mode '", adaptor.getMode(), "'");
  if (!adaptor.getPoolInt64s())
    return emitOptionalError(loc, "a pool of strings is not supported");
  int64_t size = getResultSize(adaptor.getNgramIndexes());
  if (llvm::any_of(adaptor.getNgramIndexes(),
                   [](int64_t index) { return index < 0; }))
    return emitOptionalError(loc, "an index of ngram_indexes is negative");
  // The pool's lengths, one after the other.
  int64_t poolSize = adaptor.getPoolInt64s()->size(), grams = 0;
  ArrayRef<int64_t> begins = adaptor.getNgramCounts();
  for (auto [i, begin] : llvm::enumerate(begins)) {
    int64_t end = i + 1 < begins.size() ? begins[i + 1] : poolSize;
    if (begin < 0 || begin > end || (end - begin) % int64_t(i + 1) != 0)
      return emitOptionalError(loc, "ngram_counts do not fit the pool");
    grams += (end - begin) / int64_t(i + 1);
  }
  if (grams > int64_t(adaptor.getNgramIndexes().size()))
    return emitOptionalError(loc, "there are ", grams, " n-grams but ",
                             adaptor.getNgramIndexes().size(),
                             " ngram_indexes");
  if (adaptor.getWeights() && int64_t(adaptor.getWeights()->size()) < size)
    return emitOptionalError(loc, "there are fewer weights than results");
  Type element = Float32Type::get(context);
  std::optional<Dims> dims = getDims(adaptor.getX());
  if (!dims) {
    types.push_back(getUnrankedType(element));
    return success();
  }
  if (dims->empty() || dims->size() > 2)
    return emitOptionalError(loc, "needs an input of rank 1 or 2, not ",
                             dims->size());
  dims->back() = onnxc::onnx::getConstant(context, size);
  types.push_back(getTensorType(*dims, element));
  return success();
}

SmallVector<Value> TfIdfVectorizerOp::expand(OpBuilder &b) {
  std::optional<Dims> dims = getDims(getX()), to = getDims(getY());
  if (!dims || !to)
    return {};
  GraphBuilder g{b, getLoc()};
  Type i64 = b.getI64Type(), real = b.getF32Type();
  bool hasRows = dims->size() == 2;
  Value rows = g.cast(getX(), i64);
  if (!hasRows)
    rows = g.reshape(rows, {1, -1});
  Value length = g.size(rows, 1);

  SmallVector<Value> counts;
  SmallVector<int64_t> places;
  ArrayRef<int64_t> pool = *getPoolInt64s(), begins = getNgramCounts();
  int64_t next = 0;
  for (int64_t n = 1; n <= int64_t(begins.size()); ++n) {
    int64_t begin = begins[n - 1];
    int64_t end = n < int64_t(begins.size()) ? begins[n] : pool.size();
    int64_t number = (end - begin) / n;
    int64_t first = next;
    next += number;
    if (number == 0 || n < getMinGramLength() || n > getMaxGramLength())
      continue;
    Value grams =
        g.reshape(g.ints(pool.slice(begin, end - begin)), {1, 1, number, n});
    Value sum;
    // Single elements have no distance.
    int64_t distances = n == 1 ? 1 : getMaxSkipCount() + 1;
    for (int64_t d = 1; d <= distances; ++d) {
      Value width = g.max(g.sub(length, g.ints((n - 1) * d)), g.ints(0));
      Value starts = g.reshape(g.range(width), {-1, 1});
      SmallVector<int64_t> steps;
      for (int64_t i = 0; i < n; ++i)
        steps.push_back(i * d);
      Value windows = g.gather(rows, g.add(starts, g.ints(steps)), 1);
      Value shape = g.concat({g.size(rows, 0), width, g.ints(1), g.ints(n)}, 0);
      Value same =
          g.cast(g.equal(g.reshape(windows, shape), grams), b.getI32Type());
      Value all = ReduceMinOp::create(b, getLoc(), same, g.ints(3), 0, 0);
      Value count = g.sum(all, 1);
      sum = sum ? g.add(sum, count) : count;
    }
    counts.push_back(sum);
    for (int64_t i = 0; i < number; ++i)
      places.push_back(getNgramIndexes()[first + i]);
  }

  int64_t size = getResultSize(getNgramIndexes());
  Value result;
  if (counts.empty()) {
    result = g.expand(g.number(0, real), g.dims(*to));
    return {result};
  }
  SmallVector<float> matrix(places.size() * size, 0);
  for (auto [i, place] : llvm::enumerate(places))
    matrix[i * size + place] = 1;
  auto type = RankedTensorType::get({int64_t(places.size()), size}, real);
  Value spread = ConstantOp::create(
      b, getLoc(), DenseElementsAttr::get(type, ArrayRef<float>(matrix)));
  result = g.matmul(g.cast(g.concat(counts, 1), real), spread);
  if (getMode() == "IDF")
    result = g.min(result, g.number(1, real));
  if (getMode() != "TF" && getWeights()) {
    auto vector = RankedTensorType::get({size}, real);
    result =
        g.mul(result,
              ConstantOp::create(b, getLoc(),
                                 DenseElementsAttr::get(
                                     vector, getWeights()->take_front(size))));
  }
  return {g.reshape(result, g.dims(*to))};
}
