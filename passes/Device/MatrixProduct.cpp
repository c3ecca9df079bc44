//===- MatrixProduct.cpp - Products of tiles by matrix instructions -------===//
//
// 32 threads together, a warp, have 16 x 8 blocks of the result and add to each
// the product of 16 x 16 and 16 x 8 halves in one instruction, with sums of 32
// bits. Which thread holds what of these matrices is the instruction's business
// and is written down in the PTX ISA ("Matrix Fragments for mma.m16n8k16"): in
// short, thread t has elements 2 (t % 4) and 2 (t % 4) + 1 of row t / 4 of
// 8 x 8 matrices. That is what ldmatrix loads, four of them at once, where each
// thread says where one row of 8 halves is; it also transposes them, so that
// tiles may lie along the depth or across it:
//
//                     rows' tile       columns' tile
//   along the depth   as it is         as it is
//   else              transposed       transposed
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"
#include "passes/Device/TileProduct.h"

using namespace mlir;
using namespace onnxc;

namespace {

constexpr int64_t kWarp = 32, kRows = 16, kColumns = 8, kDepth = 16;

class MatrixProduct : public TileProduct {
public:
  MatrixProduct(VectorBuilder &v, const GroupShape &shape, Value thread)
      : depth(shape.depth) {
    // The part of each warp is as square as can be.
    int64_t warps = shape.threads / kWarp, across = 1, best = 0;
    for (int64_t each = 1; each <= warps; each *= 2) {
      int64_t high = shape.rows * each / warps, wide = shape.columns / each;
      if (high < kRows || wide < 2 * kColumns || std::min(high, wide) <= best)
        continue;
      best = std::min(high, wide);
      across = each;
    }
    int64_t warpRows = shape.rows / (warps / across);
    int64_t warpColumns = shape.columns / across;
    numRows = warpRows / kRows;
    numColumns = warpColumns / kColumns;
    Value warp = v.div(thread, kWarp);
    lane = v.rem(thread, kWarp);
    firstRow = v.mul(v.div(warp, across), warpRows);
    firstColumn = v.mul(v.rem(warp, across), warpColumns);
    Value row = v.add(firstRow, v.div(lane, 4));
    Value column = v.add(firstColumn, v.mul(v.rem(lane, 4), 2));
    for (int64_t i = 0; i < 2 * numRows; ++i)
      rows.push_back(v.add(row, 8 * i));
    for (int64_t j = 0; j < numColumns; ++j)
      columns.push_back(v.add(column, kColumns * j));
    runLength = 2;
  }

  SmallVector<Value> getFirst(VectorBuilder &v, Value first) override {
    Value block = vector::BroadcastOp::create(
        v.b, v.loc, VectorType::get({2, 2}, v.b.getF32Type()), first);
    return SmallVector<Value>(numRows * numColumns, block);
  }

  SmallVector<Value> add(VectorBuilder &v, const TileOperand &row,
                         const TileOperand &column, Value rowAt, Value columnAt,
                         ValueRange sums) override {
    SmallVector<Value> next(sums);
    // Which row of which of four matrices the thread points at.
    Value inMatrix = v.rem(lane, 8), matrix = v.div(lane, 8);
    Value odd = v.mul(v.rem(matrix, 2), 8), high = v.mul(v.div(matrix, 2), 8);
    for (int64_t k = 0; k < depth; k += kDepth) {
      // Matrices 0 and 1 are one below the other, 2 and 3 those beside them.
      SmallVector<Value> lefts, rights;
      for (int64_t i = 0; i < numRows; ++i) {
        Value place = v.add(firstRow, kRows * i);
        lefts.push_back(
            load(v, row, rowAt, place, v.index(k), odd, high, inMatrix));
      }
      // Matrices 0 and 1 follow each other in the depth, 2 and 3 are those of
      // the next eight columns.
      for (int64_t j = 0; j < numColumns; j += 2) {
        Value place = v.add(firstColumn, kColumns * j);
        Value four =
            load(v, column, columnAt, place, v.index(k), high, odd, inMatrix);
        for (int64_t half = 0; half < 2; ++half)
          rights.push_back(getHalf(v, four, 2 * half));
      }
      for (int64_t i = 0; i < numRows; ++i)
        for (int64_t j = 0; j < numColumns; ++j) {
          Value &sum = next[i * numColumns + j];
          sum = nvgpu::MmaSyncOp::create(
              v.b, v.loc, lefts[i], rights[j], sum,
              ArrayRef<int64_t>{kRows, kColumns, kDepth});
        }
    }
    return next;
  }

  Value getSum(VectorBuilder &v, ValueRange sums, unsigned row, unsigned run,
               unsigned inRun) override {
    Value block = sums[row / 2 * numColumns + run];
    return vector::ExtractOp::create(v.b, v.loc, block,
                                     ArrayRef<int64_t>{row % 2, inRun});
  }

private:
  /// Matrices `first` and the one after it of four.
  static Value getHalf(VectorBuilder &v, Value four, int64_t first) {
    Type element = cast<VectorType>(four.getType()).getElementType();
    auto type = VectorType::get({2, 2}, element);
    Value two = arith::ConstantOp::create(v.b, v.loc, v.b.getZeroAttr(type));
    for (int64_t i = 0; i < 2; ++i)
      two = vector::InsertOp::create(
          v.b, v.loc, vector::ExtractOp::create(v.b, v.loc, four, first + i),
          two, i);
    return two;
  }

  /// Four matrices of 8 x 8; those of this thread begin `placeStep` and
  /// `depthStep` behind the first.
  Value load(VectorBuilder &v, const TileOperand &operand, Value at,
             Value place, Value k, Value placeStep, Value depthStep,
             Value inMatrix) {
    place = v.add(place, placeStep);
    k = v.add(k, depthStep);
    (operand.isAlongDepth() ? place : k) =
        v.add(operand.isAlongDepth() ? place : k, inMatrix);
    return nvgpu::LdMatrixOp::create(
        v.b, v.loc, VectorType::get({4, 2}, operand.getType()),
        operand.getMemory(),
        ValueRange{v.add(at, operand.getOffset(v, place, k))},
        /*transpose=*/!operand.isAlongDepth(), /*numTiles=*/4);
  }

  int64_t depth, numRows, numColumns;
  Value lane, firstRow, firstColumn;
};

} // namespace

std::unique_ptr<TileProduct> onnxc::createMatrixProduct(VectorBuilder &v,
                                                        const GroupShape &shape,
                                                        Value thread) {
  return std::make_unique<MatrixProduct>(v, shape, thread);
}
