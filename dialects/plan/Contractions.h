//===- Contractions.h - Ops that multiply and add, as they are marked -----===//
//
// A matrix product or convolution is a linalg.generic that carries what its
// loops alone would not say. Whoever builds one sets the attribute, emitters
// for CPUs and devices read it; an op that nobody takes runs as plain loops.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_PLAN_CONTRACTIONS_H
#define ONNXC_DIALECTS_PLAN_CONTRACTIONS_H

#include "dialects/plan/PlanAttrs.h"

namespace onnxc {

inline bool isContraction(mlir::Operation *op) {
  return plan::attrs::Contraction::isOn(op);
}
/// Null where the op is none.
inline plan::ProductAttr getProduct(mlir::Operation *op) {
  return op->getAttrOfType<plan::ProductAttr>(
      plan::attrs::Contraction::getName());
}
/// Null where the op is none; it may be of plain or of blocked tensors.
inline plan::ConvolutionAttr getConvolution(mlir::Operation *op) {
  return op->getAttrOfType<plan::ConvolutionAttr>(
      plan::attrs::Contraction::getName());
}
/// Null where the op is none of plain tensors.
inline plan::ConvolutionAttr getPlainConvolution(mlir::Operation *op) {
  plan::ConvolutionAttr conv = getConvolution(op);
  return conv && !conv.getBlocks() ? conv : plan::ConvolutionAttr();
}
inline void setContraction(mlir::Operation *op, mlir::Attribute contraction) {
  plan::attrs::Contraction::set(op, contraction);
}

} // namespace onnxc

#endif // ONNXC_DIALECTS_PLAN_CONTRACTIONS_H
