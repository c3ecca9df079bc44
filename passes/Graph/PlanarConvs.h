//===- PlanarConvs.h - Convolutions that keep their planes ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_GRAPH_PLANARCONVS_H
#define ONNXC_PASSES_GRAPH_PLANARCONVS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace onnxc {

/// Remarks at each convolution of @main that was left as it is where others
/// have blocks of `lanes` channels.
void remarkPlanarConvs(mlir::func::FuncOp main, int64_t lanes);

} // namespace onnxc

#endif // ONNXC_PASSES_GRAPH_PLANARCONVS_H
