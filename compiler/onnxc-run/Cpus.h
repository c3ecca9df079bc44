//===- Cpus.h - The CPUs that runs may take -------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_ONNXCRUN_CPUS_H
#define ONNXC_COMPILER_ONNXCRUN_CPUS_H

#include <string>
#include <vector>

namespace onnxc::run {

/// Those that the operating system lets this process run on; empty where it
/// does not tell.
std::vector<int> getAllowedCpus();

/// "pinned to CPU 3", or that threads may move, which times depend on.
std::string describePinning(int threads);

} // namespace onnxc::run

#endif
