//===- SizeBounds.h - The largest value of a size -------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_MEMORY_SIZEBOUNDS_H
#define ONNXC_PASSES_MEMORY_SIZEBOUNDS_H

#include "dialects/onnx/SymbolicShape.h"

namespace onnxc {

/// The values that a symbol takes; without a maximum it is free.
struct SymbolRange {
  int64_t min = 0;
  std::optional<int64_t> max;
};

/// An expression that is at least `expr` for all values of the symbols and
/// holds free symbols only. Null where none is found, or where its constants do
/// not fit in 64 bits. Symbols beyond the list are free.
mlir::AffineExpr getUpperBound(mlir::AffineExpr expr,
                               llvm::ArrayRef<SymbolRange> ranges);

} // namespace onnxc

#endif // ONNXC_PASSES_MEMORY_SIZEBOUNDS_H
