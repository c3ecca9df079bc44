//===- KernelMacs.cpp - The work of nodes, divided among kernels ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Report/KernelMacs.h"

using namespace mlir;

namespace onnxc {

llvm::StringMap<SmallVector<const RowFacts *>>
findKernels(const ReportFacts &facts) {
  llvm::StringMap<SmallVector<const RowFacts *>> kernels;
  for (const PlanFacts &plan : facts.plans)
    for (const RowFacts &row : plan.rows)
      if (row.kind == RowFacts::Kernel)
        for (StringRef node : row.nodes)
          kernels[node].push_back(&row);
  return kernels;
}

/// What a kernel multiplies for one of its nodes, with all that fills its
/// blocks.
static int64_t countComputed(const ReportFacts &facts, const RowFacts &row,
                             StringRef node, const ReportSizes &sizes) {
  const KernelFacts *kernel = facts.lookUp(row.callee);
  if (!kernel || kernel->nodes.size() != row.nodes.size())
    return 0;
  size_t index = llvm::find(row.nodes, node) - row.nodes.begin();
  int64_t sum = 0;
  for (const KernelFacts::Work &work : kernel->work)
    if (llvm::is_contained(work.nodes, index) &&
        onnx::getNumSymbols(work.macs) <= row.symbols.size())
      sum += std::max<int64_t>(
          sizes.evaluate(work.macs.replaceSymbols(row.symbols)).value_or(0), 0);
  return sum;
}

/// Divides `macs` by the weights; the last one takes what is left.
static void divide(int64_t macs, ArrayRef<const RowFacts *> rows,
                   ArrayRef<double> weights,
                   llvm::DenseMap<const RowFacts *, int64_t> &shares) {
  double sum = 0;
  for (double weight : weights)
    sum += weight;
  int64_t left = macs;
  for (auto [i, row] : llvm::enumerate(rows)) {
    int64_t share =
        i + 1 == rows.size()
            ? left
            : std::min(left, int64_t(double(macs) * weights[i] / sum));
    shares[row] += share;
    left -= share;
  }
}

KernelMacs::KernelMacs(const ReportFacts &facts, const ReportSizes &sizes) {
  auto kernels = findKernels(facts);
  for (const auto &[name, node] : facts.nodes) {
    if (!node.macs)
      continue;
    std::optional<int64_t> macs = sizes.evaluate(node.macs);
    if (!macs) {
      total = std::nullopt;
      continue;
    }
    if (total)
      *total += *macs;
    SmallVector<const RowFacts *> computing;
    SmallVector<double> weights;
    for (const RowFacts *row : kernels.lookup(name))
      if (int64_t computed = countComputed(facts, *row, name, sizes)) {
        computing.push_back(row);
        weights.push_back(double(computed));
      }
    if (computing.empty()) {
      computing = kernels.lookup(name);
      weights.assign(computing.size(), 1);
    }
    if (computing.empty())
      folded += *macs;
    else
      divide(*macs, computing, weights, rows);
  }
}

} // namespace onnxc
