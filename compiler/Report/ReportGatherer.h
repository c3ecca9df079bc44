//===- ReportGatherer.h - Looks on while a model is compiled --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_REPORT_REPORTGATHERER_H
#define ONNXC_COMPILER_REPORT_REPORTGATHERER_H

#include "compiler/Report/ReportFacts.h"
#include "mlir/Pass/PassManager.h"
#include <mutex>

namespace onnxc {

/// Reads the IR where it tells what a report says: around shape inference, when
/// the graph is cut into kernels, before @main becomes the entry point. It
/// changes nothing, so that the code is the same with a report and without.
class ReportGatherer {
public:
  /// Listens to the context's remarks from now on.
  explicit ReportGatherer(mlir::MLIRContext &context);
  ~ReportGatherer();

  /// Another CPU's turn: what is known of the one before is forgotten.
  void begin() { facts = {}; }
  /// To be called for each phase's pass manager.
  void watch(mlir::PassManager &pm);
  /// After the graph phase: its kernels have their ops.
  void readKernels(mlir::ModuleOp module);
  const ReportFacts &getFacts() const { return facts; }

private:
  class Observer;
  class Listener;

  void readNodes(mlir::func::FuncOp main);
  void countMacs(mlir::func::FuncOp main);
  void addRemark(RemarkFacts remark);

  mlir::MLIRContext &context;
  ReportFacts facts;
  /// Remarks come from many threads.
  std::mutex mutex;
  /// Constants are computed by code that is compiled meanwhile, and not the
  /// model's.
  std::atomic<bool> isFolding = false;
};

/// ReadPlan.cpp: @main before it becomes the entry point.
PlanFacts readPlanFacts(mlir::ModuleOp module, mlir::func::FuncOp main);

} // namespace onnxc

#endif // ONNXC_COMPILER_REPORT_REPORTGATHERER_H
