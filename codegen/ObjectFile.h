//===- ObjectFile.h - Objects, archives and shared libraries --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_CODEGEN_OBJECTFILE_H
#define ONNXC_CODEGEN_OBJECTFILE_H

#include "codegen/Weights.h"
#include "llvm/Support/Error.h"
#include "llvm/TargetParser/Triple.h"

namespace onnxc {

/// Writes an ELF object whose one section holds the weights, under a hidden
/// symbol. Machine and class are those of `like`, an object of the same
/// target. The bytes are streamed.
llvm::Error writeWeightsObject(const WeightsBlob &weights,
                               llvm::StringRef symbol, llvm::StringRef section,
                               llvm::StringRef like, llvm::raw_ostream &os);

/// Merges ELF objects into one at `output`.
llvm::Error mergeObjects(llvm::ArrayRef<std::string> objects,
                         llvm::StringRef output);

/// A static library with one member.
llvm::Error writeArchive(llvm::StringRef object, llvm::StringRef member,
                         llvm::raw_ostream &os);

/// Links an object into a shared library, by the system's C compiler for the
/// host, else by lld.
llvm::Error linkShared(llvm::StringRef object, const llvm::Triple &triple,
                       llvm::StringRef output);

} // namespace onnxc

#endif // ONNXC_CODEGEN_OBJECTFILE_H
