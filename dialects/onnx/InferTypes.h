//===- InferTypes.h - Result types of an op that stands somewhere ---------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_INFERTYPES_H
#define ONNXC_DIALECTS_ONNX_INFERTYPES_H

#include "mlir/Interfaces/InferTypeOpInterface.h"

namespace onnxc::onnx {

/// The types that an op's own inference gives its results, from the operands
/// and attributes that it has now. The results keep theirs.
inline mlir::LogicalResult
inferResultTypes(mlir::InferTypeOpInterface op,
                 llvm::SmallVectorImpl<mlir::Type> &types) {
  return op.inferReturnTypes(op->getContext(), op->getLoc(), op->getOperands(),
                             op->getAttrDictionary(),
                             op->getPropertiesStorage(), op->getRegions(),
                             types);
}

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_INFERTYPES_H
