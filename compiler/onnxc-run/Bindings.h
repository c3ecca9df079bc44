//===- Bindings.h - Arguments name=value, matched to the model ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_ONNXCRUN_BINDINGS_H
#define ONNXC_COMPILER_ONNXCRUN_BINDINGS_H

#include "compiler/onnxc-run/RandomInputs.h"
#include "compiler/onnxc-run/SequenceFile.h"

namespace onnxc::run {

/// The sequence or optional that an argument name=file is for, and the file.
std::optional<std::pair<ValueGroup, llvm::StringRef>>
findGroup(llvm::StringRef argument, llvm::ArrayRef<onnxc_tensor_info> infos);

/// Reads `arguments` (name=file, file.npz with names inside, or file in the
/// order of `infos`) into one slot a tensor; slots nobody names stay empty.
llvm::Expected<std::vector<std::optional<HostTensor>>>
readNamedTensors(llvm::ArrayRef<std::string> arguments,
                 llvm::ArrayRef<onnxc_tensor_info> infos, const char *what);

/// The files to write: (index of the output, path). Those of sequences are
/// left out.
llvm::Expected<std::vector<std::pair<size_t, std::string>>>
matchOutputFiles(llvm::ArrayRef<std::string> arguments,
                 llvm::ArrayRef<onnxc_tensor_info> infos);

llvm::Error parseRanges(llvm::ArrayRef<std::string> arguments,
                        const onnxc_model &model, RandomSettings &settings);
llvm::Error parseShapes(llvm::ArrayRef<std::string> arguments,
                        const onnxc_model &model, RandomSettings &settings);
llvm::Error parseDims(llvm::ArrayRef<std::string> arguments,
                      const onnxc_model &model, RandomSettings &settings);

} // namespace onnxc::run

#endif
