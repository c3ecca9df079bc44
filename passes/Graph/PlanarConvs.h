//===- PlanarConvs.h - Convolutions that keep their planes ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_GRAPH_PLANARCONVS_H
#define ONNXC_PASSES_GRAPH_PLANARCONVS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace onnxc {

/// Remarks at each convolution of @main that was left as it is, by what has
/// blocks of `lanes` channels (0 where no block pays).
void remarkPlanarConvs(mlir::func::FuncOp main, int64_t lanes);

} // namespace onnxc

#endif // ONNXC_PASSES_GRAPH_PLANARCONVS_H
