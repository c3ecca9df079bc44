//===- WinogradTransforms.h - Winograd's transforms of vectors ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_LOOPS_WINOGRADTRANSFORMS_H
#define ONNXC_PASSES_LOOPS_WINOGRADTRANSFORMS_H

#include "passes/Loops/VectorBuilder.h"

namespace onnxc {

/// The matrices of dialects/onnx/Winograd.h applied to squares of vectors,
/// which stay in registers. A square is its rows.
class WinogradTransforms {
public:
  using Values = mlir::SmallVector<mlir::Value>;

  /// For results of tile x tile pixels.
  WinogradTransforms(VectorBuilder &v, int64_t tile);

  /// Bt d B of a square of an image.
  mlir::SmallVector<Values> transformImage(mlir::ArrayRef<Values> square);
  /// At m A of sums of products.
  mlir::SmallVector<Values> transformSums(mlir::ArrayRef<Values> square);

private:
  mlir::Value scale(double factor, mlir::Value x, mlir::Value sum);
  mlir::Value evaluate(mlir::ArrayRef<double> coefficients,
                       mlir::ArrayRef<mlir::Value> d, unsigned shift);
  Values transformPixels(mlir::ArrayRef<mlir::Value> d);
  Values addPoints(mlir::ArrayRef<mlir::Value> m);

  VectorBuilder &v;
  int64_t tile;
  mlir::ArrayRef<double> pairs;
};

} // namespace onnxc

#endif // ONNXC_PASSES_LOOPS_WINOGRADTRANSFORMS_H
