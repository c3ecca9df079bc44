//===- GradientRules.h - What each op hands on of a derivative ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_GRADIENTRULES_H
#define ONNXC_DIALECTS_ONNX_GRADIENTRULES_H

#include "dialects/onnx/GraphBuilder.h"

namespace onnxc::onnx {

/// One op on the way back from y: the derivatives with respect to its results
/// are known (null for what y does not depend on), those with respect to its
/// operands are asked for. All types of the op are inferred.
struct GradientStep {
  GraphBuilder g;
  mlir::Operation *op;
  llvm::SmallVector<mlir::Value> results;
  /// Of each operand whether it is needed, and what the rule gives.
  llvm::SmallVector<bool> isNeeded;
  llvm::SmallVector<mlir::Value> operands;

  mlir::Value result() const { return results.front(); }
  mlir::Value operand(unsigned i) const { return op->getOperand(i); }
  bool needs(unsigned i) const { return i < isNeeded.size() && isNeeded[i]; }
  /// Hands on a value of the result's shape, summed up where operand i was
  /// broadcast to it.
  void give(unsigned i, mlir::Value ofResult);
  /// Hands on a value of operand i's shape.
  void giveWhole(unsigned i, mlir::Value gradient) { operands[i] = gradient; }
  mlir::Value number(double value) const;

  /// The sum over the dimensions in which `to` is broadcast to `from`; null,
  /// with an error, where free sizes do not tell.
  mlir::Value sumTo(mlir::Value x, const Dims &from, const Dims &to);

  /// Why a form of the op is refused: "OP, " and this.
  std::string error;
};

/// Each gives false where the op, or a form of it, is not one of its own.
/// GradientElements.cpp
bool differentiateElements(GradientStep &step);
/// GradientShapes.cpp
bool differentiateShapes(GradientStep &step);
/// GradientSums.cpp
bool differentiateSums(GradientStep &step);

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_GRADIENTRULES_H
