//===- TensorFiles.h - Tensors in files -----------------------------------===//
//
// .npy, .npz and .pb (ONNX's TensorProto).
//
// NumPy has no name for bfloat16, float8 and types below a byte. Such a tensor
// is written as unsigned integers of its storage (signed ones for int4 and
// int2), and read back so where the model states the type. Strings are NumPy's
// of UTF-32 (`<U8`); those of bytes (`S8`) are read, too.
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
/// As .pb where the path ends so, where a name is kept, too; else as .npy.
llvm::Error writeTensorFile(llvm::StringRef path, const HostTensor &tensor,
                            llvm::StringRef name);

/// Gives a tensor that came from NumPy the type that NumPy cannot name.
void adoptType(HostTensor &tensor, int32_t dtype);

llvm::Expected<HostTensor> parseNpy(llvm::StringRef bytes);
/// Fails on strings that are no UTF-8 or end in a zero: NumPy has no such ones.
llvm::Expected<std::string> encodeNpy(const HostTensor &tensor);
std::string encodeTensorProto(const HostTensor &tensor, llvm::StringRef name);
llvm::Expected<NamedTensor> parseTensorProto(llvm::StringRef bytes);
/// The files in a zip archive, by their names.
llvm::Expected<std::vector<std::pair<std::string, std::string>>>
parseZip(llvm::StringRef bytes);

} // namespace onnxc::run

#endif
