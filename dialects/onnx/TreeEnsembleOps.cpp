//===- TreeEnsembleOps.cpp - Decision trees -------------------------------===//
//
// The three operators become one over tables, and ordinary ops behind it:
//
//   X -> (NaN as -infinity, beside X) -> TreeSums -> + base values
//     -> post transform, labels
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/TreeEnsembleOps.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/ForestReader.h"
#include "dialects/onnx/ForestTables.h"
#include "dialects/onnx/LabelList.h"
#include "dialects/onnx/LogicOps.h"
#include "dialects/onnx/SizeRequirements.h"
#include "dialects/onnx/TreeScores.h"
#include <limits>

using namespace mlir;
using namespace onnxc::onnx;

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

/// [N], of X that is [N, F], or [F] for one row.
static FailureOr<std::optional<Dims>> getRows(std::optional<Location> loc,
                                              Value x) {
  std::optional<Dims> dims = getDims(x);
  if (!dims)
    return std::optional<Dims>();
  if (dims->empty() || dims->size() > 2)
    return emitOptionalError(loc, "needs an input of rank 1 or 2, not ",
                             dims->size());
  if (dims->size() == 1)
    return std::optional(Dims{onnxc::onnx::getConstant(x.getContext(), 1)});
  return std::optional(Dims{dims->front()});
}

static LogicalResult inferScores(std::optional<Location> loc, Value x,
                                 int64_t targets, Type element,
                                 SmallVectorImpl<Type> &types) {
  FailureOr<std::optional<Dims>> rows = getRows(loc, x);
  if (failed(rows))
    return failure();
  if (!*rows) {
    types.push_back(getUnrankedType(element));
    return success();
  }
  Dims dims = **rows;
  dims.push_back(onnxc::onnx::getConstant(x.getContext(), targets));
  types.push_back(getTensorType(dims, element));
  return success();
}

static LogicalResult checkBases(std::optional<Location> loc, size_t bases,
                                int64_t targets) {
  if (bases == 0 || int64_t(bases) == targets)
    return success();
  return emitOptionalError(loc, "has ", bases, " base values for ", targets,
                           " targets");
}

static LogicalResult checkTargets(std::optional<Location> loc,
                                  std::optional<int64_t> targets) {
  constexpr int64_t kMostTargets = 1 << 24;
  if (targets && *targets > kMostTargets)
    return emitOptionalError(loc, "its attribute n_targets is ", *targets,
                             ", more than ", kMostTargets);
  if (targets && *targets > 0)
    return success();
  return emitOptionalError(loc, "needs n_targets, the number of its results "
                                "for a row");
}

static LogicalResult checkTransform(std::optional<Location> loc,
                                    StringRef name) {
  if (parseScoreTransform(name))
    return success();
  return emitOptionalError(loc, "its attribute post_transform names \"", name,
                           "\", which there is not");
}

static std::optional<TreeAggregate> parseAggregate(StringRef name) {
  if (name == "MIN")
    return TreeAggregate::Min;
  if (name == "MAX")
    return TreeAggregate::Max;
  if (name == "SUM" || name == "AVERAGE")
    return TreeAggregate::Sum;
  return std::nullopt;
}

LogicalResult TreeEnsembleRegressorOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  if (!parseAggregate(adaptor.getAggregateFunction()))
    return emitOptionalError(loc, "its attribute aggregate_function names \"",
                             adaptor.getAggregateFunction(),
                             "\", which there is not");
  if (failed(checkTargets(loc, adaptor.getNTargets())) ||
      failed(checkTransform(loc, adaptor.getPostTransform())) ||
      failed(checkBases(
          loc,
          readNumbers(adaptor.getBaseValues(), adaptor.getBaseValuesAsTensor())
              .size(),
          *adaptor.getNTargets())))
    return failure();
  return inferScores(loc, adaptor.getX(), *adaptor.getNTargets(),
                     Float32Type::get(context), types);
}

LogicalResult TreeEnsembleClassifierOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  bool areStrings = adaptor.getClasslabelsStrings() &&
                    !adaptor.getClasslabelsStrings()->empty();
  int64_t classes = areStrings ? adaptor.getClasslabelsStrings()->size()
                    : adaptor.getClasslabelsInt64s()
                        ? adaptor.getClasslabelsInt64s()->size()
                        : 0;
  if (classes == 0)
    return emitOptionalError(loc, "has no class labels");
  size_t bases =
      readNumbers(adaptor.getBaseValues(), adaptor.getBaseValuesAsTensor())
          .size();
  bool fewBases = classes <= 2 && bases <= size_t(classes);
  if (failed(checkTransform(loc, adaptor.getPostTransform())) ||
      (!fewBases && failed(checkBases(loc, bases, classes))))
    return failure();
  FailureOr<std::optional<Dims>> rows = getRows(loc, adaptor.getX());
  if (failed(rows))
    return failure();
  Type label = areStrings ? Type(StringType::get(context))
                          : Type(IntegerType::get(context, 64));
  types.push_back(*rows ? getTensorType(**rows, label)
                        : getUnrankedType(label));
  return inferScores(loc, adaptor.getX(), classes, Float32Type::get(context),
                     types);
}

LogicalResult TreeEnsembleOp::inferReturnTypes(MLIRContext *,
                                               std::optional<Location> loc,
                                               Adaptor adaptor,
                                               SmallVectorImpl<Type> &types) {
  if (failed(checkTargets(loc, adaptor.getNTargets())))
    return failure();
  if (adaptor.getPostTransform() < 0 || adaptor.getPostTransform() > 4)
    return emitOptionalError(loc, "its attribute post_transform is ",
                             adaptor.getPostTransform(),
                             ", the last there is is 4");
  if (adaptor.getAggregateFunction() < 0 || adaptor.getAggregateFunction() > 3)
    return emitOptionalError(loc, "its attribute aggregate_function is ",
                             adaptor.getAggregateFunction(),
                             ", the last there is is 3");
  return inferScores(loc, adaptor.getX(), *adaptor.getNTargets(),
                     getElementType(adaptor.getX()), types);
}

LogicalResult TreeSumsOp::inferReturnTypes(MLIRContext *,
                                           std::optional<Location> loc,
                                           Adaptor adaptor,
                                           SmallVectorImpl<Type> &types) {
  return inferScores(loc, adaptor.getX(), adaptor.getTargets(),
                     getElementType(adaptor.getX()), types);
}

//===----------------------------------------------------------------------===//
// What has to hold
//===----------------------------------------------------------------------===//

LogicalResult TreeEnsembleRegressorOp::verify() { return readForest(*this); }
LogicalResult TreeEnsembleClassifierOp::verify() { return readForest(*this); }
LogicalResult TreeEnsembleOp::verify() { return readForest(*this); }

static void requireColumns(SizeRequirements &r, Value x, int64_t columns) {
  if (std::optional<Dims> dims = getDims(x); dims && !dims->empty())
    r.atMost(r.constant(columns), dims->back(),
             "the number of columns that its nodes read");
}

void TreeEnsembleRegressorOp::requireSizes(SizeRequirements &r) {
  requireColumns(r, getX(), countColumns(getNodesFeatureids()));
}
void TreeEnsembleClassifierOp::requireSizes(SizeRequirements &r) {
  requireColumns(r, getX(), countColumns(getNodesFeatureids()));
}
void TreeEnsembleOp::requireSizes(SizeRequirements &r) {
  requireColumns(r, getX(), countColumns(getNodesFeatureids()));
}

//===----------------------------------------------------------------------===//
// Expansion
//===----------------------------------------------------------------------===//

namespace {

/// What a forest adds up for each row, in the type that it compares in.
struct Sums {
  Value value;
  Type element;
  ForestTables tables;
};

} // namespace

/// X as the tables want it: [N, F] in f32 or f64, NaN lowered where it goes
/// left.
static Value prepareRows(GraphBuilder &g, Value x, Type element,
                         TreeColumns columns) {
  if (columns == TreeColumns::Plain)
    return x;
  double lowest = -std::numeric_limits<double>::infinity();
  Value lowered =
      g.select(IsNaNOp::create(g.b, g.loc, x), g.number(lowest, element), x);
  if (columns == TreeColumns::Lowered)
    return lowered;
  return g.concat({x, lowered}, 1);
}

/// Without a value where the tables would be too large: the op stays then, and
/// is refused.
static Sums buildSums(GraphBuilder &g, Value x, const Forest &forest,
                      TreeAggregate aggregate, int64_t targets,
                      int64_t columns) {
  Type element = forest.isSingle ? g.b.getF32Type() : g.b.getF64Type();
  Dims dims = *getDims(x);
  if (dims.size() == 1)
    x = g.reshape(x, {1, -1});
  if (getElementType(x) != element)
    x = g.cast(x, element);
  // Of a free number of columns those are taken that nodes read.
  columns = std::max<int64_t>(columns, 1);
  if (std::optional<int64_t> known = onnxc::onnx::getConstant(dims.back()))
    columns = *known;
  Sums sums{Value(), element,
            buildTables(g.b.getContext(), forest, aggregate, targets, columns)};
  const ForestTables &tables = sums.tables;
  if (!tables.nodes)
    return sums;
  if (!onnxc::onnx::getConstant(dims.back()) &&
      tables.columns == TreeColumns::PlainThenLowered)
    x = g.slice(x, g.ints(0), g.ints(columns), 1);
  auto constant = [&](ElementsAttr table) -> Value {
    if (!table)
      return {};
    return ConstantOp::create(g.b, g.loc, table);
  };
  StringRef name = aggregate == TreeAggregate::Sum   ? "SUM"
                   : aggregate == TreeAggregate::Min ? "MIN"
                                                     : "MAX";
  sums.value = TreeSumsOp::create(
      g.b, g.loc, prepareRows(g, x, element, tables.columns),
      constant(tables.nodes), constant(tables.leaves),
      constant(tables.thresholds), constant(tables.treeTargets), tables.trees,
      tables.depth, targets, tables.featureBits, name);
  return sums;
}

/// Behind the sums of a regressor. One target has no transform but PROBIT.
static Value finishSums(GraphBuilder &g, Sums sums, const Forest &forest,
                        StringRef aggregate, ArrayRef<double> bases,
                        ScoreTransform transform, Type result) {
  Value value = sums.value;
  if (aggregate == "AVERAGE")
    value = g.div(value, g.number(double(forest.roots.size()), sums.element));
  // A target without weights.
  bool hasAll =
      llvm::all_of(sums.tables.always, [](bool always) { return always; });
  if (aggregate == "SUM" && !hasAll)
    value = g.add(value, g.number(0, sums.element));
  if (aggregate == "MIN" || aggregate == "MAX")
    value = g.select(IsNaNOp::create(g.b, g.loc, value),
                     g.number(0, sums.element), value);
  if (!bases.empty()) {
    SmallVector<Attribute> row;
    for (double base : bases)
      row.push_back(g.b.getFloatAttr(sums.element, base));
    auto type = RankedTensorType::get(int64_t(bases.size()), sums.element);
    value = g.add(value, ConstantOp::create(g.b, g.loc,
                                            DenseElementsAttr::get(type, row)));
  }
  if (sums.tables.always.size() == 1 && transform != ScoreTransform::Probit)
    transform = ScoreTransform::None;
  // Transforms are computed in f32, or wider where the result is.
  Type element = result.isF64() ? result : Type(g.b.getF32Type());
  if (element != sums.element)
    value = g.cast(value, element);
  value = transformScores(g, value, transform, element);
  return element == result ? value : g.cast(value, result);
}

SmallVector<Value> TreeEnsembleRegressorOp::expand(OpBuilder &b) {
  if (!getDims(getX()))
    return {};
  FailureOr<Forest> forest = readForest(*this);
  if (failed(forest))
    return {};
  GraphBuilder g{b, getLoc()};
  Sums sums =
      buildSums(g, getX(), *forest, *parseAggregate(getAggregateFunction()),
                *getNTargets(), countColumns(getNodesFeatureids()));
  if (!sums.value)
    return {};
  return {finishSums(g, sums, *forest, getAggregateFunction(),
                     readNumbers(getBaseValues(), getBaseValuesAsTensor()),
                     *parseScoreTransform(getPostTransform()), b.getF32Type())};
}

SmallVector<Value> TreeEnsembleOp::expand(OpBuilder &b) {
  if (!getDims(getX()))
    return {};
  FailureOr<Forest> forest = readForest(*this);
  if (failed(forest))
    return {};
  GraphBuilder g{b, getLoc()};
  StringRef names[] = {"AVERAGE", "SUM", "MIN", "MAX"};
  StringRef aggregate = names[getAggregateFunction()];
  Sums sums = buildSums(g, getX(), *forest, *parseAggregate(aggregate),
                        *getNTargets(), countColumns(getNodesFeatureids()));
  if (!sums.value)
    return {};
  return {finishSums(g, sums, *forest, aggregate, {},
                     ScoreTransform(getPostTransform()),
                     onnxc::onnx::getElementType(getX()))};
}

SmallVector<Value> TreeEnsembleClassifierOp::expand(OpBuilder &b) {
  bool areStrings = isa<StringType>(onnxc::onnx::getElementType(getY()));
  if (!getDims(getX()))
    return {};
  FailureOr<Forest> forest = readForest(*this);
  if (failed(forest))
    return {};
  TreeClasses classes;
  classes.bases = readNumbers(getBaseValues(), getBaseValuesAsTensor());
  classes.transform = *parseScoreTransform(getPostTransform());
  SmallVector<int64_t> places;
  if (areStrings)
    places = llvm::to_vector(
        llvm::seq<int64_t>(0, int64_t(getClasslabelsStrings()->size())));
  classes.labels =
      areStrings ? ArrayRef<int64_t>(places) : *getClasslabelsInt64s();
  classes.weightsArePositive =
      llvm::none_of(forest->weights, [](const Forest::Weight &weight) {
        return weight.value < 0;
      });

  GraphBuilder g{b, getLoc()};
  Sums sums = buildSums(g, getX(), *forest, TreeAggregate::Sum,
                        int64_t(classes.labels.size()),
                        countColumns(getNodesFeatureids()));
  if (!sums.value)
    return {};
  classes.always = sums.tables.always;
  classes.ever = sums.tables.ever;
  classes.isBinary =
      classes.labels.size() == 2 && llvm::count(classes.ever, true) == 1;
  auto [labels, scores] = classify(g, sums.value, sums.element, classes);
  if (areStrings)
    labels =
        g.gather(LabelList::of(*getClasslabelsStrings()).build(g), labels, 0);
  return {labels, scores};
}
