//===- DeterminantOps.cpp - Determinants of matrices ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/DeterminantOps.h"
#include "dialects/onnx/SizeRequirements.h"

using namespace mlir;
using namespace onnxc::onnx;

LogicalResult DetOp::inferReturnTypes(MLIRContext *,
                                      std::optional<Location> loc,
                                      Adaptor adaptor,
                                      SmallVectorImpl<Type> &types) {
  Type element = onnxc::onnx::getElementType(adaptor.getX());
  std::optional<Dims> dims = getDims(adaptor.getX());
  if (!dims) {
    types.push_back(getUnrankedType(element));
    return success();
  }
  if (dims->size() < 2)
    return emitOptionalError(loc, "needs matrices, not rank ", dims->size());
  std::optional<int64_t> rows = getConstant(dims->end()[-2]),
                         columns = getConstant(dims->end()[-1]);
  if (rows && columns && *rows != *columns)
    return emitOptionalError(loc, "needs square matrices, not ", *rows, " by ",
                             *columns);
  types.push_back(getTensorType(ArrayRef(*dims).drop_back(2), element));
  return success();
}

void DetOp::requireSizes(SizeRequirements &r) {
  if (std::optional<Dims> dims = getDims(getX()))
    r.equal(dims->back(), (*dims)[dims->size() - 2],
            "the last size of its matrices");
}
