//===- Tasks.cpp - Parts of a contraction that run on their own -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Loops/Tasks.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace onnxc;

void onnxc::buildTasks(VectorBuilder &v, ArrayRef<Value> sizes,
                       function_ref<void(ValueRange)> body) {
  SmallVector<OpFoldResult> bounds;
  for (Value size : sizes)
    bounds.push_back(getAsOpFoldResult(size));
  auto forall =
      scf::ForallOp::create(v.b, v.loc, bounds, ValueRange(), std::nullopt);
  OpBuilder::InsertionGuard guard(v.b);
  v.b.setInsertionPoint(forall.getTerminator());
  body(forall.getInductionVars());
}

Parts onnxc::getParts(VectorBuilder &v, Value range, const Cut &cut) {
  return {cut.count ? v.index(*cut.count) : v.ceilDiv(range, cut.size),
          cut.size};
}

Value onnxc::getPart(VectorBuilder &v, Value range, const Parts &parts,
                     Value from) {
  std::optional<int64_t> constant = getConstantIntValue(range);
  if (constant && *constant % parts.size == 0 && *constant > 0)
    return v.index(parts.size);
  if (constant && *constant < parts.size)
    return range;
  return v.min(v.index(parts.size), v.sub(range, from));
}

SmallVector<Value> onnxc::beginSums(VectorBuilder &v, Value isFirst, Type type,
                                    size_t count,
                                    function_ref<Value(size_t)> load) {
  SmallVector<Value> sums(count, v.zero(type));
  if (!isFirst)
    return sums;
  SmallVector<Type> types(count, v.vectorType(type));
  auto op = scf::IfOp::create(v.b, v.loc, types, isFirst,
                              /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(v.b);
  v.b.setInsertionPointToStart(op.thenBlock());
  scf::YieldOp::create(v.b, v.loc, sums);
  v.b.setInsertionPointToStart(op.elseBlock());
  for (size_t i = 0; i < count; ++i)
    sums[i] = load(i);
  scf::YieldOp::create(v.b, v.loc, sums);
  return SmallVector<Value>(op.getResults());
}

void onnxc::endSums(VectorBuilder &v, Value isLast,
                    function_ref<void(bool)> store) {
  if (!isLast)
    return store(true);
  auto op = scf::IfOp::create(v.b, v.loc, isLast, /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(v.b);
  v.b.setInsertionPoint(op.thenBlock()->getTerminator());
  store(true);
  v.b.setInsertionPoint(op.elseBlock()->getTerminator());
  store(false);
}
