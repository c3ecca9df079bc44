//===- AlignStrings.h - Strings are aligned as C's structs are ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_CODEGEN_ALIGNSTRINGS_H
#define ONNXC_CODEGEN_ALIGNSTRINGS_H

#include "mlir/Pass/Pass.h"
#include <memory>

namespace onnxc {

/// A string is an integer of 128 bits, which LLVM takes to lie at multiples of
/// 16 bytes. An onnxc_string is aligned like the pointer in it: loads and
/// stores say so.
std::unique_ptr<mlir::Pass> createAlignStrings();

} // namespace onnxc

#endif // ONNXC_CODEGEN_ALIGNSTRINGS_H
