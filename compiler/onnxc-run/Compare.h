//===- Compare.h - How far an output is from the expected one -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_ONNXCRUN_COMPARE_H
#define ONNXC_COMPILER_ONNXCRUN_COMPARE_H

#include "compiler/onnxc-run/HostTensor.h"

namespace onnxc::run {

/// ONNX's own for its backend tests.
struct Tolerance {
  double rtol = 1e-3, atol = 1e-7;
};

struct Comparison {
  std::string problem;    // another type or shape; empty if comparable
  double maxAbs = 0;      // largest difference
  double maxRelative = 0; // that, relative to the largest expected magnitude
  double maxUlp = 0;      // of float types
  int64_t mismatches = 0, count = 0;
  int64_t worst = -1;        // where a mismatch is largest
  std::string got, expected; // the values there

  bool matches() const { return problem.empty() && mismatches == 0; }
  std::string summary() const;
};

/// As numpy.testing.assert_allclose does it: |got - expected| must be at most
/// atol + rtol |expected|; NaN equals NaN, an infinity its like. For bfloat16
/// rtol is at least 2^-6, as in ONNX's runner.
Comparison compareTensors(const HostTensor &got, const HostTensor &expected,
                          const Tolerance &tolerance);

} // namespace onnxc::run

#endif
