//===- ContractionEmitters.h - Loops for one kind of contraction each -----===//
//
// Each replaces a marked linalg.generic, its fill and the elementwise ops that
// follow by blocked vector loops, whose outermost one is an scf.forall over
// independent tasks, in three steps: it matches what the op is, has blocks and
// tiles chosen (Blocking.h), and emits what was chosen.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_LOOPS_CONTRACTIONEMITTERS_H
#define ONNXC_PASSES_LOOPS_CONTRACTIONEMITTERS_H

#include "passes/Loops/ChooseProduct.h"
#include "passes/Loops/MatchContraction.h"

namespace onnxc {

#define ONNXC_ALGORITHM(EMIT)                                                  \
  mlir::LogicalResult EMIT(const Contraction &contraction,                     \
                           const RegisterFile &registers);
#include "passes/Loops/Algorithms.def"

/// Whether sums of such elements are emitted.
inline bool isEmittedType(mlir::Type sumType, const RegisterFile &registers) {
  return sumType.isIntOrFloat() &&
         isEmittedElement(mlir::isa<mlir::FloatType>(sumType),
                          sumType.getIntOrFloatBitWidth(), registers);
}

} // namespace onnxc

#endif // ONNXC_PASSES_LOOPS_CONTRACTIONEMITTERS_H
