//===- ValueWriter.h - Write what a model's kernels have written ----------===//
//
// Of a model compiled with --observe: each value as a .npy file, and a line of
// JSON that tells whose value it is.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_ONNXCRUN_VALUEWRITER_H
#define ONNXC_COMPILER_ONNXCRUN_VALUEWRITER_H

#include "onnxc/runtime.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"
#include <memory>
#include <string>

namespace onnxc::run {

class ValueWriter {
public:
  /// Makes the folder, and in it `values.jsonl`.
  static llvm::Expected<std::unique_ptr<ValueWriter>>
  create(llvm::StringRef folder);

  /// An onnxc_observe_fn; the observer is a ValueWriter. A line of
  /// `values.jsonl` is there as soon as its value is: if the model crashes, the
  /// last line is the last kernel that ended.
  static void tell(void *observer, const onnxc_value_info *value,
                   const void *address, const int64_t *sizes);

  /// What could not be written. Fails as well if nothing was told: the model
  /// was not compiled with --observe, or has no kernel.
  llvm::Error finish();

private:
  ValueWriter(llvm::StringRef folder, int file);
  llvm::Error write(const onnxc_value_info &value, const void *address,
                    const int64_t *sizes);

  std::string folder;
  llvm::raw_fd_ostream list;
  size_t count = 0;
  /// Numbers of the places in the code that tell: each has its own info.
  llvm::DenseMap<const onnxc_value_info *, int64_t> sites;
  std::string firstFault;
};

} // namespace onnxc::run

#endif
