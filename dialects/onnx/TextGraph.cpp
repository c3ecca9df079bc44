//===- TextGraph.cpp - Short graphs over strings --------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/TextGraph.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/LogicOps.h"
#include "dialects/onnx/SearchOps.h"
#include "dialects/onnx/TextOps.h"

using namespace mlir;

namespace onnxc::onnx {

std::pair<Value, Value> broadcastTexts(GraphBuilder &g, Value a, Value b) {
  std::optional<Dims> left = getDims(a), right = getDims(b);
  if (left && left == right)
    return {a, b};
  Type i1 = g.b.getI1Type();
  return {g.select(g.number(1, i1), a, b), g.select(g.number(0, i1), a, b)};
}

Value buildText(GraphBuilder &g, StringRef text) {
  auto type = RankedTensorType::get({}, StringType::get(g.b.getContext()));
  return ConstantOp::create(g.b, g.loc, type, ElementsAttr(),
                            g.b.getStrArrayAttr(text));
}

Value buildStrings(GraphBuilder &g, Value like, Value lengths,
                   WriteText write) {
  Value all = g.reshape(lengths, {-1});
  Value ends = CumSumOp::create(g.b, g.loc, all, g.integer(0), /*exclusive=*/0,
                                /*reverse=*/0);
  Value text = write(ends, g.sum(all, 0, /*keepdims=*/true));
  return g.reshape(ViewTextOp::create(g.b, g.loc, text, ends, Value()),
                   g.shape(like));
}

} // namespace onnxc::onnx
