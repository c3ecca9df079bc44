//===- Reduction.h - Which dimensions a reduction reduces -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_REDUCTION_H
#define ONNXC_DIALECTS_ONNX_REDUCTION_H

#include "dialects/onnx/SymbolicShape.h"

namespace onnxc::onnx {

/// For each dimension of `data` whether it is reduced; none when the rank or
/// the axes (null for absent ones) are not known or out of range.
std::optional<llvm::SmallVector<bool>>
getReducedDims(mlir::Value data, mlir::Value axes, bool noopWithEmptyAxes);

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_REDUCTION_H
