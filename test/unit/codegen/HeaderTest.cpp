//===- HeaderTest.cpp - Names and sizes in C ------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "codegen/Header.h"
#include "codegen/Identifier.h"
#include "mlir/IR/MLIRContext.h"
#include <catch2/catch.hpp>

using namespace mlir;
using namespace onnxc;

TEST_CASE("names of a model become identifiers") {
  CHECK(makeIdentifier("logits/out:0") == "logits_out_0");
  CHECK(makeIdentifier("3d") == "x3d");
  CHECK(makeIdentifier("int") == "int_");
  CHECK(makeIdentifier("") == "x");
  CHECK(makeIdentifier("__a__b") == "x_a_b");
  IdentifierScope scope;
  CHECK(scope.add("a.b") == "a_b");
  CHECK(scope.add("a:b") == "a_b_2");
}

TEST_CASE("text cannot leave its comment") {
  CHECK(makeCommentText("a */ b /* c") == "a * / b / * c");
  CHECK(makeCommentText("a\n\n  b") == "a b");
}

TEST_CASE("sizes become C expressions") {
  MLIRContext context;
  AffineExpr s = getAffineSymbolExpr(0, &context);
  auto name = [](unsigned) { return std::string("n"); };
  CHECK(printExpression(s * 2 + 1, name) == "((n * 2) + 1)");
  CHECK(printExpression(s.floorDiv(2), name) ==
        "((n) / (2) - ((n) % (2) < 0))");
  // A size of 0 does not stop the program.
  AffineExpr two = getAffineConstantExpr(2, &context);
  CHECK(printExpression(two.floorDiv(s), name) ==
        "((2) / ((n) > 0 ? (n) : 1) - ((2) % ((n) > 0 ? (n) : 1) < 0))");
}
