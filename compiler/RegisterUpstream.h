//===- RegisterUpstream.h - All that MLIR itself brings -------------------===//
//
// Compiling the registration takes most of a minute; it stands alone so that it
// is done once.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_REGISTERUPSTREAM_H
#define ONNXC_COMPILER_REGISTERUPSTREAM_H

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace onnxc {

/// Registers every dialect, extension and pass of MLIR.
void registerUpstream(mlir::DialectRegistry &registry);

} // namespace onnxc

#endif // ONNXC_COMPILER_REGISTERUPSTREAM_H
