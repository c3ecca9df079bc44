//===- LoopNests.h - Shapes of the loops that linalg ops become -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_LOOPS_LOOPNESTS_H
#define ONNXC_PASSES_LOOPS_LOOPNESTS_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

namespace onnxc {

/// Makes one loop of neighbouring ones that all operands walk contiguously, so
/// that 1x64x7x7 elements are a loop of 3136 and not of 7. Returns the op that
/// takes the place of the given one, which may be the same.
mlir::linalg::GenericOp collapseLoops(mlir::RewriterBase &rewriter,
                                      mlir::linalg::GenericOp op);

/// Makes a scf.forall of the outer parallel loops of a nest; long innermost
/// ones are cut in parts. Short nests stay as they are. `sizes` are the trip
/// counts, as far as they are known.
void splitLoops(mlir::RewriterBase &rewriter,
                mlir::ArrayRef<mlir::Operation *> loops,
                mlir::ArrayRef<mlir::utils::IteratorType> iterators,
                mlir::ArrayRef<int64_t> sizes);

} // namespace onnxc

#endif // ONNXC_PASSES_LOOPS_LOOPNESTS_H
