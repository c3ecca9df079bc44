//===- TensorBuilder.h - Elements of tensors and loops over them ----------===//
//
// Ops that linalg has no form for are written with it, in one of three ways:
//
//   generate  one linalg.generic whose body computes an element from its
//             indices: ops that move data
//   loops     a nest of scf.for that carries the tensors written: where the
//             order of writes matters
//   forall    loops over rows that are independent: ops that take several
//             steps over a row (softmax, normalisations, recurrences), which
//             stays in the cache between them
//
// Bodies build with the same builder: it moves into them.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_TENSOR_TENSORBUILDER_H
#define ONNXC_PASSES_TENSOR_TENSORBUILDER_H

#include "dialects/onnx/ScalarBuilder.h"
#include "passes/Tensor/LoweringPatterns.h"

namespace onnxc {

/// Where a part of a tensor is; unit dimensions whose `kept` is false are
/// dropped.
struct Tile {
  llvm::SmallVector<mlir::OpFoldResult> offsets, sizes;
  llvm::SmallVector<bool> kept;
};

class TensorBuilder : public onnx::ValueBuilder {
public:
  using ValueBuilder::ValueBuilder;
  using Values = llvm::SmallVector<mlir::Value>;
  using Sizes = llvm::ArrayRef<mlir::OpFoldResult>;
  using ValueRange = mlir::ValueRange;

  /// The size of a tensor's dimension.
  Value dim(Value tensor, int64_t number) const;

  // Elements as they are stored.
  Value extract(Value tensor, ValueRange indices) const;
  Value insert(Value element, Value tensor, ValueRange indices) const;
  /// The only element of a tensor.
  Value extractScalar(Value tensor) const;

  // Elements of an onnx type as what one computes in: see loadElement.
  Value load(Value tensor, ValueRange indices, mlir::Type onnxType) const;
  Value store(Value computed, Value tensor, ValueRange indices,
              mlir::Type onnxType) const;

  // New tensors.
  Value empty(Sizes sizes, mlir::Type elementType) const;
  Value filled(Sizes sizes, Value element) const;
  Value copy(Sizes sizes, Value tensor) const;
  /// Every element is computed from its indices.
  using ElementBody = llvm::function_ref<Value(ValueRange indices)>;
  Value generate(Sizes sizes, mlir::Type elementType, ElementBody body) const;
  /// The result of an onnx op, in storage elements.
  Value generate(mlir::OpResult onnxResult, ElementBody body) const;
  /// Rounds a tensor of the computed type to the result's storage type.
  Value narrow(Value tensor, mlir::OpResult onnxResult) const;

  /// Sequential loops from 0 to `sizes`, the last innermost. The body gets the
  /// indices and the carried values and gives the next ones.
  using LoopBody =
      llvm::function_ref<Values(ValueRange indices, ValueRange carried)>;
  Values loops(Sizes sizes, ValueRange carried, LoopBody body) const;
  Values loops(ValueRange from, ValueRange to, ValueRange carried,
               LoopBody body) const;
  /// One loop that carries one value.
  using SumBody = llvm::function_ref<Value(Value index, Value carried)>;
  Value loop(Value from, Value to, Value carried, SumBody body) const;

  using Branch = llvm::function_ref<Values()>;
  Values ifElse(Value condition, Branch then, Branch otherwise) const;
  /// `then` where the condition holds, else what was carried.
  Values ifThen(Value condition, ValueRange carried, Branch then) const;

  /// A scf.forall over [0, counts). `results` are what it writes: of each the
  /// body gets the tile that `tile` tells for the indices and gives the
  /// computed one.
  using TilePlace =
      llvm::function_ref<Tile(ValueRange indices, unsigned result)>;
  using TileBody =
      llvm::function_ref<Values(ValueRange indices, ValueRange tiles)>;
  Values forall(Sizes counts, ValueRange results, TilePlace tile,
                TileBody body) const;
};

/// The sizes of a value of the onnx dialect as index values.
llvm::SmallVector<mlir::Value> readSizes(mlir::OpBuilder &b,
                                         mlir::Operation *insideKernel,
                                         mlir::Value onnxValue);

} // namespace onnxc

#endif // ONNXC_PASSES_TENSOR_TENSORBUILDER_H
