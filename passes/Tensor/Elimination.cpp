//===- Elimination.cpp - What eliminations of matrices share --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Tensor/Elimination.h"

using namespace mlir;
using namespace onnxc;

FailureOr<SquareMatrices>
onnxc::getSquareMatrices(ConversionPatternRewriter &rewriter, Operation *op,
                         Value onnxX) {
  Type type = onnx::getElementType(onnxX);
  if (!isComputable(type) || !isa<FloatType>(type))
    return rewriter.notifyMatchFailure(op, refuseElements(type));
  SmallVector<OpFoldResult> all = getSizes(rewriter, op, onnxX);
  return SquareMatrices{type,
                        SmallVector<OpFoldResult>(ArrayRef(all).drop_back(2)),
                        SmallVector<OpFoldResult>(ArrayRef(all).take_back(2))};
}

Value onnxc::findPivot(const TensorBuilder &v, Value column, Value size,
                       Value matrix) {
  Value first = v.abs(v.extract(matrix, {column, column}));
  auto body = [&](ValueRange i, ValueRange best) -> SmallVector<Value> {
    Value x = v.abs(v.extract(matrix, {i[0], column}));
    Value isLarger = v.gt(x, best[0]);
    return {v.select(isLarger, x, best[0]), v.select(isLarger, i[0], best[1])};
  };
  return v.loops(v.add(column, 1), size, {first, column}, body)[1];
}
