//===- SequenceFile.h - Sequences and optionals in files ------------------===//
//
// .pb (ONNX's SequenceProto and OptionalProto), as the tensors by which a model
// takes and gives them (onnxc_part of runtime.h).
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_ONNXCRUN_SEQUENCEFILE_H
#define ONNXC_COMPILER_ONNXCRUN_SEQUENCEFILE_H

#include "compiler/onnxc-run/HostTensor.h"

namespace onnxc::run {

/// Inputs or outputs of a compiled model that are one of the model it was
/// compiled from.
struct ValueGroup {
  size_t first = 0, count = 1;
  std::string name;
  /// One tensor, which is what it is of the model.
  bool isTensor() const { return count == 1; }
};
std::vector<ValueGroup> groupParts(llvm::ArrayRef<onnxc_tensor_info> infos);

/// Takes columns of nothing but -1 from the end of a sequence's shapes: a model
/// may make more than its tensors have dimensions.
void dropEmptyColumns(HostTensor &shapes);

/// Reads the tensors of a group of several from a file.
llvm::Expected<std::vector<HostTensor>>
readSequenceFile(llvm::StringRef path, llvm::ArrayRef<onnxc_tensor_info> parts);
llvm::Error writeSequenceFile(llvm::StringRef path,
                              llvm::ArrayRef<onnxc_tensor_info> parts,
                              llvm::ArrayRef<HostTensor> tensors,
                              llvm::StringRef name);

} // namespace onnxc::run

#endif
