//===- TensorFiles.h - Tensors in files -----------------------------------===//
//
// .npy, .npz and .pb (ONNX's TensorProto).
//
// NumPy has no name for bfloat16, float8 and types below a byte. Such a tensor
// is written as unsigned integers of its storage (signed ones for int4 and
// int2), and read back so where the model states the type.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_ONNXCRUN_TENSORFILES_H
#define ONNXC_COMPILER_ONNXCRUN_TENSORFILES_H

#include "compiler/onnxc-run/HostTensor.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"

namespace onnxc::run {

/// Reads a file by its suffix. A .npz gives all its arrays.
llvm::Expected<std::vector<NamedTensor>> readTensorFile(llvm::StringRef path);
llvm::Error writeNpyFile(llvm::StringRef path, const HostTensor &tensor);

/// Gives a tensor that came from NumPy the type that NumPy cannot name.
void adoptType(HostTensor &tensor, int32_t dtype);

llvm::Expected<HostTensor> parseNpy(llvm::StringRef bytes);
std::string encodeNpy(const HostTensor &tensor);
llvm::Expected<NamedTensor> parseTensorProto(llvm::StringRef bytes);
/// The files in a zip archive, by their names.
llvm::Expected<std::vector<std::pair<std::string, std::string>>>
parseZip(llvm::StringRef bytes);

} // namespace onnxc::run

#endif
