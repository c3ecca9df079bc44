//===- FeatureOps.cpp - Rows of features scaled, filled and joined --------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/FeatureOps.h"
#include "dialects/onnx/FeatureRows.h"
#include "dialects/onnx/GraphBuilder.h"
#include "dialects/onnx/LogicOps.h"
#include "dialects/onnx/NormalizationOps.h"
#include "dialects/onnx/ReductionOps.h"
#include "dialects/onnx/SizeRequirements.h"
#include "dialects/onnx/SliceOps.h"
#include <cmath>

using namespace mlir;
using namespace onnxc::onnx;

/// One value for all columns, or one for each: the length of X's rows.
static void requireColumns(SizeRequirements &r, Value x, size_t count) {
  std::optional<int64_t> rank = getRank(x);
  if (count != 1 && rank && *rank > 0)
    r.size("X", x, *rank - 1, r.constant(count));
}

/// The shape that broadcasts one value, or one a column, along the last axis.
static SmallVector<int64_t> getRowShape(size_t count) {
  if (count == 1)
    return {};
  return {int64_t(count)};
}

//===----------------------------------------------------------------------===//
// Scaler
//===----------------------------------------------------------------------===//

LogicalResult ScalerOp::inferReturnTypes(MLIRContext *context,
                                         std::optional<Location> loc,
                                         Adaptor adaptor,
                                         SmallVectorImpl<Type> &types) {
  std::optional<ArrayRef<float>> offset = adaptor.getOffset(),
                                 scale = adaptor.getScale();
  if ((offset && offset->empty()) || (scale && scale->empty()))
    return emitOptionalError(loc, "offset and scale must not be empty");
  if (offset && scale && offset->size() != scale->size())
    return emitOptionalError(loc, "has ", offset->size(), " offsets but ",
                             scale->size(), " scales");
  if (getRank(adaptor.getX()) == 0)
    return emitOptionalError(loc, "needs rows of features, not a scalar");
  types.push_back(
      withElementType(adaptor.getX().getType(), Float32Type::get(context)));
  return success();
}

void ScalerOp::requireSizes(SizeRequirements &r) {
  for (std::optional<ArrayRef<float>> values : {getOffset(), getScale()})
    if (values)
      requireColumns(r, getX(), values->size());
}

/// Doubles are rounded once, at the end.
SmallVector<Value> ScalerOp::expand(OpBuilder &b) {
  if (!getRank(getX()))
    return {};
  GraphBuilder g{b, getLoc()};
  Type real = onnxc::onnx::getElementType(getX()).isF64() ? Type(b.getF64Type())
                                                          : b.getF32Type();
  Value y = g.cast(getX(), real);
  if (auto offset = getOffset())
    y = g.sub(y, g.floats(*offset, getRowShape(offset->size()), real));
  if (auto scale = getScale())
    y = g.mul(y, g.floats(*scale, getRowShape(scale->size()), real));
  return {g.cast(y, b.getF32Type())};
}

//===----------------------------------------------------------------------===//
// Imputer
//===----------------------------------------------------------------------===//

LogicalResult ImputerOp::inferReturnTypes(MLIRContext *,
                                          std::optional<Location> loc,
                                          Adaptor adaptor,
                                          SmallVectorImpl<Type> &types) {
  Type element = onnxc::onnx::getElementType(adaptor.getX());
  bool isReal = isa<FloatType>(element);
  auto count = [](auto values) { return values ? values->size() : 0; };
  size_t reals = count(adaptor.getImputedValueFloats()),
         ints = count(adaptor.getImputedValueInt64s());
  if (reals && ints)
    return emitOptionalError(loc, "has imputed_value_floats as well as "
                                  "imputed_value_int64s; one is needed");
  if ((isReal ? reals : ints) == 0)
    return emitOptionalError(
        loc, "X holds ", element, ", so ",
        isReal ? "imputed_value_floats" : "imputed_value_int64s", " is needed");
  if (ints && element.isInteger(32) &&
      llvm::any_of(*adaptor.getImputedValueInt64s(),
                   [](int64_t value) { return !llvm::isInt<32>(value); }))
    return emitOptionalError(
        loc, "an element of imputed_value_int64s does not fit into 32 bits");
  if (getRank(adaptor.getX()) == 0)
    return emitOptionalError(loc, "needs rows of features, not a scalar");
  types.push_back(adaptor.getX().getType());
  return success();
}

void ImputerOp::requireSizes(SizeRequirements &r) {
  if (auto values = getImputedValueFloats(); values && !values->empty())
    requireColumns(r, getX(), values->size());
  if (auto values = getImputedValueInt64s(); values && !values->empty())
    requireColumns(r, getX(), values->size());
}

SmallVector<Value> ImputerOp::expand(OpBuilder &b) {
  if (!getRank(getX()))
    return {};
  GraphBuilder g{b, getLoc()};
  Value x = getX();
  Type element = onnxc::onnx::getElementType(x);
  if (!isa<FloatType>(element)) {
    int64_t replaced = getReplacedValueInt64();
    if (element.isInteger(32) && !llvm::isInt<32>(replaced))
      return {x};
    ArrayRef<int64_t> ints = *getImputedValueInt64s();
    Value values =
        g.cast(g.reshape(g.ints(ints), getRowShape(ints.size())), element);
    Value old =
        g.cast(g.reshape(g.ints(replaced), ArrayRef<int64_t>()), element);
    return {g.select(g.equal(x, old), values, x)};
  }
  ArrayRef<float> floats = *getImputedValueFloats();
  float replaced = getReplacedValueFloat();
  Value isMissing = std::isnan(replaced)
                        ? Value(IsNaNOp::create(b, getLoc(), x))
                        : g.equal(x, g.number(replaced, element));
  Value values = g.floats(floats, getRowShape(floats.size()), element);
  return {g.select(isMissing, values, x)};
}

//===----------------------------------------------------------------------===//
// Normalizer
//===----------------------------------------------------------------------===//

LogicalResult NormalizerOp::inferReturnTypes(MLIRContext *context,
                                             std::optional<Location> loc,
                                             Adaptor adaptor,
                                             SmallVectorImpl<Type> &types) {
  if (!llvm::is_contained({"MAX", "L1", "L2"}, adaptor.getNorm()))
    return emitOptionalError(loc, "norm must be MAX, L1 or L2, not '",
                             adaptor.getNorm(), "'");
  if (failed(checkRows(loc, adaptor.getX())))
    return failure();
  types.push_back(
      withElementType(adaptor.getX().getType(), Float32Type::get(context)));
  return success();
}

SmallVector<Value> NormalizerOp::expand(OpBuilder &b) {
  if (!getRank(getX()))
    return {};
  GraphBuilder g{b, getLoc()};
  Value x = g.cast(getX(), b.getF32Type());
  if (getNorm() != "MAX")
    return {LpNormalizationOp::create(b, getLoc(), x, /*axis=*/-1,
                                      getNorm() == "L1" ? 1 : 2)};
  Value largest =
      ReduceMaxOp::create(b, getLoc(), x, g.ints(-1), /*keepdims=*/1,
                          /*noop_with_empty_axes=*/0);
  Value one = g.number(1, b.getF32Type()), zero = g.number(0, b.getF32Type());
  return {g.div(x, g.select(g.equal(largest, zero), one, largest))};
}

//===----------------------------------------------------------------------===//
// FeatureVectorizer
//===----------------------------------------------------------------------===//

/// The length of an input's rows: what follows the first dimension, if any.
static AffineExpr getRowLength(MLIRContext *context,
                               ArrayRef<AffineExpr> dims) {
  return dims.size() == 1 ? dims.front()
                          : getProduct(context, dims.drop_front());
}

LogicalResult FeatureVectorizerOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  std::optional<ArrayRef<int64_t>> lengths = adaptor.getInputdimensions();
  if (adaptor.getX().empty())
    return emitOptionalError(loc, "needs at least one input");
  if (lengths && lengths->size() != adaptor.getX().size())
    return emitOptionalError(loc, "has ", adaptor.getX().size(), " inputs but ",
                             lengths->size(), " inputdimensions");
  if (lengths && llvm::any_of(*lengths, [](int64_t n) { return n < 0; }))
    return emitOptionalError(loc, "a size of inputdimensions is negative");
  Type element = Float32Type::get(context);
  AffineExpr rows, columns = onnxc::onnx::getConstant(context, 0);
  for (auto [i, input] : llvm::enumerate(adaptor.getX())) {
    std::optional<Dims> dims = getDims(input);
    if (!dims) {
      types.push_back(getUnrankedType(element));
      return success();
    }
    if (dims->empty())
      return emitOptionalError(loc, "needs rows of features, not a scalar");
    if (!rows)
      rows = dims->size() == 1 ? onnxc::onnx::getConstant(context, 1)
                               : dims->front();
    columns =
        columns + (lengths ? onnxc::onnx::getConstant(context, (*lengths)[i])
                           : getRowLength(context, *dims));
  }
  types.push_back(getTensorType({rows, columns}, element));
  return success();
}

/// Where an input's length is free, and the attribute says one, it is that.
void FeatureVectorizerOp::requireSizes(SizeRequirements &r) {
  std::optional<ArrayRef<int64_t>> lengths = getInputdimensions();
  if (!lengths)
    return;
  for (auto [input, length] : llvm::zip(getX(), *lengths)) {
    std::optional<Dims> dims = getDims(input);
    if (!dims)
      continue;
    AffineExpr columns = getRowLength(getContext(), *dims);
    if (!onnxc::onnx::getConstant(columns))
      r.equal(columns, r.constant(length), "the length of a row");
  }
}

SmallVector<Value> FeatureVectorizerOp::expand(OpBuilder &b) {
  std::optional<Dims> to = getDims(getY());
  if (!to)
    return {};
  GraphBuilder g{b, getLoc()};
  Type element = b.getF32Type();
  std::optional<ArrayRef<int64_t>> lengths = getInputdimensions();
  SmallVector<Value> parts;
  for (auto [i, input] : llvm::enumerate(getX())) {
    Dims dims = *getDims(input);
    AffineExpr columns = getRowLength(getContext(), dims);
    AffineExpr rows = dims.size() == 1
                          ? onnxc::onnx::getConstant(getContext(), 1)
                          : dims.front();
    Value part = g.reshape(g.cast(input, element), g.dims({rows, columns}));
    std::optional<int64_t> known = onnxc::onnx::getConstant(columns);
    if (lengths && known && (*lengths)[i] < *known)
      part = g.slice(part, g.ints(0), g.ints((*lengths)[i]), 1);
    if (lengths && known && (*lengths)[i] > *known)
      part = PadOp::create(b, getLoc(), part,
                           g.ints({0, 0, 0, (*lengths)[i] - *known}), Value(),
                           Value(), "constant");
    parts.push_back(part);
  }
  return {g.reshape(g.concat(parts, 1), g.dims(*to))};
}

//===----------------------------------------------------------------------===//
// ArrayFeatureExtractor
//===----------------------------------------------------------------------===//

LogicalResult ArrayFeatureExtractorOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  Type element = onnxc::onnx::getElementType(adaptor.getX());
  std::optional<Dims> dims = getDims(adaptor.getX()),
                      indices = getDims(adaptor.getY());
  if (!dims || !indices) {
    types.push_back(getUnrankedType(element));
    return success();
  }
  if (dims->empty())
    return emitOptionalError(loc, "needs rows of features, not a scalar");
  if (dims->size() == 1)
    dims->insert(dims->begin(), onnxc::onnx::getConstant(context, 1));
  dims->back() = getProduct(context, *indices);
  types.push_back(getTensorType(*dims, element));
  return success();
}

SmallVector<Value> ArrayFeatureExtractorOp::expand(OpBuilder &b) {
  std::optional<int64_t> rank = getRank(getX());
  std::optional<Dims> to = getDims(getZ());
  if (!rank || !to)
    return {};
  GraphBuilder g{b, getLoc()};
  Value columns = g.reshape(getY(), {-1});
  Value z = g.gather(getX(), columns, *rank - 1);
  return {*rank == 1 ? g.reshape(z, g.dims(*to)) : z};
}
