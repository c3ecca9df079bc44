//===- SizeBoundsTest.cpp - The largest value of a size -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Memory/SizeBounds.h"
#include "dialects/onnx/PiecewiseExpr.h"
#include "mlir/IR/MLIRContext.h"
#include <catch2/catch.hpp>

using namespace mlir;
using namespace onnxc;

TEST_CASE("sizes are largest where their symbols say so") {
  MLIRContext context;
  AffineExpr a = getAffineSymbolExpr(0, &context); // in 1..512
  AffineExpr b = getAffineSymbolExpr(1, &context); // in 2..8
  AffineExpr n = getAffineSymbolExpr(2, &context); // free
  SmallVector<SymbolRange> ranges = {{1, 512}, {2, 8}};
  auto most = [&](AffineExpr expr) { return getUpperBound(expr, ranges); };
  auto constant = [&](int64_t value) {
    return getAffineConstantExpr(value, &context);
  };
  CHECK(most(a * b + 3) == constant(4099));
  CHECK(most(a - b) == constant(510));
  CHECK(most(a * -4 + 512) == constant(508));
  CHECK(most((a - 1).floorDiv(2)) == constant(255));
  CHECK(most(a.ceilDiv(b)) == constant(256));
  CHECK(most(a % 7) == constant(6));
  CHECK(most(a % b) == constant(7));
  // Free symbols stay.
  CHECK(most(a * n) == n * 512);
  CHECK(most((a * n).ceilDiv(64) * 64) == (n * 512).ceilDiv(64) * 64);
  CHECK(most(n) == n);
  // Nothing is known of a product with a factor that may be negative.
  CHECK(!most((a - b) * b));
  CHECK(!most((b - n) * n));
}

TEST_CASE("each case of a minimum is bounded") {
  MLIRContext context;
  AffineExpr a = getAffineSymbolExpr(0, &context); // in 1..512
  AffineExpr n = getAffineSymbolExpr(1, &context); // free
  SymbolRange range{1, 512};
  auto constant = [&](int64_t value) {
    return getAffineConstantExpr(value, &context);
  };
  CHECK(getUpperBound(onnx::getMin(a, constant(100)) * 4, range) ==
        constant(400));
  CHECK(getUpperBound(onnx::getMin(a, constant(600)), range) == constant(512));
  CHECK(getUpperBound(onnx::getMax(a, constant(100)), range) == constant(512));
  // The bound of a free one may be out of all proportion.
  CHECK(!getUpperBound(onnx::getMin(n, constant(100)), range));
  CHECK(!getUpperBound(onnx::getMin(a, n), range));
}

TEST_CASE("a bound that does not fit in 64 bits is none") {
  MLIRContext context;
  AffineExpr a = getAffineSymbolExpr(0, &context);
  SymbolRange range{1, int64_t(1) << 40};
  CHECK(!getUpperBound(a * a, range));
  CHECK(!getUpperBound(a * (int64_t(1) << 30), range));
}
