//===- TaskCost.h - How long a piece of a kernel takes, about -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_ENTRY_TASKCOST_H
#define ONNXC_PASSES_ENTRY_TASKCOST_H

#include "mlir/Dialect/SCF/IR/SCF.h"

namespace onnxc {

/// An upper estimate of the time of one task of the loop, in tenths of a
/// nanosecond, as an index at the builder's place in front of it. A constant
/// where all trip counts are.
mlir::Value buildTaskCost(mlir::OpBuilder &b, mlir::scf::ForallOp forall);

} // namespace onnxc

#endif // ONNXC_PASSES_ENTRY_TASKCOST_H
