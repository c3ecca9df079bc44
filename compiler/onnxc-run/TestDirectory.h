//===- TestDirectory.h - ONNX's test directories --------------------------===//
//
// They hold test_data_set_K/input_N.pb and output_N.pb.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_ONNXCRUN_TESTDIRECTORY_H
#define ONNXC_COMPILER_ONNXCRUN_TESTDIRECTORY_H

#include "compiler/onnxc-run/Compare.h"
#include "compiler/onnxc-run/ModelRunner.h"
#include "llvm/Support/raw_ostream.h"

namespace onnxc::run {

/// Runs all data sets and prints a line an output. Returns how many outputs
/// differ; fails where a set cannot be run.
llvm::Expected<int> runTestDirectory(ModelRunner &runner, llvm::StringRef path,
                                     const Tolerance &tolerance,
                                     llvm::raw_ostream &os);

} // namespace onnxc::run

#endif
