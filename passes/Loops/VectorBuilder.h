//===- VectorBuilder.h - Memory, vectors and loops of emitted code --------===//
//
// Emitted code sees every buffer as one flat row of elements. A vector that
// reaches over the end of its row has fewer lanes: a number known here, or a
// mask.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_LOOPS_VECTORBUILDER_H
#define ONNXC_PASSES_LOOPS_VECTORBUILDER_H

#include "dialects/onnx/ValueBuilder.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace onnxc {

/// The lanes of a vector that count.
struct Lanes {
  int64_t count;
  /// Where the count is not known before run time.
  mlir::Value mask;
};

class VectorBuilder : public onnx::ValueBuilder {
public:
  VectorBuilder(mlir::OpBuilder &b, mlir::Location loc, int64_t width)
      : ValueBuilder(b, loc), width(width) {}

  mlir::Value less(mlir::Value l, mlir::Value r) { return lt(l, r); }
  mlir::Value equal(mlir::Value l, mlir::Value r) { return eq(l, r); }

  /// The buffer as one row; null where it is not contiguous.
  mlir::Value flatten(mlir::Value buffer);
  mlir::Value getSize(mlir::Value buffer, unsigned dim);
  /// An uninitialised row on the stack.
  mlir::Value scratch(mlir::Type elementType, int64_t size);

  mlir::VectorType vectorType(mlir::Type elementType) const {
    return mlir::VectorType::get(width, elementType);
  }
  mlir::Value zero(mlir::Type elementType);
  mlir::Value splat(mlir::Value scalar);
  Lanes all() const { return {width, {}}; }
  Lanes some(int64_t count) const { return {count, {}}; }
  Lanes masked(mlir::Value count);
  mlir::Value load(mlir::Value row, mlir::Value at, Lanes lanes);
  void store(mlir::Value value, mlir::Value row, mlir::Value at, Lanes lanes);
  mlir::Value loadScalar(mlir::Value row, mlir::Value at);
  /// c + l * r
  mlir::Value multiplyAdd(mlir::Value l, mlir::Value r, mlir::Value c);
  mlir::Value addVectors(mlir::Value l, mlir::Value r) { return add(l, r); }
  /// The rows of a square as its columns.
  llvm::SmallVector<mlir::Value> transpose(llvm::ArrayRef<mlir::Value> rows);

  /// for i in [from, to) step `step`
  void loop(mlir::Value from, mlir::Value to, int64_t step,
            llvm::function_ref<void(mlir::Value)> body);
  llvm::SmallVector<mlir::Value>
  loop(mlir::Value from, mlir::Value to, int64_t step, mlir::ValueRange init,
       llvm::function_ref<llvm::SmallVector<mlir::Value>(mlir::Value,
                                                         mlir::ValueRange)>
           body);
  void ifThen(mlir::Value condition, llvm::function_ref<void()> body);
  /// Whole vectors of [from, to), then the rest of it.
  void loopVectors(mlir::Value from, mlir::Value to,
                   llvm::function_ref<void(mlir::Value, Lanes)> body);
  /// Tiles of at most `most` that cover [0, size): evenly (7 are 4 and 3) where
  /// the size is known, else whole ones and for the rest halves, quarters and
  /// so on, each once: few enough bodies for short code. The body is given a
  /// tile's place and its size.
  void loopTiles(mlir::Value size, int64_t most,
                 llvm::function_ref<void(mlir::Value, int64_t)> body);

  int64_t width;
};

} // namespace onnxc

#endif // ONNXC_PASSES_LOOPS_VECTORBUILDER_H
