//===- BlockedWeights.cpp - Constants in the order of blocked ops ---------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Graph/BlockedWeights.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/LayoutOps.h"
#include "dialects/onnx/ShapeOps.h"
#include "dialects/onnx/SliceOps.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

Value onnxc::blockWeights(OpBuilder &b, Location loc, Value weights,
                          int64_t lanes, int64_t inner, int64_t group,
                          bool isDepthwise) {
  SmallVector<int64_t> w(cast<RankedTensorType>(weights.getType()).getShape());
  unsigned spatial = w.size() - 2;
  SmallVector<int64_t> cut = {w[0] / lanes, lanes}, order;
  if (isDepthwise) {
    // [F/f, f, k...] -> [F/f, k..., f]
    cut.append(w.begin() + 2, w.end());
    order = {0};
    for (unsigned i = 0; i < spatial; ++i)
      order.push_back(2 + i);
    order.push_back(1);
  } else if (group > 1 && inner == 1) {
    // [F/f, f, C, k..., K/g, g] -> [F/f, C, k..., K/g, 1, f, g]
    cut.append(w.begin() + 1, w.end() - 1);
    cut.append({w.back() / group, group, 1});
    order = {0};
    for (unsigned i = 0; i < spatial + 1; ++i)
      order.push_back(2 + i);
    order.append({4 + spatial, 1, 3 + spatial});
  } else {
    // [F/f, f, C/i, i/g, g, k...] -> [F/f, C/i, k..., i/g, f, g]
    cut.append({w[1] / inner, inner / group, group});
    cut.append(w.begin() + 2, w.end());
    order = {0, 2};
    for (unsigned i = 0; i < spatial; ++i)
      order.push_back(5 + i);
    order.append({3, 1});
    if (group > 1)
      order.push_back(4);
    else
      cut.erase(cut.begin() + 4);
    if (group == 1)
      for (int64_t &dim : order)
        dim -= dim > 4;
  }
  Value parts =
      ReshapeOp::create(b, loc, weights, ConstantOp::create(b, loc, cut));
  return TransposeOp::create(b, loc, parts, b.getDenseI64ArrayAttr(order));
}

Value onnxc::appendZeros(OpBuilder &b, Location loc, Value weights, int64_t dim,
                         int64_t size) {
  auto type = cast<RankedTensorType>(weights.getType());
  SmallVector<int64_t> shape(type.getShape());
  if (shape[dim] == size)
    return weights;
  shape[dim] = size - shape[dim];
  auto zeros = RankedTensorType::get(shape, type.getElementType());
  Value none = ConstantOp::create(
      b, loc, zeros,
      DenseElementsAttr::get(zeros, b.getZeroAttr(type.getElementType())));
  return ConcatOp::create(b, loc, ValueRange{weights, none}, dim);
}

Value onnxc::onesLike(OpBuilder &b, Location loc, Value weights,
                      int64_t filters) {
  auto type = cast<RankedTensorType>(weights.getType());
  SmallVector<int64_t> shape(type.getShape());
  shape[0] = filters;
  auto ones = RankedTensorType::get(shape, type.getElementType());
  return ConstantOp::create(
      b, loc, ones,
      DenseElementsAttr::get(ones, b.getIntegerAttr(type.getElementType(), 1)));
}
