//===- ConvShape.h - Sizes and padding of convolutions --------------------===//
//
// Shape inference and lowering read the attributes that convolutions share
// through these functions.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_CONVSHAPE_H
#define ONNXC_DIALECTS_ONNX_CONVSHAPE_H

#include "dialects/onnx/SymbolicShape.h"

namespace onnxc::onnx {

/// The attributes of a convolution, one entry a spatial dimension. `padBegin`
/// and `padEnd` are those of the attribute `pads`, 0 under another `autoPad`.
struct ConvWindow {
  llvm::SmallVector<int64_t> strides, dilations, padBegin, padEnd;
  llvm::StringRef autoPad;

  bool isSame() const { return autoPad.starts_with("SAME"); }

  /// The size of the result in spatial dimension i.
  mlir::AffineExpr getOutputSize(unsigned i, mlir::AffineExpr input,
                                 mlir::AffineExpr kernel) const;
  /// The padding before dimension i where it does not depend on symbols.
  std::optional<int64_t> getPadBegin(unsigned i, mlir::AffineExpr input,
                                     mlir::AffineExpr kernel) const;
};

/// Sums and products of attributes beyond 32 bits could overflow.
mlir::LogicalResult checkWindowValues(std::optional<mlir::Location> loc,
                                      llvm::StringRef attribute,
                                      llvm::ArrayRef<int64_t> values);

/// Reads the attributes for `rank` spatial dimensions; fails with a message
/// where a list has another length or a value makes no sense.
mlir::FailureOr<ConvWindow>
getConvWindow(std::optional<mlir::Location> loc, unsigned rank,
              llvm::StringRef autoPad,
              std::optional<llvm::ArrayRef<int64_t>> strides,
              std::optional<llvm::ArrayRef<int64_t>> dilations,
              std::optional<llvm::ArrayRef<int64_t>> pads);

/// The same of an op whose operands and attributes were verified.
template <typename Op> ConvWindow getConvWindow(Op op, unsigned rank) {
  return *getConvWindow(std::nullopt, rank, op.getAutoPad(), op.getStrides(),
                        op.getDilations(), op.getPads());
}

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_CONVSHAPE_H
