//===- WarpPath.cpp - A path through a table of costs ---------------------===//
//
//   sums[i, j] = cost[i - 1, j - 1] + the least of sums[i - 1, j - 1],
//                sums[i - 1, j] and sums[i, j - 1]
//
// in one row and column more than the costs have. The way back from the last
// element makes the same choices; it is written from the end, then moved.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/MicrosoftPathOps.h"
#include "passes/Tensor/TensorBuilder.h"
#include <limits>

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

struct WarpPath {
  TensorBuilder v;
  Value costs, rows, columns;
  using Values = TensorBuilder::Values;

  Value number(double value) const {
    return v.constant(v.b.getF32Type(), value);
  }
  /// Which of the three comes before [i, j]: by how much rows and columns are
  /// less, and its sum.
  Values findBefore(Value sums, Value i, Value j) const;
  Value addUp() const;
  /// The path, right-aligned in `path`, and how long it is.
  Values walk(Value sums, Value path) const;
};

} // namespace

SmallVector<Value> WarpPath::findBefore(Value sums, Value i, Value j) const {
  Value one = v.index(1), zero = v.index(0);
  Value up = v.sub(i, one), left = v.sub(j, one);
  Value both = v.extract(sums, {up, left}), above = v.extract(sums, {up, j}),
        beside = v.extract(sums, {i, left});
  Value isBoth = v.both(v.lt(both, above), v.lt(both, beside));
  Value isAbove = v.both(v.lt(above, both), v.lt(above, beside));
  return {v.select(v.either(isBoth, isAbove), one, zero),
          v.select(isAbove, zero, one),
          v.select(isBoth, both, v.select(isAbove, above, beside))};
}

Value WarpPath::addUp() const {
  SmallVector<OpFoldResult> sizes = {v.add(rows, 1), v.add(columns, 1)};
  Value sums = v.filled(sizes, number(std::numeric_limits<double>::infinity()));
  sums = v.insert(number(0), sums, {v.index(0), v.index(0)});
  Value one = v.index(1);
  return v.loops({one, one}, {v.add(rows, 1), v.add(columns, 1)}, sums,
                 [&](ValueRange at, ValueRange kept) -> Values {
                   Value before = findBefore(kept[0], at[0], at[1])[2];
                   Value cost =
                       v.extract(costs, {v.sub(at[0], 1), v.sub(at[1], 1)});
                   return {v.insert(v.add(before, cost), kept[0], at)};
                 })[0];
}

SmallVector<Value> WarpPath::walk(Value sums, Value path) const {
  Value most = v.add(rows, columns), zero = v.index(0);
  Type place = v.b.getI32Type();
  // Steps after the first element do nothing.
  auto step = [&](ValueRange, ValueRange kept) -> Values {
    Value i = kept[1], j = kept[2], count = kept[3];
    Value isInside = v.both(v.lt(zero, i), v.lt(zero, j));
    return v.ifThen(isInside, kept, [&]() -> Values {
      Value at = v.sub(v.sub(most, count), 1);
      Value next =
          v.insert(v.toInteger(v.sub(i, 1), place), kept[0], {v.index(0), at});
      next = v.insert(v.toInteger(v.sub(j, 1), place), next, {v.index(1), at});
      Values before = findBefore(sums, i, j);
      return {next, v.sub(i, before[0]), v.sub(j, before[1]), v.add(count, 1)};
    });
  };
  Values done = v.loops(zero, most, {path, rows, columns, zero}, step);
  return {done[0], done[3]};
}

namespace {

struct LowerWarpPath : OpConversionPattern<WarpPathPaddedOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(WarpPathPaddedOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    TensorBuilder v(rewriter, op.getLoc());
    SmallVector<Value> sizes = readSizes(rewriter, op, op.getInput());
    WarpPath path{v, adaptor.getInput(), sizes[0], sizes[1]};
    Value empty = createEmpty(rewriter, op.getLoc(), op->getResult(0));
    SmallVector<Value> walked = path.walk(path.addUp(), empty);
    Value count = walked[1];
    Value first = v.sub(v.add(sizes[0], sizes[1]), count);
    Value moved =
        v.loops({v.index(0), v.index(0)}, {v.index(2), count}, walked[0],
                [&](ValueRange at, ValueRange kept) -> SmallVector<Value> {
                  Value x = v.extract(kept[0], {at[0], v.add(first, at[1])});
                  return {v.insert(x, kept[0], at)};
                })[0];
    Value length = v.toInteger(count, rewriter.getI64Type());
    rewriter.replaceOp(
        op, {moved,
             v.generate(op->getResult(1), [&](ValueRange) { return length; })});
    return success();
  }
};

} // namespace

void onnxc::populateWarpPathLowering(RewritePatternSet &patterns,
                                     TypeConverter &types) {
  patterns.add<LowerWarpPath>(types, patterns.getContext());
}
