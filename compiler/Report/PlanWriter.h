//===- PlanWriter.h - Kernels, tensors and the arena in a report ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_REPORT_PLANWRITER_H
#define ONNXC_COMPILER_REPORT_PLANWRITER_H

#include "compiler/Report/KernelMacs.h"
#include "compiler/Report/WriteReport.h"
#include "llvm/Support/JSON.h"

namespace onnxc {

/// An attribute that is null where the value is not known.
void writeOptional(llvm::json::OStream &json, llvm::StringRef name,
                   std::optional<int64_t> value);

/// Writes the host's plan first, then those of a device's parts. Rows and
/// tensors are numbered through all of them.
class PlanWriter {
public:
  struct Sources {
    const ReportSources &from;
    const ReportSizes &sizes;
    const KernelMacs &macs;
    const std::vector<RemarkFacts> &remarks;
  };

  PlanWriter(Sources sources, llvm::json::OStream &json);

  /// The attribute `plans`.
  void write();
  /// Sums over all kernels, and the host's arena, into the object around.
  void writeTotals();
  /// What became of a node of the model: the attributes `fate` and `rows`.
  void writeFate(llvm::StringRef node);
  /// The attribute `rows` of a remark.
  void writeRowsOfRemark(size_t remark);

private:
  const ReportSources &from;
  const ReportSizes &sizes;
  const KernelMacs &macs;
  llvm::json::OStream &json;
  std::vector<const PlanFacts *> plans;
  llvm::DenseMap<const RowFacts *, int64_t> numbers;
  llvm::DenseMap<const PlanFacts *, int64_t> firstTensors;
  /// Rows of each remark, and the other way round.
  std::vector<llvm::SmallVector<int64_t>> rowsOfRemark;
  llvm::DenseMap<int64_t, llvm::SmallVector<int64_t>> remarksOfRow;
  /// By the kernel's name: bytes of code, and the largest frame.
  llvm::StringMap<int64_t> codeBytes, frameBytes;
  llvm::StringMap<std::optional<uint64_t>> stackBytes;
  /// What is no kernel's row, by the node's name.
  llvm::StringMap<llvm::StringRef> fates;
  llvm::StringMap<llvm::SmallVector<int64_t>> rowsOfNode;

  void findRemarks(const std::vector<RemarkFacts> &remarks);
  void findCode();
  void findFates();
  llvm::StringRef getName(const PlanFacts &plan,
                          const TensorFacts &tensor) const;
  std::string getKernelOf(llvm::StringRef function) const;
  void writeRow(const RowFacts &row, const PlanFacts &plan);
  void writeCosts(const RowFacts &row);
  void writeOperands(llvm::StringRef name, const PlanFacts &plan,
                     llvm::ArrayRef<OperandFacts> operands);
  void writeTensors(const PlanFacts &plan);
  void writeArena(const PlanFacts &plan);
  void writeShape(llvm::ArrayRef<mlir::AffineExpr> dims);
  void writeSize(llvm::StringRef name, mlir::AffineExpr expr);
};

} // namespace onnxc

#endif // ONNXC_COMPILER_REPORT_PLANWRITER_H
