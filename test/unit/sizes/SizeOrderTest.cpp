//===- SizeOrderTest.cpp - What holds for all sizes -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/PiecewiseExpr.h"
#include "dialects/onnx/SymbolicShape.h"
#include "mlir/IR/MLIRContext.h"
#include <catch2/catch.hpp>

using namespace mlir;
using namespace onnxc::onnx;

namespace {

struct Symbols {
  MLIRContext context;
  AffineExpr n = getAffineSymbolExpr(0, &context);
  AffineExpr m = getAffineSymbolExpr(1, &context);
  AffineExpr number(int64_t value) {
    return onnxc::onnx::getConstant(&context, value);
  }
};

} // namespace

TEST_CASE_METHOD(Symbols, "sums of sizes are not negative") {
  CHECK(isKnownNonNegative(n * m + 2 * n));
  CHECK(isKnownPositive(n + 1));
  CHECK_FALSE(isKnownPositive(n));
  CHECK_FALSE(isKnownNonNegative(n - 1));
  CHECK_FALSE(isKnownNonNegative(n - m));
}

TEST_CASE_METHOD(Symbols, "a quotient lies between its bounds") {
  CHECK(isKnownNonNegative(simplify(n - n.floorDiv(2))));
  CHECK(isKnownNonNegative(simplify(n.ceilDiv(64) * 64 - n)));
  CHECK_FALSE(isKnownNonNegative(simplify(n.floorDiv(2) * 2 - n)));
  // What a convolution with stride 2 leaves.
  CHECK(isKnownNonNegative(simplify((n - 1).floorDiv(2) + 1)));
  CHECK(isKnownNonNegative(simplify(n + 1 - ((n - 1).floorDiv(2) + 1))));
}

TEST_CASE_METHOD(Symbols, "a minimum exceeds none of the two") {
  AffineExpr low = getMin(n, number(512));
  CHECK(isKnownNonNegative(low));
  CHECK(isKnownNonNegative(simplify(n - low)));
  CHECK(isKnownNonNegative(simplify(512 - low)));
  CHECK_FALSE(isKnownNonNegative(simplify(low - n)));
  CHECK(getMax(low, n) == n);
  CHECK(getMin(n, getMin(n, number(512))) == low);
}

TEST_CASE_METHOD(Symbols, "conditions are 0 or 1") {
  CHECK(getConstant(isLess(n, n + 1)) == 1);
  CHECK(getConstant(isEqual(n + 1, number(0))) == 0);
  CHECK(getSelect(isEqual(n, n), n, m) == n);
  // The value at a place: both cases are there.
  AffineExpr expr = getSelect(isEqual(n, number(3)), m, number(7));
  auto at = [&](int64_t n, int64_t m) {
    return onnxc::onnx::getConstant(
        simplify(expr.replaceSymbols({number(n), number(m)})));
  };
  CHECK(at(3, 5) == 5);
  CHECK(at(2, 5) == 7);
  CHECK(at(4, 5) == 7);
}
