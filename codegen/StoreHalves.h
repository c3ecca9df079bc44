//===- StoreHalves.h - Half precision as integers of 16 bits --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_CODEGEN_STOREHALVES_H
#define ONNXC_CODEGEN_STOREHALVES_H

#include "mlir/Pass/Pass.h"
#include <memory>

namespace onnxc {

/// Nothing computes in bf16, nor in f16 where the machine has no conversions:
/// such values are only moved. LLVM would convert them, by functions of a
/// library, where they go from block to block or into a call. They become the
/// integers that they are stored as.
std::unique_ptr<mlir::Pass> createStoreHalvesAsIntegers();

} // namespace onnxc

#endif // ONNXC_CODEGEN_STOREHALVES_H
