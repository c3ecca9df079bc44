//===- RustModule.h - A compiled model as a module of Rust ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_CODEGEN_RUSTMODULE_H
#define ONNXC_CODEGEN_RUSTMODULE_H

#include "codegen/Descriptor.h"
#include "codegen/ModelInterface.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

namespace onnxc {

/// Says what of a model a module of Rust cannot pass.
llvm::Error checkRustInterface(const ModelInterface &model);

/// Writes a module of Rust's 2021 edition, without crates: the model's inputs,
/// outputs and free dimensions as structs, and what runs it.
void writeRustModule(const ModelInterface &model,
                     const DescriptorOptions &descriptor,
                     llvm::raw_ostream &os);

/// A name that is neither a keyword of Rust nor of C.
std::string makeRustIdentifier(llvm::StringRef name);

/// Text for a line of a comment: without what rustc refuses there.
std::string makeRustComment(llvm::StringRef text);

} // namespace onnxc

#endif // ONNXC_CODEGEN_RUSTMODULE_H
