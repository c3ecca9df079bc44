//===- SvmOps.cpp - Support vector machines -------------------------------===//
//
// A classifier of k classes is k (k - 1) / 2 machines, one for each two
// classes i < j, that vote: s_ij > 0 is a vote for i, else for j. All sums s
// are one product of the kernels with a matrix in which a column has the
// weights of one machine, and votes are a product with a matrix of 1 and -1.
// Coefficients lie as libsvm has them: row r of the vectors of class c is its
// weight against class r, or r + 1 from c on.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/SvmOps.h"
#include "dialects/onnx/ActivationOps.h"
#include "dialects/onnx/ClassScores.h"
#include "dialects/onnx/FeatureRows.h"
#include "dialects/onnx/SizeRequirements.h"
#include "dialects/onnx/SvmKernel.h"
#include <numeric>

using namespace mlir;
using namespace onnxc::onnx;

static ArrayRef<float> orEmpty(std::optional<ArrayRef<float>> floats) {
  return floats.value_or(ArrayRef<float>());
}

/// Reports coefficients or rho that are missing, and vectors that are not all
/// of one length, that of X's rows.
static LogicalResult checkVectors(std::optional<Location> loc, Value x,
                                  ArrayRef<float> coefficients,
                                  ArrayRef<float> rho, ArrayRef<float> vectors,
                                  int64_t count) {
  if (coefficients.empty())
    return emitOptionalError(loc, "has no coefficients");
  if (rho.empty())
    return emitOptionalError(loc, "has no rho");
  if (failed(checkRows(loc, x)))
    return failure();
  if (count == 0)
    return success();
  if (vectors.empty() || vectors.size() % count != 0)
    return emitOptionalError(loc, "support_vectors has ", vectors.size(),
                             " elements for ", count, " vectors");
  return checkColumns(loc, x, vectors.size() / count, "the support vectors");
}

//===----------------------------------------------------------------------===//
// SVMRegressor
//===----------------------------------------------------------------------===//

/// Without support vectors the coefficients are those of the columns.
template <typename Regressor>
static SvmKernel getRegressorKernel(Regressor op) {
  ArrayRef<float> vectors = orEmpty(op.getSupportVectors());
  int64_t count = op.getNSupports();
  if (count == 0) {
    ArrayRef<float> row = orEmpty(op.getCoefficients());
    return {"LINEAR", std::nullopt, row, int64_t(row.size())};
  }
  return {op.getKernelType(), op.getKernelParams(), vectors,
          int64_t(vectors.size()) / count};
}

LogicalResult SVMRegressorOp::inferReturnTypes(MLIRContext *context,
                                               std::optional<Location> loc,
                                               Adaptor adaptor,
                                               SmallVectorImpl<Type> &types) {
  ArrayRef<float> coefficients = orEmpty(adaptor.getCoefficients());
  int64_t count = adaptor.getNSupports();
  if (count < 0)
    return emitOptionalError(loc, "n_supports is ", count);
  if (failed(checkPostTransform(loc, adaptor.getPostTransform())) ||
      failed(checkVectors(loc, adaptor.getX(), coefficients,
                          orEmpty(adaptor.getRho()),
                          orEmpty(adaptor.getSupportVectors()), count)) ||
      failed(getRegressorKernel(adaptor).check(loc)))
    return failure();
  if (count && int64_t(coefficients.size()) != count)
    return emitOptionalError(loc, "has ", coefficients.size(),
                             " coefficients for ", count, " support vectors");
  if (count == 0 &&
      failed(checkColumns(loc, adaptor.getX(), coefficients.size(),
                          "the coefficients")))
    return failure();
  Type element = Float32Type::get(context);
  AffineExpr rows = getRows(adaptor.getX());
  types.push_back(
      rows
          ? getTensorType({rows, onnxc::onnx::getConstant(context, 1)}, element)
          : getUnrankedType(element));
  return success();
}

/// A vector has an element for each column of X.
static void requireVectors(SizeRequirements &r, Value x, int64_t columns) {
  if (AffineExpr size = getColumns(x))
    r.equal(size, r.constant(columns), "the number of columns of X");
}

void SVMRegressorOp::requireSizes(SizeRequirements &r) {
  requireVectors(r, getX(), getRegressorKernel(*this).columns);
}

SmallVector<Value> SVMRegressorOp::expand(OpBuilder &b) {
  if (!getRank(getX()))
    return {};
  GraphBuilder g{b, getLoc()};
  Type real = b.getF32Type();
  static constexpr float kOne = 1;
  ArrayRef<float> weights =
      getNSupports() == 0 ? ArrayRef<float>(kOne) : *getCoefficients();
  Value sum =
      getRegressorKernel(*this).buildSums(g, buildRows(g, getX()), weights, 1);
  Value y = g.add(sum, g.number(getRho()->front(), real));
  if (getOneClass() != 0)
    y = g.select(g.less(g.number(0, real), y), g.number(1, real),
                 g.number(-1, real));
  return {y};
}

//===----------------------------------------------------------------------===//
// SVMClassifier
//===----------------------------------------------------------------------===//

namespace {

/// A classifier's attributes and what follows from them.
struct Classifier {
  ClassLabels labels;
  ArrayRef<float> coefficients, rho, probA, probB, vectors;
  ArrayRef<int64_t> vectorsPerClass;
  StringRef postTransform;
  SvmKernel kernel;
  int64_t count; // of vectors

  template <typename Op>
  explicit Classifier(Op op)
      : labels{op.getClasslabelsInts(), op.getClasslabelsStrings()},
        coefficients(orEmpty(op.getCoefficients())), rho(orEmpty(op.getRho())),
        probA(orEmpty(op.getProbA())), probB(orEmpty(op.getProbB())),
        vectors(orEmpty(op.getSupportVectors())),
        vectorsPerClass(op.getVectorsPerClass().value_or(ArrayRef<int64_t>())),
        postTransform(op.getPostTransform()),
        kernel{op.getKernelType(), op.getKernelParams(), vectors, 0},
        count(std::accumulate(vectorsPerClass.begin(), vectorsPerClass.end(),
                              int64_t(0))) {
    if (count > 0)
      kernel.columns = vectors.size() / count;
  }

  int64_t classes() const { return labels.size(); }
  int64_t pairs() const { return classes() * (classes() - 1) / 2; }
  bool hasProbabilities() const { return count > 0 && !probA.empty(); }
  int64_t scores() const {
    return count == 0 || hasProbabilities() || classes() == 2 ? classes()
                                                              : pairs();
  }

  LogicalResult check(std::optional<Location> loc, Value x) const;
  SmallVector<Value> build(GraphBuilder &g, Value x) const;

private:
  LogicalResult checkMachines(std::optional<Location> loc) const;
  Value buildPairs(GraphBuilder &g, Value x) const;
  Value buildVotes(GraphBuilder &g, Value sums) const;
  Value buildProbabilities(GraphBuilder &g, Value sums) const;
  SmallVector<Value> buildLinear(GraphBuilder &g, Value x) const;
};

} // namespace

LogicalResult Classifier::check(std::optional<Location> loc, Value x) const {
  if (failed(labels.check(loc)) ||
      failed(checkPostTransform(loc, postTransform)))
    return failure();
  if (llvm::any_of(vectorsPerClass, [](int64_t n) { return n < 0; }))
    return emitOptionalError(loc, "a number of vectors_per_class is negative");
  if (failed(checkVectors(loc, x, coefficients, rho, vectors, count)))
    return failure();
  if (count > 0)
    return failed(kernel.check(loc)) ? failure() : checkMachines(loc);
  if (coefficients.size() % classes() != 0)
    return emitOptionalError(loc, "has ", coefficients.size(),
                             " coefficients for ", classes(), " classes");
  return checkColumns(loc, x, coefficients.size() / classes(),
                      "the coefficients");
}

LogicalResult Classifier::checkMachines(std::optional<Location> loc) const {
  if (classes() < 2)
    return emitOptionalError(loc, "has a label for one class only");
  if (int64_t(vectorsPerClass.size()) != classes())
    return emitOptionalError(loc, "vectors_per_class is for ",
                             vectorsPerClass.size(), " classes, but there are ",
                             classes(), " labels");
  if (int64_t(coefficients.size()) != (classes() - 1) * count)
    return emitOptionalError(loc, "has ", coefficients.size(),
                             " coefficients; ", classes(), " classes with ",
                             count, " support vectors need ",
                             (classes() - 1) * count);
  if (int64_t(rho.size()) < pairs())
    return emitOptionalError(loc, "rho has ", rho.size(), " elements for ",
                             pairs(), " pairs of classes");
  if (probA.size() != probB.size())
    return emitOptionalError(loc, "prob_a has ", probA.size(),
                             " elements, prob_b ", probB.size());
  if (!probA.empty() && int64_t(probA.size()) < pairs())
    return emitOptionalError(loc, "prob_a has ", probA.size(), " elements for ",
                             pairs(), " pairs of classes");
  return success();
}

/// The sums of the machines, [N, pairs].
Value Classifier::buildPairs(GraphBuilder &g, Value x) const {
  SmallVector<int64_t> begins(1, 0);
  for (int64_t n : vectorsPerClass)
    begins.push_back(begins.back() + n);
  SmallVector<float> weights(count * pairs(), 0);
  int64_t pair = 0;
  for (int64_t i = 0; i < classes(); ++i)
    for (int64_t j = i + 1; j < classes(); ++j, ++pair) {
      for (int64_t v = begins[i]; v < begins[i + 1]; ++v)
        weights[v * pairs() + pair] = coefficients[(j - 1) * count + v];
      for (int64_t v = begins[j]; v < begins[j + 1]; ++v)
        weights[v * pairs() + pair] = coefficients[i * count + v];
    }
  Value sums = kernel.buildSums(g, x, weights, pairs());
  return g.add(sums,
               g.floats(rho.take_front(pairs()), {pairs()}, g.b.getF32Type()));
}

/// The votes for each class, [N, classes]: for class j as many as there are
/// machines of i < j, less those that vote for i.
Value Classifier::buildVotes(GraphBuilder &g, Value sums) const {
  Type real = g.b.getF32Type();
  Value votes = g.cast(g.less(g.number(0, real), sums), real);
  SmallVector<float> matrix(pairs() * classes(), 0);
  SmallVector<float> most;
  int64_t pair = 0;
  for (int64_t i = 0; i < classes(); ++i) {
    most.push_back(i);
    for (int64_t j = i + 1; j < classes(); ++j, ++pair) {
      matrix[pair * classes() + i] = 1;
      matrix[pair * classes() + j] = -1;
    }
  }
  return g.add(g.matmul(votes, g.floats(matrix, {pairs(), classes()}, real)),
               g.floats(most, {classes()}, real));
}

/// Platt's probabilities of each pair, 1 / (1 + exp(a s + b)), coupled.
Value Classifier::buildProbabilities(GraphBuilder &g, Value sums) const {
  Type real = g.b.getF32Type();
  auto row = [&](ArrayRef<float> values) {
    return g.floats(values.take_front(pairs()), {pairs()}, real);
  };
  Value exponent = g.add(g.mul(sums, row(probA)), row(probB));
  Value logistic = SigmoidOp::create(g.b, g.loc, exponent);
  Value first = g.sub(g.number(1, real), logistic);
  first = g.min(g.max(first, g.number(1e-7f, real)), g.number(1 - 1e-7f, real));
  return CouplePairsOp::create(g.b, g.loc, first, classes());
}

/// One linear function a class. Of two classes the second is taken where its
/// own score is great enough, whatever the first one's: so does onnxruntime.
SmallVector<Value> Classifier::buildLinear(GraphBuilder &g, Value x) const {
  Type real = g.b.getF32Type();
  int64_t columns = coefficients.size() / classes();
  SvmKernel linear{"LINEAR", std::nullopt, coefficients, columns};
  SmallVector<float> identity(classes() * classes(), 0);
  for (int64_t i = 0; i < classes(); ++i)
    identity[i * classes() + i] = 1;
  Value scores = g.add(linear.buildSums(g, x, identity, classes()),
                       g.number(rho.front(), real));
  Value index = findGreatest(g, scores);
  if (classes() == 2 && probA.empty()) {
    bool noneNegative =
        llvm::all_of(coefficients, [](float c) { return c >= 0; });
    Value most = g.max(g.slice(scores, g.ints(0), g.ints(1), 1),
                       g.slice(scores, g.ints(1), g.ints(2), 1));
    most = g.reshape(most, {-1});
    Value isGreat = noneNegative ? g.lessOrEqual(g.number(0.5, real), most)
                                 : g.less(g.number(0, real), most);
    index = g.select(isGreat, g.integer(1), index);
  }
  Value z = classes() == 1 ? scores : transformScores(g, scores, postTransform);
  return {labels.pick(g, index), z};
}

SmallVector<Value> Classifier::build(GraphBuilder &g, Value x) const {
  if (count == 0)
    return buildLinear(g, x);
  Value sums = buildPairs(g, x);
  Value label = labels.pick(g, findGreatest(g, buildVotes(g, sums)));
  if (hasProbabilities())
    return {label,
            transformScores(g, buildProbabilities(g, sums), postTransform)};
  if (classes() == 2)
    return {label,
            transformBinaryScore(g, sums, postTransform, Opposite::Negated)};
  return {label, transformScores(g, sums, postTransform)};
}

LogicalResult SVMClassifierOp::inferReturnTypes(MLIRContext *context,
                                                std::optional<Location> loc,
                                                Adaptor adaptor,
                                                SmallVectorImpl<Type> &types) {
  Classifier classifier(adaptor);
  if (failed(classifier.check(loc, adaptor.getX())))
    return failure();
  Type label = classifier.labels.getElementType(context);
  Type real = Float32Type::get(context);
  AffineExpr rows = getRows(adaptor.getX());
  if (!rows) {
    types.append({getUnrankedType(label), getUnrankedType(real)});
    return success();
  }
  AffineExpr columns = onnxc::onnx::getConstant(context, classifier.scores());
  types.push_back(getTensorType(rows, label));
  types.push_back(getTensorType({rows, columns}, real));
  return success();
}

void SVMClassifierOp::requireSizes(SizeRequirements &r) {
  Classifier classifier(*this);
  if (classifier.count > 0)
    requireVectors(r, getX(), classifier.kernel.columns);
}

SmallVector<Value> SVMClassifierOp::expand(OpBuilder &b) {
  if (!getRank(getX()))
    return {};
  GraphBuilder g{b, getLoc()};
  return Classifier(*this).build(g, buildRows(g, getX()));
}

//===----------------------------------------------------------------------===//
// CouplePairs
//===----------------------------------------------------------------------===//

LogicalResult CouplePairsOp::inferReturnTypes(MLIRContext *context,
                                              std::optional<Location> loc,
                                              Adaptor adaptor,
                                              SmallVectorImpl<Type> &types) {
  Type element = onnxc::onnx::getElementType(adaptor.getPairs());
  std::optional<Dims> dims = getDims(adaptor.getPairs());
  int64_t classes = adaptor.getClasses();
  if (!dims) {
    types.push_back(getUnrankedType(element));
    return success();
  }
  if (classes < 2 || dims->size() != 2 ||
      onnxc::onnx::getConstant(dims->back()) != classes * (classes - 1) / 2)
    return emitOptionalError(loc, "needs a column for each two of ", classes,
                             " classes");
  dims->back() = onnxc::onnx::getConstant(context, classes);
  types.push_back(getTensorType(*dims, element));
  return success();
}
