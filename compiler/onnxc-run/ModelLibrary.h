//===- ModelLibrary.h - A shared library with compiled models in it -------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_ONNXCRUN_MODELLIBRARY_H
#define ONNXC_COMPILER_ONNXCRUN_MODELLIBRARY_H

#include "onnxc/runtime.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace onnxc::run {

/// A loaded model. The library stays loaded to the end of the process: threads
/// of a pool may still be on their way out of its code.
struct LoadedModel {
  const onnxc_model *model = nullptr;
  const void *weights = nullptr; // mapped, where they are in a file
};

/// Loads `path` and finds the model: `symbol` where it is given, else the only
/// one that the library lists. Maps its weights file, `weightsPath` or the name
/// in the descriptor beside the library.
llvm::Expected<LoadedModel> loadModel(llvm::StringRef path,
                                      llvm::StringRef symbol,
                                      llvm::StringRef weightsPath);

/// "avx2 fma" for ONNXC_CPU_* bits.
std::string cpuFeatureString(uint64_t features);

} // namespace onnxc::run

#endif
