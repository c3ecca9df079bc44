//===- ArenaPlannerTest.cpp - Offsets of buffers in one arena -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Memory/ArenaPlanner.h"
#include "mlir/IR/MLIRContext.h"
#include <catch2/catch.hpp>
#include <random>

using namespace mlir;
using namespace onnxc;

/// Plans, checks that nothing overlaps, returns the arena over the largest sum
/// of live buffers.
static double plan(MLIRContext &context, MutableArrayRef<ArenaBuffer> buffers) {
  int64_t total = *onnx::getConstant(planArena(&context, buffers));
  for (const ArenaBuffer &a : buffers)
    for (const ArenaBuffer &b : buffers) {
      if (&a == &b || a.last < b.first || b.last < a.first)
        continue;
      int64_t from = *onnx::getConstant(a.offset);
      int64_t other = *onnx::getConstant(b.offset);
      CHECK((from + *onnx::getConstant(a.bytes) <= other ||
             other + *onnx::getConstant(b.bytes) <= from));
    }
  return double(total) / double(*getMostLiveBytes(buffers));
}

TEST_CASE("a chain needs two buffers") {
  MLIRContext context;
  AffineExpr bytes = onnx::getConstant(&context, 640);
  SmallVector<ArenaBuffer> chain;
  for (int64_t i = 0; i < 10; ++i)
    chain.push_back({bytes, i, i + 1});
  CHECK(plan(context, chain) == 1);
  CHECK(getMostLiveBytes(chain) == 1280);
}

TEST_CASE("a bottleneck in a chain takes no memory of its own") {
  MLIRContext context;
  SmallVector<ArenaBuffer> chain;
  for (int64_t i = 0; i < 9; ++i)
    chain.push_back({onnx::getConstant(&context, i == 4 ? 64 : 512), i, i + 1});
  CHECK(plan(context, chain) == 1);
}

TEST_CASE("live buffers do not overlap, and the arena is not much larger") {
  MLIRContext context;
  std::mt19937 random(1);
  for (int round = 0; round < 20; ++round) {
    SmallVector<ArenaBuffer> buffers;
    for (int64_t i = 0; i < 100; ++i) {
      int64_t lives = 1 + random() % (random() % 8 ? 3 : 40);
      buffers.push_back(
          {onnx::getConstant(&context, 64 * (1 + random() % 1000)), i,
           i + lives});
    }
    CHECK(plan(context, buffers) < 1.25);
  }
}

TEST_CASE("free sizes share where one is provably as large") {
  MLIRContext context;
  AffineExpr n = getAffineSymbolExpr(0, &context) * 64;
  AffineExpr m = getAffineSymbolExpr(1, &context) * 64;
  SmallVector<ArenaBuffer> buffers = {{n + m, 0, 1}, {n, 2, 3}, {m, 2, 3}};
  AffineExpr total = planArena(&context, buffers);
  CHECK(buffers[1].offset == buffers[0].offset);
  CHECK(total == onnx::simplify(n + m * 2));
}
