//===- Remarks.h - What became slower than it could be --------------------===//
//
// A pass that falls back to a slower form says so by one remark at the op:
//
//   remarkSlow(op, "layout") << "planar convolution: the weights are computed";
//
// MLIR's remark engine takes it to whoever listens (`onnxc --remarks`,
// reports). Without a listener nothing is built, and no remark changes code.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_PLAN_REMARKS_H
#define ONNXC_DIALECTS_PLAN_REMARKS_H

#include "mlir/IR/Operation.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

namespace onnxc {

/// Starts a remark about an op of @main or of a kernel. `topic` is a word that
/// remarks are grouped by: layout, packing, loops.
inline mlir::remark::detail::InFlightRemark remarkSlow(mlir::Operation *op,
                                                       llvm::StringRef topic) {
  auto function = op->getParentOfType<mlir::FunctionOpInterface>();
  return mlir::remark::missed(
      op->getLoc(),
      mlir::remark::RemarkOpts::name(topic).category(topic).function(
          function ? function.getName() : llvm::StringRef()));
}

} // namespace onnxc

#endif // ONNXC_DIALECTS_PLAN_REMARKS_H
