//===- ReportFile.h - Measured times in a report of onnxc -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_ONNXCRUN_REPORTFILE_H
#define ONNXC_COMPILER_ONNXCRUN_REPORTFILE_H

#include "compiler/onnxc-run/Benchmark.h"

namespace onnxc::run {

/// Adds what a profile has measured to the report, .json or .html, that onnxc
/// has written of the same compilation. Fails, the file unchanged, where it is
/// of another.
llvm::Error addToReport(llvm::StringRef path, const onnxc_model &model,
                        const Profile &profile, int threads);

} // namespace onnxc::run

#endif
