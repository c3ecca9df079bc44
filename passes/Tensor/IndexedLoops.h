//===- IndexedLoops.h - Loops that compute with indices -------------------===//
//
// Ops that move data read and write at computed places. They are one
// linalg.generic whose body computes the place, or, where the order of writes
// matters, a nest of scf.for that carries the tensors written.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_TENSOR_INDEXEDLOOPS_H
#define ONNXC_PASSES_TENSOR_INDEXEDLOOPS_H

#include "passes/Tensor/LoweringPatterns.h"

namespace onnxc {

/// Index arithmetic at one place of the code.
class IndexBuilder {
public:
  IndexBuilder(mlir::OpBuilder &b, mlir::Location loc) : b(b), loc(loc) {}

  mlir::Value constant(int64_t value);
  mlir::Value materialize(mlir::OpFoldResult value);
  mlir::Value add(mlir::Value l, mlir::Value r);
  mlir::Value sub(mlir::Value l, mlir::Value r);
  mlir::Value mul(mlir::Value l, mlir::Value r);
  /// Quotient and remainder of values that are not negative.
  mlir::Value div(mlir::Value l, mlir::Value r);
  mlir::Value rem(mlir::Value l, mlir::Value r);
  mlir::Value min(mlir::Value l, mlir::Value r);
  mlir::Value max(mlir::Value l, mlir::Value r);
  mlir::Value lt(mlir::Value l, mlir::Value r);
  mlir::Value eq(mlir::Value l, mlir::Value r);
  mlir::Value land(mlir::Value l, mlir::Value r);
  mlir::Value select(mlir::Value condition, mlir::Value l, mlir::Value r);
  /// An index from an element of an integer tensor, and back.
  mlir::Value fromInteger(mlir::Value integer, bool isUnsigned = false);
  mlir::Value toInteger(mlir::Value index, mlir::Type type);
  /// Counts from the end where `index` is negative, then limits it to
  /// [0, size), so that no data make a kernel read outside of its buffers.
  mlir::Value wrap(mlir::Value index, mlir::Value size);
  /// The size of a tensor's dimension.
  mlir::Value dim(mlir::Value tensor, int64_t number);
  mlir::Value extract(mlir::Value tensor, mlir::ValueRange indices);
  mlir::Value insert(mlir::Value element, mlir::Value tensor,
                     mlir::ValueRange indices);
  /// The only element of a tensor.
  mlir::Value extractScalar(mlir::Value tensor);
  mlir::Value zero(mlir::Type type);

  mlir::OpBuilder &b;
  mlir::Location loc;
};

/// The sizes of a value of the onnx dialect as index values.
llvm::SmallVector<mlir::Value> readSizes(mlir::OpBuilder &b,
                                         mlir::Operation *insideKernel,
                                         mlir::Value onnxValue);

/// Whether loadElement gives elements of this onnx type as values that one can
/// compute with.
bool canCompute(mlir::Type onnxElementType);

using ElementBuilder =
    llvm::function_ref<mlir::Value(IndexBuilder &, mlir::ValueRange indices)>;

/// A tensor of these sizes whose every element is computed from its indices.
mlir::Value generate(mlir::OpBuilder &b, mlir::Location loc,
                     llvm::ArrayRef<mlir::OpFoldResult> sizes,
                     mlir::Type elementType, ElementBuilder element);
/// The same for the result of an onnx op, in storage elements.
mlir::Value generate(mlir::OpBuilder &b, mlir::OpResult onnxResult,
                     ElementBuilder element);

/// Sequential loops over all indices below `sizes`, in row-major order.
llvm::SmallVector<mlir::Value> buildLoopNest(
    mlir::OpBuilder &b, mlir::Location loc,
    llvm::ArrayRef<mlir::OpFoldResult> sizes, mlir::ValueRange carried,
    llvm::function_ref<llvm::SmallVector<mlir::Value>(
        IndexBuilder &, mlir::ValueRange indices, mlir::ValueRange carried)>
        body);

/// tensor.empty filled with one (storage) element.
mlir::Value createFilled(mlir::OpBuilder &b, mlir::Location loc,
                         llvm::ArrayRef<mlir::OpFoldResult> sizes,
                         mlir::Value element);

/// A copy of a tensor into a new one.
mlir::Value createCopy(mlir::OpBuilder &b, mlir::Location loc,
                       llvm::ArrayRef<mlir::OpFoldResult> sizes,
                       mlir::Value tensor);

} // namespace onnxc

#endif // ONNXC_PASSES_TENSOR_INDEXEDLOOPS_H
