// TestDirectory.h: ONNX's test directories: test_data_set_K/input_N.pb and
// output_N.pb.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ONNXC_RUN_TESTDIRECTORY_H
#define ONNXC_RUN_TESTDIRECTORY_H

#include "Compare.h"
#include "ModelRunner.h"

#include "llvm/Support/raw_ostream.h"

namespace onnxc::run {

/// Runs all data sets and prints a line an output. Returns how many outputs
/// differ; fails where a set cannot be run.
llvm::Expected<int> runTestDirectory(ModelRunner &runner, llvm::StringRef path,
                                     const Tolerance &tolerance,
                                     llvm::raw_ostream &os);

} // namespace onnxc::run

#endif
