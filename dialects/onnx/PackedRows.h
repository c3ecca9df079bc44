//===- PackedRows.h - Sequences one behind the other, with a history ------===//
//
// Tokens of several sequences are the rows of one tensor; sequence b has those
// from starts[b] to starts[b + 1]. What it had before this run is a history of
// some rows for each.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_PACKEDROWS_H
#define ONNXC_DIALECTS_ONNX_PACKEDROWS_H

#include "dialects/onnx/GraphBuilder.h"

namespace onnxc::onnx {

class PackedRows {
public:
  /// `starts` is a list of sequences + 1 integers of any type.
  PackedRows(GraphBuilder &g, mlir::Value starts, mlir::AffineExpr tokens,
             mlir::AffineExpr sequences);

  /// i64: of each token its sequence and its place there, [tokens, 1]; of each
  /// sequence its number and how many tokens it has, [sequences, 1].
  mlir::Value sequence, place;
  mlir::Value number, length;

  /// Joins [sequences, before, ...] and [tokens, ...] to rows that `take`
  /// takes from. The dims are those behind the first ones.
  mlir::Value join(mlir::Value history, mlir::Value tokenRows,
                   llvm::ArrayRef<mlir::AffineExpr> dims,
                   mlir::AffineExpr before);
  /// Rows of sequences at places, i64 that broadcast; places below 0 are of the
  /// history, the last row of which is place -1.
  mlir::Value take(mlir::Value joined, mlir::AffineExpr before,
                   mlir::Value sequences, mlir::Value places);

  /// The first row of each sequence that has one.
  mlir::Value takeFirst(mlir::Value tokenRows) {
    return g.gather(tokenRows, first, 0);
  }

  /// [sequences, capacity]: which of the first places of each sequence are
  /// among its first `counts`, and have a token.
  mlir::Value isCaptured(mlir::Value counts, int64_t capacity);

private:
  GraphBuilder &g;
  mlir::AffineExpr sequences;
  mlir::Value first; // [sequences]: the first token of each
};

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_PACKEDROWS_H
