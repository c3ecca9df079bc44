//===- CheckNumber.h - Operands that are one number -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_CHECKNUMBER_H
#define ONNXC_DIALECTS_ONNX_CHECKNUMBER_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Value.h"

namespace onnxc::onnx {

/// An axis, a length or the like, which may be absent. What is built of it
/// takes it for a scalar, or a list of one.
inline mlir::LogicalResult checkNumber(std::optional<mlir::Location> loc,
                                       mlir::Value number,
                                       llvm::StringRef name) {
  auto type = number ? mlir::dyn_cast<mlir::RankedTensorType>(number.getType())
                     : mlir::RankedTensorType();
  if (!type || !type.hasStaticShape() || type.getNumElements() == 1)
    return mlir::success();
  return mlir::emitOptionalError(loc, name, " has to be one number, not ",
                                 type.getNumElements());
}

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_CHECKNUMBER_H
