//===- Listing.h - The model as text that debug lines lead into -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_LISTING_H
#define ONNXC_COMPILER_LISTING_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/raw_ostream.h"

namespace onnxc {

/// Writes @main, a node a line, and points the nodes' locations to their lines
/// in `file`, under their names.
void writeListing(mlir::ModuleOp module, llvm::StringRef file,
                  llvm::raw_ostream &os);

} // namespace onnxc

#endif // ONNXC_COMPILER_LISTING_H
