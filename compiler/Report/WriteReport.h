//===- WriteReport.h - Where a model's time and memory go -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_REPORT_WRITEREPORT_H
#define ONNXC_COMPILER_REPORT_WRITEREPORT_H

#include "compiler/Report/ReportFacts.h"
#include "compiler/WriteOutputs.h"

namespace onnxc {

/// What a report is written from.
struct ReportSources {
  const Options &options;
  const CompiledModel &compiled;
  const EmittedCode &emitted;
  const ReportFacts &facts;
};

/// Writes the report as JSON, or as a page that has the JSON in it and draws
/// from it, into each of the files, which are open. docs/reports.md describes
/// the fields.
llvm::Error writeReports(const ReportSources &sources,
                         llvm::ArrayRef<OutputFile *> files);

/// What became slower than it could be, with what the plan adds: which nodes
/// ask the allocator, and what a device leaves to its host.
std::vector<RemarkFacts> listRemarks(const ReportFacts &facts,
                                     const ModelInterface &model,
                                     mlir::MLIRContext *context);

/// --remarks: a line each.
void printRemarks(llvm::ArrayRef<RemarkFacts> remarks, llvm::raw_ostream &os);

} // namespace onnxc

#endif // ONNXC_COMPILER_REPORT_WRITEREPORT_H
