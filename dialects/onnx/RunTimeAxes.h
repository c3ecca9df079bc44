//===- RunTimeAxes.h - Axes that are known at run time only ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_RUNTIMEAXES_H
#define ONNXC_DIALECTS_ONNX_RUNTIMEAXES_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/Value.h"

namespace onnxc::onnx {

/// The data with each dimension split into one that stays and one that the
/// axes (1-D) name, of which one has its size and the other is 1.
struct SplitAxes {
  /// Has twice the rank: one that stays, one that is named, and so on.
  mlir::Value data;
  /// The sizes of the dimensions that are not named, in their order; null when
  /// the number of axes is not known.
  mlir::Value unnamedSizes;
};
SplitAxes splitAxes(mlir::OpBuilder &b, mlir::Location loc, mlir::Value data,
                    mlir::Value axes, bool emptyNamesAll);

/// The data as [before, axis, after], for one axis (a scalar, or one element).
mlir::Value isolateAxis(mlir::OpBuilder &b, mlir::Location loc,
                        mlir::Value data, mlir::Value axis);

/// Pads, two lists of a value for each axis after each other, as two lists of
/// one for each dimension; 0 for those that no axis names.
mlir::Value spreadOverAxes(mlir::OpBuilder &b, mlir::Location loc,
                           mlir::Value pads, mlir::Value axes, int64_t rank);

/// What Slice gives; axes and steps may be null. The number of starts may be
/// free.
mlir::Value sliceAlongAxes(mlir::OpBuilder &b, mlir::Location loc,
                           mlir::Value data, mlir::Value starts,
                           mlir::Value ends, mlir::Value axes,
                           mlir::Value steps);

/// The data with sizes of 1 inserted, as Unsqueeze does; the number of axes is
/// known.
mlir::Value insertAxes(mlir::OpBuilder &b, mlir::Location loc, mlir::Value data,
                       mlir::Value axes, int64_t number);

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_RUNTIMEAXES_H
