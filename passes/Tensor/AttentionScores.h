//===- AttentionScores.h - From scores to probabilities -------------------===//
//
// A query's scores are a row, which is in the cache while it is scaled, capped,
// masked and becomes its softmax, in place.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_TENSOR_ATTENTIONSCORES_H
#define ONNXC_PASSES_TENSOR_ATTENTIONSCORES_H

#include "dialects/onnx/AttentionOps.h"
#include "passes/Tensor/TensorBuilder.h"

namespace onnxc {

class AttentionScores {
public:
  using Value = mlir::Value;
  using ValueRange = mlir::ValueRange;

  AttentionScores(mlir::OpBuilder &b, onnx::AttentionOp op,
                  onnx::AttentionOp::Adaptor adaptor, double scale,
                  mlir::OpFoldResult pastLength);

  /// `rows` are the scores of all batches, heads, queries and keys and, where
  /// it is wanted, qk_matmul_output.
  llvm::SmallVector<Value> build(llvm::ArrayRef<Value> rows);

private:
  /// What is added to a score: the mask, or -inf where a key is out of reach.
  struct Bias {
    using Reach = std::pair<mlir::arith::CmpIPredicate, Value>;
    llvm::SmallVector<Reach> reaches;
    /// Where the row of the mask begins; the last is a key's number unless all
    /// keys share it.
    llvm::SmallVector<Value> maskAt;
    bool isShared = true;
    /// How many keys the mask covers, where that is not all.
    Value width;
  };
  Bias prepareBias(ValueRange row);
  void addReaches(Bias &bias, ValueRange row);
  bool hasBias(const Bias &bias);
  Value getBias(const Bias &bias, Value key);
  Value getMask(const Bias &bias, Value key);

  /// The scaled, capped and masked scores and the largest of them.
  llvm::SmallVector<Value> prepareScores(ValueRange row, ValueRange tiles);
  /// Of one query. The tiles are as in `build`.
  llvm::SmallVector<Value> buildRow(ValueRange row, ValueRange tiles);
  /// Keeps in `tile` what qk_matmul_output is to hold.
  Value capture(int64_t when, Value value, Value tile, Value key);

  Value size(mlir::AffineExpr expr);

  TensorBuilder v;
  onnx::AttentionOp op;
  onnx::AttentionOp::Adaptor adaptor;
  double scale;
  mlir::OpFoldResult pastLength; // of the cache
  onnx::Dims dims;               // batch, heads, queries, keys
  mlir::Type computed;
};

} // namespace onnxc

#endif // ONNXC_PASSES_TENSOR_ATTENTIONSCORES_H
