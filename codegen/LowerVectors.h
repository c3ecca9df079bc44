//===- LowerVectors.h - Vectors to LLVM with an index of any width --------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_CODEGEN_LOWERVECTORS_H
#define ONNXC_CODEGEN_LOWERVECTORS_H

#include "mlir/Pass/Pass.h"
#include <memory>

namespace onnxc {

/// The vector dialect, of one dimension, to LLVM's.
std::unique_ptr<mlir::Pass> createLowerVectors(unsigned indexBits);

} // namespace onnxc

#endif // ONNXC_CODEGEN_LOWERVECTORS_H
