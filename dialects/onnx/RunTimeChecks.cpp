//===- RunTimeChecks.cpp - What data has to be, or the run ends -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/RunTimeChecks.h"
#include "dialects/onnx/EncoderOps.h"

using namespace mlir;

namespace onnxc::onnx {

Value requireNone(GraphBuilder &g, Value x, Value conditions) {
  Value counts =
      g.cast(g.reshape(conditions, g.count(conditions)), g.b.getI64Type());
  return RequireNoneOp::create(g.b, g.loc, x,
                               g.sum(counts, 0, /*keepdims=*/true));
}

void requireNone(GraphBuilder &g, Value conditions) {
  requireNone(g, conditions, conditions);
}

void requireSameShape(GraphBuilder &g, Value x, Value y) {
  Value isEqual = g.equal(g.shape(x), g.shape(y));
  requireNone(g, g.less(g.cast(isEqual, g.b.getI64Type()), g.ints(1)));
}

void require(GraphBuilder &g, Value condition) {
  RequireNoneOp::create(g.b, g.loc, condition,
                        g.sub(g.ints(1), g.list(condition)));
}

} // namespace onnxc::onnx
