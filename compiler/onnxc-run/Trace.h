//===- Trace.h - What each thread does, over time -------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_ONNXCRUN_TRACE_H
#define ONNXC_COMPILER_ONNXCRUN_TRACE_H

#include "compiler/onnxc-run/ModelRunner.h"

namespace onnxc::run {

/// Writes `repeat` warm runs (0: one) of a model compiled with --profile as a
/// Chrome trace, which ui.perfetto.dev and chrome://tracing show: a row a
/// thread, steps by the names of their nodes, and what of them each thread
/// took.
llvm::Error writeTrace(ModelRunner &runner, unsigned repeat,
                       llvm::StringRef path);

} // namespace onnxc::run

#endif
