//===- ReportSizes.h - The sizes that a report is drawn for ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_REPORT_REPORTSIZES_H
#define ONNXC_COMPILER_REPORT_REPORTSIZES_H

#include "codegen/ModelInterface.h"
#include "compiler/Options.h"

namespace onnxc {

/// A value for each symbol of @main.
class ReportSizes {
public:
  struct Size {
    std::string name;
    /// None where only a run knows.
    std::optional<int64_t> value;
    /// given (--report-dim), bound (its largest), assumed, or data.
    llvm::StringRef source;
  };

  /// Fails where --report-dim names what the model has not, or a size beyond
  /// the bounds that it was compiled for, or where one of `dims`, the sizes of
  /// tensors, is negative. What nobody gives is assumed to be as small as
  /// leaves no tensor without elements.
  static llvm::Expected<ReportSizes>
  create(const Options &options, const ModelInterface &model,
         llvm::ArrayRef<mlir::AffineExpr> dims);

  llvm::ArrayRef<Size> getSizes() const { return sizes; }
  /// None where a size is not known, or for a null expression.
  std::optional<int64_t> evaluate(mlir::AffineExpr expr) const;
  /// With the symbols' names.
  std::string print(mlir::AffineExpr expr) const;

private:
  void assumeSizes(llvm::ArrayRef<mlir::AffineExpr> dims);
  size_t countBelow(int64_t least, llvm::ArrayRef<mlir::AffineExpr> dims) const;

  std::vector<Size> sizes;
};

} // namespace onnxc

#endif // ONNXC_COMPILER_REPORT_REPORTSIZES_H
