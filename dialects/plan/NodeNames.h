//===- NodeNames.h - The model's nodes that a location goes back to -------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_PLAN_NODENAMES_H
#define ONNXC_DIALECTS_PLAN_NODENAMES_H

#include "mlir/IR/Location.h"

namespace onnxc {

/// The names of the nodes, each once, in the order in which they are fused. The
/// texts live as long as the context.
llvm::SmallVector<llvm::StringRef> listNodeNames(mlir::Location loc);

} // namespace onnxc

#endif // ONNXC_DIALECTS_PLAN_NODENAMES_H
