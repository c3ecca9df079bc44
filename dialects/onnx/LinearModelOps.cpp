//===- LinearModelOps.cpp - Linear regression and classification ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/LinearModelOps.h"
#include "dialects/onnx/ClassScores.h"
#include "dialects/onnx/FeatureRows.h"

using namespace mlir;
using namespace onnxc::onnx;

/// Coefficients lie function after function. Reports a number of them that is
/// not as many for each, or not as many as X has columns.
static LogicalResult checkCoefficients(std::optional<Location> loc, Value x,
                                       size_t coefficients, size_t functions) {
  if (coefficients == 0 || coefficients % functions != 0)
    return emitOptionalError(loc, "has ", coefficients, " coefficients for ",
                             functions, " linear functions of the columns");
  return checkColumns(loc, x, coefficients / functions, "the coefficients");
}

/// X coefficients^T + intercepts: [N, functions].
static Value buildFunctions(GraphBuilder &g, Value x,
                            ArrayRef<float> coefficients,
                            std::optional<ArrayRef<float>> intercepts,
                            int64_t functions) {
  int64_t columns = coefficients.size() / functions;
  SmallVector<float> transposed(coefficients.size());
  for (int64_t i = 0; i < functions; ++i)
    for (int64_t k = 0; k < columns; ++k)
      transposed[k * functions + i] = coefficients[i * columns + k];
  Type real = g.b.getF32Type();
  Value y = g.matmul(buildRows(g, x),
                     g.floats(transposed, {columns, functions}, real));
  if (intercepts && !intercepts->empty())
    y = g.add(y, g.floats(*intercepts, {functions}, real));
  return y;
}

//===----------------------------------------------------------------------===//
// LinearRegressor
//===----------------------------------------------------------------------===//

LogicalResult LinearRegressorOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  int64_t targets = adaptor.getTargets();
  if (!adaptor.getCoefficients())
    return emitOptionalError(loc, "has no coefficients");
  if (targets < 1)
    return emitOptionalError(loc, "has ", targets, " targets");
  if (failed(checkPostTransform(loc, adaptor.getPostTransform())) ||
      failed(checkRows(loc, adaptor.getX())) ||
      failed(checkCoefficients(loc, adaptor.getX(),
                               adaptor.getCoefficients()->size(), targets)))
    return failure();
  std::optional<ArrayRef<float>> intercepts = adaptor.getIntercepts();
  if (intercepts && !intercepts->empty() &&
      int64_t(intercepts->size()) != targets)
    return emitOptionalError(loc, "has ", intercepts->size(),
                             " intercepts but ", targets, " targets");
  Type element = Float32Type::get(context);
  AffineExpr rows = getRows(adaptor.getX());
  types.push_back(
      rows ? getTensorType({rows, onnxc::onnx::getConstant(context, targets)},
                           element)
           : getUnrankedType(element));
  return success();
}

SmallVector<Value> LinearRegressorOp::expand(OpBuilder &b) {
  if (!getRank(getX()))
    return {};
  GraphBuilder g{b, getLoc()};
  Value y = buildFunctions(g, getX(), *getCoefficients(), getIntercepts(),
                           getTargets());
  if (getTargets() == 1 && getPostTransform() != "PROBIT")
    return {y};
  return {transformScores(g, y, getPostTransform())};
}

//===----------------------------------------------------------------------===//
// LinearClassifier
//===----------------------------------------------------------------------===//

/// How many linear functions there are: an intercept each, else one for each
/// label, or one for two labels where X has as many columns as coefficients.
template <typename Classifier>
static int64_t countFunctions(Classifier op, const ClassLabels &labels) {
  std::optional<ArrayRef<float>> intercepts = op.getIntercepts();
  if (intercepts && !intercepts->empty())
    return intercepts->size();
  AffineExpr columns = getColumns(op.getX());
  std::optional<int64_t> count =
      columns ? onnxc::onnx::getConstant(columns) : std::nullopt;
  if (labels.size() == 2 && count == int64_t(op.getCoefficients().size()))
    return 1;
  return labels.size();
}

template <typename Classifier> static ClassLabels getLabels(Classifier op) {
  return {op.getClasslabelsInts(), op.getClasslabelsStrings()};
}

LogicalResult LinearClassifierOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  ClassLabels labels = getLabels(adaptor);
  if (failed(labels.check(loc)) ||
      failed(checkPostTransform(loc, adaptor.getPostTransform())) ||
      failed(checkRows(loc, adaptor.getX())))
    return failure();
  int64_t functions = countFunctions(adaptor, labels);
  bool isBinary = functions == 1 && labels.size() == 2;
  if (!isBinary && int64_t(labels.size()) != functions)
    return emitOptionalError(loc, "has ", labels.size(), " labels for ",
                             functions, " linear functions");
  if (failed(checkCoefficients(loc, adaptor.getX(),
                               adaptor.getCoefficients().size(), functions)))
    return failure();
  Type label = labels.getElementType(context);
  Type real = Float32Type::get(context);
  AffineExpr rows = getRows(adaptor.getX());
  if (!rows) {
    types.append({getUnrankedType(label), getUnrankedType(real)});
    return success();
  }
  AffineExpr columns = onnxc::onnx::getConstant(context, labels.size());
  types.push_back(getTensorType(rows, label));
  types.push_back(getTensorType({rows, columns}, real));
  return success();
}

SmallVector<Value> LinearClassifierOp::expand(OpBuilder &b) {
  if (!getRank(getX()))
    return {};
  GraphBuilder g{b, getLoc()};
  ClassLabels labels = getLabels(*this);
  int64_t functions = countFunctions(*this, labels);
  Value scores =
      buildFunctions(g, getX(), getCoefficients(), getIntercepts(), functions);
  if (functions > 1 || labels.size() == 1)
    return {labels.pick(g, findGreatest(g, scores)),
            transformScores(g, scores, getPostTransform())};
  Value isPositive =
      g.less(g.number(0, b.getF32Type()), g.reshape(scores, {-1}));
  return {labels.pick(g, g.cast(isPositive, b.getI64Type())),
          transformBinaryScore(g, scores, getPostTransform(),
                               Opposite::Complement)};
}
