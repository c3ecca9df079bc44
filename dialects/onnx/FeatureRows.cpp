//===- FeatureRows.cpp - Tables of features, a row an example -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/FeatureRows.h"

using namespace mlir;

namespace onnxc::onnx {

LogicalResult checkRows(std::optional<Location> loc, Value x) {
  std::optional<int64_t> rank = getRank(x);
  if (rank && *rank != 1 && *rank != 2)
    return emitOptionalError(
        loc, "X has rank ", *rank,
        "; needed is a table of rows [N, C], or one row [C]");
  return success();
}

AffineExpr getRows(Value x) {
  std::optional<Dims> dims = getDims(x);
  if (!dims || dims->empty())
    return {};
  return dims->size() == 1 ? getConstant(x.getContext(), 1) : dims->front();
}

AffineExpr getColumns(Value x) {
  std::optional<Dims> dims = getDims(x);
  return dims && !dims->empty() ? dims->back() : AffineExpr();
}

LogicalResult checkColumns(std::optional<Location> loc, Value x, int64_t needed,
                           StringRef what) {
  AffineExpr columns = getColumns(x);
  std::optional<int64_t> has = columns ? getConstant(columns) : std::nullopt;
  if (has && *has != needed)
    return emitOptionalError(loc, "X has ", *has, " columns, but ", what,
                             " are for ", needed);
  return success();
}

Value buildRows(GraphBuilder &g, Value x) {
  Type real = g.b.getF32Type();
  if (getElementType(x) != real)
    x = g.cast(x, real);
  return getRank(x) == 1 ? g.reshape(x, {1, -1}) : x;
}

} // namespace onnxc::onnx
