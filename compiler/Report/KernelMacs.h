//===- KernelMacs.h - The work of nodes, divided among kernels ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_REPORT_KERNELMACS_H
#define ONNXC_COMPILER_REPORT_KERNELMACS_H

#include "compiler/Report/ReportFacts.h"
#include "compiler/Report/ReportSizes.h"

namespace onnxc {

/// MACs are those of the model's nodes, as --inspect counts them. A node that
/// several kernels compute is divided by what each of them multiplies. What is
/// in a loop is counted once.
struct KernelMacs {
  KernelMacs(const ReportFacts &facts, const ReportSizes &sizes);

  /// None where a size is not known.
  std::optional<int64_t> total = 0;
  /// Of nodes that no kernel computes.
  int64_t folded = 0;
  llvm::DenseMap<const RowFacts *, int64_t> rows;
};

/// The rows that name a node, kernels only.
llvm::StringMap<llvm::SmallVector<const RowFacts *>>
findKernels(const ReportFacts &facts);

} // namespace onnxc

#endif // ONNXC_COMPILER_REPORT_KERNELMACS_H
