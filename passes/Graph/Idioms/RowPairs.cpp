//===- RowPairs.cpp - A Scan over rows that keep no state -----------------===//
//
// skl2onnx writes the distances between the rows of two tables, for nearest
// neighbours and Gaussian processes, as a Scan over the rows of one of them:
//
//   Scan(A [N, F], B [V, F]):  a, b -> a, ReduceSumSquare(Sub(a, b), axis 1)
//
// gives [V, N], a row at a time. As no row needs the one before, all are
// computed at once, without a loop in the plan:
//
//   ReduceSumSquare(Sub(Reshape(A, [N, F, 1]), Transpose(B)), axis 1)    [N, V]
//
// and a Transpose, which cancels with the one that follows as a rule. V comes
// last, so that vectors hold many sums, not parts of one; B is a constant as a
// rule, and so is its transpose. The body may be elementwise ops with one
// reduction over the columns among them: what lies before that becomes part of
// its kernel, so that [N, F, V] is never stored.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ControlFlowOps.h"
#include "dialects/onnx/GraphBuilder.h"
#include "dialects/onnx/Reduction.h"
#include "dialects/onnx/ShapeOps.h"
#include "mlir/IR/IRMapping.h"
#include "passes/Graph/Idioms/Idioms.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

/// What a value of the body is, of all pairs of rows.
enum class Kind { Table, Row, Scalar, Pairs, Reduced };

bool isReduction(Operation *op) {
  return op->getName().stripDialect().starts_with("Reduce");
}

/// Over the columns of a table, which it drops.
bool reducesColumns(Operation *op) {
  auto keeps = op->getAttrOfType<IntegerAttr>("keepdims");
  Value axes = op->getNumOperands() > 1 ? op->getOperand(1) : Value();
  return keeps && keeps.getInt() == 0 && axes &&
         getReducedDims(op->getOperand(0), axes, false) ==
             SmallVector<bool>{false, true};
}

/// The kinds of a body's values, as far as they are known.
class Body {
public:
  explicit Body(ScanOp op) : block(op.getBody().front()) {}

  /// Why it is none that this is for; nothing where it is.
  const char *check() {
    kinds[block.getArgument(0)] = Kind::Table;
    kinds[block.getArgument(1)] = Kind::Row;
    for (Operation &op : block.without_terminator())
      if (const char *why = checkOp(&op))
        return why;
    Operation *yield = block.getTerminator();
    if (skipIdentities(yield->getOperand(0)) != block.getArgument(0))
      return "the state changes";
    if (getKind(yield->getOperand(1)) != Kind::Reduced ||
        getRank(yield->getOperand(1)) != 1)
      return "the output is no reduction of a pair of rows";
    return nullptr;
  }

  static Value skipIdentities(Value value) {
    while (auto identity = value.getDefiningOp<IdentityOp>())
      value = identity.getInput();
    return value;
  }

private:
  Block &block;
  DenseMap<Value, Kind> kinds;
  int reductions = 0;

  std::optional<Kind> getKind(Value value) {
    if (auto it = kinds.find(value); it != kinds.end())
      return it->second;
    auto type = dyn_cast<RankedTensorType>(value.getType());
    if (value.getParentBlock() != &block && type && type.hasStaticShape() &&
        type.getNumElements() == 1)
      return Kind::Scalar;
    return std::nullopt;
  }

  const char *checkOp(Operation *op) {
    if (op->getNumResults() != 1 || op->getNumRegions() != 0)
      return "the body has other than elementwise ops";
    Value result = op->getResult(0);
    if (op->getNumOperands() == 0) {
      auto type = dyn_cast<RankedTensorType>(result.getType());
      if (type && type.hasStaticShape() && type.getNumElements() == 1)
        kinds[result] = Kind::Scalar;
      return nullptr;
    }
    if (isReduction(op)) {
      if (getKind(op->getOperand(0)) != Kind::Pairs || !reducesColumns(op) ||
          reductions++ != 0)
        return "the body reduces other than the columns of a pair of rows";
      kinds[result] = Kind::Reduced;
      return nullptr;
    }
    if (!isa<ElementwiseOp, IdentityOp>(op))
      return "the body has other than elementwise ops";
    std::optional<Kind> kind = join(op);
    if (!kind)
      return "the body mixes tensors of other shapes";
    kinds[result] = *kind;
    return nullptr;
  }

  /// Of tables with rows pairs, of anything with scalars the former.
  std::optional<Kind> join(Operation *op) {
    Kind joined = Kind::Scalar;
    for (Value operand : op->getOperands()) {
      std::optional<Kind> kind = getKind(operand);
      if (!kind)
        return std::nullopt;
      if (*kind == Kind::Scalar || *kind == joined)
        continue;
      bool isReduced = *kind == Kind::Reduced || joined == Kind::Reduced;
      if (joined == Kind::Scalar)
        joined = *kind;
      else if (isReduced)
        return std::nullopt;
      else
        joined = Kind::Pairs;
    }
    return joined;
  }
};

struct RecognizeRowPairs : OpRewritePattern<ScanOp> {
  using Base::Base;

  LogicalResult matchAndRewrite(ScanOp op, PatternRewriter &b) const override {
    if (op->getNumOperands() != 2 || op->getNumResults() != 2 ||
        op.getNumScanInputs() != 1)
      return b.notifyMatchFailure(op, "not one state and one table");
    for (auto list : {op.getScanInputAxes(), op.getScanInputDirections(),
                      op.getScanOutputAxes(), op.getScanOutputDirections()})
      if (list && !llvm::all_of(*list, [](int64_t i) { return i == 0; }))
        return b.notifyMatchFailure(op, "other axes or directions");
    std::optional<Dims> table = getDims(op->getOperand(0)),
                        rows = getDims(op->getOperand(1));
    if (!table || !rows || table->size() != 2 || rows->size() != 2 ||
        (*table)[1] != (*rows)[1])
      return b.notifyMatchFailure(op, "not two tables of as many columns");
    if (const char *why = Body(op).check())
      return b.notifyMatchFailure(op, why);
    Value pairs = build(op, b);
    b.replaceOp(op, {op->getOperand(0), pairs});
    return success();
  }

private:
  /// Sizes that broadcast in the body do so here.
  static void infer(Operation *op) {
    SmallVector<Type> types;
    auto typed = dyn_cast<InferTypeOpInterface>(op);
    if (typed && succeeded(typed.inferReturnTypes(
                     op->getContext(), op->getLoc(), op->getOperands(),
                     op->getAttrDictionary(), op->getPropertiesStorage(),
                     op->getRegions(), types)))
      op->getResult(0).setType(types.front());
  }

  /// The body on all pairs of rows, transposed to what the Scan gives.
  static Value build(ScanOp op, PatternRewriter &b) {
    GraphBuilder g{b, op.getLoc()};
    Block &block = op.getBody().front();
    Dims dims = *getDims(op->getOperand(0));
    dims.push_back(onnxc::onnx::getConstant(op.getContext(), 1));
    IRMapping mapping;
    Value columns = g.ints(1);
    mapping.map(block.getArgument(0),
                g.reshape(op->getOperand(0), g.dims(dims)));
    mapping.map(block.getArgument(1), g.transpose(op->getOperand(1), {1, 0}));
    for (Operation &inner : block.without_terminator()) {
      if (isa<IdentityOp>(inner)) {
        mapping.map(inner.getResult(0),
                    mapping.lookupOrDefault(inner.getOperand(0)));
        continue;
      }
      Operation *copy = b.clone(inner, mapping);
      if (isReduction(copy))
        copy->setOperand(1, columns);
      infer(copy);
    }
    Value pairs = mapping.lookup(block.getTerminator()->getOperand(1));
    return g.transpose(pairs, {1, 0});
  }
};

} // namespace

void onnxc::populateRowPairsIdiom(RewritePatternSet &patterns) {
  patterns.add<RecognizeRowPairs>(patterns.getContext());
}
