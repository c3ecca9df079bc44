//===- ScatteredReads.h - Loops whose reads are not side by side ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_LOOPS_SCATTEREDREADS_H
#define ONNXC_PASSES_LOOPS_SCATTEREDREADS_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace onnxc {

/// Remarks at an op whose innermost loop reads elements at addresses that its
/// body computes from data, or that are not one behind the other: it reads
/// them one by one, unless the machine has instructions that gather.
void remarkScatteredReads(mlir::linalg::GenericOp op);

} // namespace onnxc

#endif // ONNXC_PASSES_LOOPS_SCATTEREDREADS_H
