//===- NpyStrings.h - Strings in NumPy's .npy format ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_ONNXCRUN_NPYSTRINGS_H
#define ONNXC_COMPILER_ONNXCRUN_NPYSTRINGS_H

#include "compiler/onnxc-run/HostTensor.h"
#include "llvm/ADT/StringRef.h"

namespace onnxc::run {

/// Elements of type `U8` (so many code points of four bytes) or `S8` (bytes);
/// zeros behind a string are none of it.
llvm::Expected<HostTensor> parseNpyStrings(llvm::StringRef descr,
                                           bool bigEndian, bool isTransposed,
                                           llvm::ArrayRef<int64_t> shape,
                                           llvm::StringRef content);

/// The elements as `<U8`, which is written into `descr`.
llvm::Expected<std::string> encodeNpyStrings(const HostTensor &tensor,
                                             std::string &descr);

} // namespace onnxc::run

#endif
