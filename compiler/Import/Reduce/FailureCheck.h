//===- FailureCheck.h - Whether a command fails for a model ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_IMPORT_REDUCE_FAILURECHECK_H
#define ONNXC_COMPILER_IMPORT_REDUCE_FAILURECHECK_H

#include "compiler/Import/Reduce/Reduce.h"
#include "llvm/ADT/SmallString.h"
#include <onnx/onnx_pb.h>
#include <optional>

namespace onnxc {

/// Runs the command on models in a folder of its own, which ends with it.
class FailureCheck {
public:
  explicit FailureCheck(const ReduceOptions &options) : options(options) {}
  ~FailureCheck();

  /// Takes the failure of the whole model for what to look for; an error where
  /// the command does not fail.
  llvm::Error begin(const ::onnx::ModelProto &model);

  /// Whether it fails in the same way: with that exit status, and saying what
  /// it has to.
  bool fails(const ::onnx::ModelProto &model);

  unsigned getRuns() const { return runs; }

private:
  const ReduceOptions &options;
  llvm::SmallString<128> folder;
  int status = 0;
  unsigned runs = 0;

  /// The exit status, negative for a signal or a time-out; none where the
  /// output does not match, or nothing could be run.
  std::optional<int> run(const ::onnx::ModelProto &model);
};

} // namespace onnxc

#endif // ONNXC_COMPILER_IMPORT_REDUCE_FAILURECHECK_H
