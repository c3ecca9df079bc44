//===- ReshapeTo.cpp - Integers and reshapes over symbolic sizes ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Graph/ReshapeTo.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/ShapeOps.h"

using namespace mlir;
using namespace onnxc::onnx;

Value onnxc::buildInts(OpBuilder &b, Location loc, ArrayRef<AffineExpr> ints) {
  SmallVector<int64_t> constants;
  for (AffineExpr expr : ints)
    if (std::optional<int64_t> constant = onnx::getConstant(expr))
      constants.push_back(*constant);
  if (constants.size() == ints.size())
    return ConstantOp::create(b, loc, constants);
  auto type = RankedTensorType::get(int64_t(ints.size()), b.getI64Type());
  return DimsOp::create(b, loc, type, DimsAttr::get(b.getContext(), ints));
}

Value onnxc::reshapeTo(OpBuilder &b, Location loc, Value value,
                       ArrayRef<AffineExpr> dims) {
  auto op = ReshapeOp::create(b, loc, value, buildInts(b, loc, dims),
                              /*allowzero=*/1);
  op.getReshaped().setType(getTensorType(dims, getElementType(value)));
  return op;
}

Value onnxc::alignChannels(OpBuilder &b, Location loc, Value vector,
                           int64_t ones) {
  Dims shape(ones + 1, onnx::getConstant(b.getContext(), 1));
  shape[0] = getDims(vector)->front();
  if (std::optional<int64_t> channels = onnx::getConstant(shape[0])) {
    SmallVector<int64_t> sizes(ones + 1, 1);
    sizes[0] = *channels;
    return ReshapeOp::create(b, loc, vector, ConstantOp::create(b, loc, sizes));
  }
  return reshapeTo(b, loc, vector, shape);
}
