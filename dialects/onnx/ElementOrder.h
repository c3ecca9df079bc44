//===- ElementOrder.h - Elements of small tensors, row-major --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_ELEMENTORDER_H
#define ONNXC_DIALECTS_ONNX_ELEMENTORDER_H

#include "dialects/onnx/SymbolicShape.h"

namespace onnxc::onnx {

/// Where the element at `index` is in a tensor of this static shape.
inline int64_t getPlace(llvm::ArrayRef<int64_t> shape,
                        llvm::ArrayRef<int64_t> index) {
  int64_t place = 0;
  for (auto [size, i] : llvm::zip(shape, index))
    place = place * size + i;
  return place;
}

/// The elements of a tensor of this static type, each given by its index; none
/// when one is. For ShapeArithmeticOp::evaluate of ops that move elements.
inline std::optional<Dims> collectElements(
    mlir::Type type,
    llvm::function_ref<std::optional<mlir::AffineExpr>(llvm::ArrayRef<int64_t>)>
        element) {
  llvm::ArrayRef<int64_t> shape =
      llvm::cast<mlir::RankedTensorType>(type).getShape();
  llvm::SmallVector<int64_t> index(shape.size(), 0);
  Dims result;
  for (int64_t count = mlir::ShapedType::getNumElements(shape); count;
       --count) {
    std::optional<mlir::AffineExpr> value = element(index);
    if (!value)
      return std::nullopt;
    result.push_back(*value);
    for (int64_t d = shape.size() - 1; d >= 0 && ++index[d] == shape[d]; --d)
      index[d] = 0;
  }
  return result;
}

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_ELEMENTORDER_H
