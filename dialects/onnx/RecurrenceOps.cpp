//===- RecurrenceOps.cpp - Attention as a recurrence ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/RecurrenceOps.h"
#include "dialects/onnx/Cost.h"
#include "dialects/onnx/SizeRequirements.h"

using namespace mlir;
using namespace onnxc::onnx;

LogicalResult LinearRecurrenceOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  Type element = Float32Type::get(context);
  types.assign(3, getUnrankedType(element));
  std::optional<Dims> query = getDims(adaptor.getQuery()),
                      value = getDims(adaptor.getValue()),
                      state = getDims(adaptor.getState());
  if (!query || !value || !state)
    return success();
  if (query->size() != 3 || value->size() != 3 || state->size() != 4)
    return emitOptionalError(loc, "operands are of other ranks");
  std::optional<int64_t> queries = getConstant((*query)[1]),
                         heads = getConstant((*value)[1]);
  if (!queries || !heads || *queries <= 0 || *heads <= 0 ||
      (*queries % *heads != 0 && *heads % *queries != 0))
    return emitOptionalError(loc, "the numbers of heads of queries and of "
                                  "values are no multiples of each other");
  AffineExpr most = getConstant(context, std::max(*queries, *heads));
  types.assign({getTensorType({(*query)[0], most, (*value)[2]}, element),
                getTensorType(*state, element),
                getTensorType(*value, element)});
  return success();
}

void LinearRecurrenceOp::requireSizes(SizeRequirements &r) {
  r.rank("key", getKey(), 3);
  r.rank("starts", getStarts(), 1);
  std::optional<Dims> query = getDims(getQuery()), key = getDims(getKey()),
                      value = getDims(getValue()),
                      starts = getDims(getStarts());
  if (!query || query->size() != 3 || !key || key->size() != 3 || !value ||
      value->size() != 3 || !starts || starts->size() != 1)
    return;
  AffineExpr tokens = (*query)[0], heads = (*value)[1], rows = (*query)[2];
  std::optional<int64_t> keys = onnxc::onnx::getConstant((*key)[1]),
                         count = onnxc::onnx::getConstant(heads);
  if (!keys || !count || *keys <= 0 || *count % *keys != 0)
    r.fail("the number of its heads is no multiple of the heads of keys");
  r.equal((*key)[0], tokens, "the number of keys");
  r.equal((*key)[2], rows, "the size of a key");
  r.equal((*value)[0], tokens, "the number of values");
  r.shape("state", getState(),
          {simplify(starts->front() - 1), heads, rows, (*value)[2]});
  if (getBeta())
    r.shape("beta", getBeta(), {tokens, heads});
  if (std::optional<Dims> decay =
          getDecay() ? getDims(getDecay()) : std::nullopt) {
    r.rank("decay", getDecay(), 3);
    if (decay->size() == 3 && decay->back() != r.constant(1))
      r.shape("decay", getDecay(), {tokens, heads, rows});
    else if (decay->size() == 3)
      r.shape("decay", getDecay(), {tokens, heads, r.constant(1)});
  }
}

AffineExpr LinearRecurrenceOp::getMacs() {
  AffineExpr perToken =
      multiply(getDim(getQuery(), 2), getNumElements(getValue()));
  return multiply(perToken, onnxc::onnx::getConstant(getContext(), 3));
}
