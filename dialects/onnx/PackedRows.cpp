//===- PackedRows.cpp - Sequences one behind the other, with a history ----===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/PackedRows.h"

using namespace mlir;

namespace onnxc::onnx {

PackedRows::PackedRows(GraphBuilder &g, Value starts, AffineExpr tokens,
                       AffineExpr sequences)
    : g(g), sequences(sequences) {
  MLIRContext *context = g.b.getContext();
  AffineExpr one = getConstant(context, 1), zero = getConstant(context, 0);
  starts = g.cast(starts, g.b.getI64Type());
  first = g.slice(starts, g.dims({zero}), g.dims({sequences}), 0);
  Value last =
      g.slice(starts, g.dims({one}), g.dims({simplify(sequences + 1)}), 0);
  number = g.reshape(g.range(g.dims({sequences})), g.dims({sequences, one}));
  length = g.reshape(g.sub(last, first), g.dims({sequences, one}));
  // A token is behind the ends of all sequences before its own.
  Value token = g.reshape(g.range(g.dims({tokens})), g.dims({tokens, one}));
  Value isBehind = g.cast(g.lessOrEqual(last, token), g.b.getI64Type());
  sequence = g.sum(isBehind, 1, /*keepdims=*/true);
  place = g.sub(token, g.gather(first, sequence, 0));
}

Value PackedRows::join(Value history, Value tokenRows,
                       ArrayRef<AffineExpr> dims, AffineExpr before) {
  Dims rows = {simplify(sequences * before)};
  rows.append(dims.begin(), dims.end());
  return g.concat({g.reshape(history, g.dims(rows)), tokenRows}, 0);
}

Value PackedRows::take(Value joined, AffineExpr before, Value sequences,
                       Value places) {
  Value all = g.dims({simplify(this->sequences * before)});
  Value inHistory = g.add(g.mul(sequences, g.dims({before})),
                          g.add(places, g.dims({before})));
  Value inTokens = g.add(g.add(g.gather(first, sequences, 0), places), all);
  Value isBefore = g.less(places, g.integer(0));
  return g.gather(joined, g.select(isBefore, inHistory, inTokens), 0);
}

Value PackedRows::isCaptured(Value counts, int64_t capacity) {
  AffineExpr one = getConstant(g.b.getContext(), 1);
  Value count =
      g.reshape(g.cast(counts, g.b.getI64Type()), g.dims({sequences, one}));
  return g.less(g.iota(capacity), g.min(count, length));
}

} // namespace onnxc::onnx
