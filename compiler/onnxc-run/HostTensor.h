//===- HostTensor.h - A tensor that owns its memory -----------------------===//
//
// It is laid out as runtime.h says.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_ONNXCRUN_HOSTTENSOR_H
#define ONNXC_COMPILER_ONNXCRUN_HOSTTENSOR_H

#include "onnxc/runtime.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace onnxc::run {

struct ReleaseMemory {
  void operator()(char *memory) const { onnxc_aligned_free(nullptr, memory); }
};

struct HostTensor {
  int32_t dtype = 0;
  std::vector<int64_t> shape;
  size_t bytes = 0;
  std::unique_ptr<char, ReleaseMemory> data;
  /// What the elements of a tensor of strings refer to, once it holds them.
  std::vector<char> text;

  /// Strings are empty. Fails on unknown types, negative sizes and what does
  /// not fit.
  static llvm::Expected<HostTensor> create(int32_t dtype,
                                           llvm::ArrayRef<int64_t> shape);

  int64_t count() const;
  /// Strings, which refer to the tensor's own memory after the second and
  /// third: as many as there are elements are given, or those that are there
  /// are kept.
  llvm::StringRef string(int64_t index) const;
  void setStrings(llvm::ArrayRef<std::string> strings);
  void keepStrings();
  onnxc_tensor view();
};

struct NamedTensor {
  std::string name; // may be empty
  HostTensor tensor;
};

/// "2x3"; "scalar" for rank 0.
std::string shapeString(llvm::ArrayRef<int64_t> shape);

} // namespace onnxc::run

#endif
