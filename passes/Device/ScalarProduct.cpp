//===- ScalarProduct.cpp - Products of tiles, a sum at a time -------------===//
//
// A thread has rows of the tile and columns, 8 of them by 4 or so, and for each
// k reads 8 + 4 elements for 32 products. What it reads at once are four: along
// the depth where the tile lies so, else neighbouring rows or columns.
//
// In the first case neighbouring threads have neighbouring columns, in the
// second one four columns each: so the eight threads that read 16 bytes each at
// a time find them in all 32 banks.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Device/TileProduct.h"
#include "passes/Tensor/Contractions.h"

using namespace mlir;
using namespace onnxc;

namespace {

constexpr int64_t kUnroll = 4;

/// The elements of one factor that a thread has.
struct ThreadPart {
  int64_t count, together;
  SmallVector<Value> places;

  ThreadPart(VectorBuilder &v, const TileOperand &operand, int64_t count,
             int64_t threads, Value thread)
      : count(count), together(operand.isAlongDepth() ? 1 : 4) {
    Value first = v.mul(thread, together);
    for (int64_t i = 0; i < count; i += together)
      for (int64_t j = 0; j < together; ++j)
        places.push_back(v.add(first, i * threads + j));
  }

  /// For each of kUnroll places of the depth the thread's elements.
  SmallVector<SmallVector<Value>>
  load(VectorBuilder &v, const TileOperand &operand, Value at, Value k) const {
    auto type = VectorType::get(4, operand.getType());
    auto loadFour = [&](Value place, Value depth) -> SmallVector<Value> {
      Value four = vector::LoadOp::create(
          v.b, v.loc, type, operand.getMemory(),
          ValueRange{v.add(at, operand.getOffset(v, place, depth))},
          /*nontemporal=*/false, llvm::MaybeAlign(16));
      SmallVector<Value> elements;
      for (int64_t i = 0; i < 4; ++i)
        elements.push_back(vector::ExtractOp::create(v.b, v.loc, four, i));
      return elements;
    };
    SmallVector<SmallVector<Value>> result(kUnroll);
    if (operand.isAlongDepth()) {
      for (Value place : places)
        for (auto [step, element] : llvm::enumerate(loadFour(place, k)))
          result[step].push_back(element);
      return result;
    }
    for (int64_t step = 0; step < kUnroll; ++step)
      for (int64_t i = 0; i < count; i += 4)
        llvm::append_range(result[step], loadFour(places[i], v.add(k, step)));
    return result;
  }
};

class ScalarProduct : public TileProduct {
public:
  ScalarProduct(VectorBuilder &v, const GroupShape &shape,
                const TileOperand &row, const TileOperand &column, Value thread)
      : depth(shape.depth) {
    int64_t each = shape.rows * shape.columns / shape.threads;
    int64_t numRows = each >= 64                    ? 8
                      : each < 32                   ? 4
                      : shape.rows >= shape.columns ? 8
                                                    : 4;
    int64_t numColumns = each / numRows;
    int64_t across = shape.columns / numColumns;
    rowPart.emplace(v, row, numRows, shape.rows / numRows,
                    v.div(thread, across));
    columnPart.emplace(v, column, numColumns, across, v.rem(thread, across));
    rows = rowPart->places;
    runLength = columnPart->together;
    for (int64_t i = 0; i < numColumns; i += runLength)
      columns.push_back(columnPart->places[i]);
  }

  SmallVector<Value> getFirst(VectorBuilder &v, Value first) override {
    return SmallVector<Value>(rowPart->count * columnPart->count, first);
  }

  SmallVector<Value> add(VectorBuilder &v, const TileOperand &row,
                         const TileOperand &column, Value rowAt, Value columnAt,
                         ValueRange sums) override {
    return v.loop(v.index(0), v.index(depth), kUnroll, sums,
                  [&](Value k, ValueRange before) {
                    SmallVector<Value> next(before);
                    auto left = rowPart->load(v, row, rowAt, k);
                    auto right = columnPart->load(v, column, columnAt, k);
                    for (int64_t step = 0; step < kUnroll; ++step)
                      for (int64_t i = 0; i < rowPart->count; ++i)
                        for (int64_t j = 0; j < columnPart->count; ++j) {
                          Value &sum = next[i * columnPart->count + j];
                          sum = buildMultiplyAdd(v.b, v.loc, left[step][i],
                                                 right[step][j], sum);
                        }
                    return next;
                  });
  }

  Value getSum(VectorBuilder &, ValueRange sums, unsigned row, unsigned run,
               unsigned inRun) override {
    return sums[row * columnPart->count + run * runLength + inRun];
  }

private:
  int64_t depth;
  std::optional<ThreadPart> rowPart, columnPart;
};

} // namespace

std::unique_ptr<TileProduct>
onnxc::createScalarProduct(VectorBuilder &v, const GroupShape &shape,
                           const TileOperand &row, const TileOperand &column,
                           Value thread) {
  return std::make_unique<ScalarProduct>(v, shape, row, column, thread);
}
