//===- MicrosoftHeads.h - Queries, keys and values in one tensor ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_MICROSOFTHEADS_H
#define ONNXC_DIALECTS_ONNX_MICROSOFTHEADS_H

#include "dialects/onnx/GraphBuilder.h"

namespace onnxc::onnx {

/// All of [batch, length, heads * size].
struct HeadTensors {
  mlir::Value query, key, value;
};

/// The operands of an op that may have all in `query`, whose columns are those
/// of `heads` queries, then of `kvHeads` keys, then values; `size` is a head's.
template <typename Op>
HeadTensors splitHeads(GraphBuilder &g, Op op, mlir::AffineExpr size,
                       int64_t heads, int64_t kvHeads) {
  mlir::Value all = op.getQuery();
  if (op.getKey())
    return {all, op.getKey(), op.getValue()};
  mlir::AffineExpr keyFrom = simplify(size * heads),
                   valueFrom = simplify(size * (heads + kvHeads)),
                   end = getDims(all)->back();
  return {g.slice(all, g.ints(0), g.dims({keyFrom}), 2),
          g.slice(all, g.dims({keyFrom}), g.dims({valueFrom}), 2),
          g.slice(all, g.dims({valueFrom}), g.dims({end}), 2)};
}

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_MICROSOFTHEADS_H
