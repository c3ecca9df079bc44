//===- InferShapes.cpp - Result types with symbolic dimensions ------------===//
//
// One walk in the order of the graph: each op's result types are inferred from
// its operands' types, and an op of shape arithmetic whose operands are known
// becomes a constant or an onnx.Dims, so that the ops after it see its value.
// Example: with %x : tensor<?x3xf32, #onnx.dims<[s0, 3]>>
//
//   Shape(%x)       -> Dims [s0, 3]
//   Gather(.., 0)   -> Dims [s0]
//   Concat(.., -1)  -> Dims [s0, -1]
//   Reshape(%x, ..) -> tensor<?x3xf32, #onnx.dims<[s0, 3]>>
//
// Where a size is known only at run time, a symbol is defined for it
// (plan.symbol), so that after this pass every size is an expression.
//
// Where an operator needs two expressions to be equal sizes, that is noted in
// the function's `onnx.equal_sizes`, and checked before the model runs, or once
// a size that depends on data is known. In a branch or a loop's body, which may
// not run, a plan.require before the operator checks it.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/ControlFlowOps.h"
#include "dialects/onnx/GraphBuilder.h"
#include "dialects/onnx/MatMulOps.h"
#include "dialects/onnx/ModelAttrs.h"
#include "dialects/onnx/PiecewiseExpr.h"
#include "dialects/onnx/ShapeOps.h"
#include "dialects/onnx/SizeRequirements.h"
#include "passes/Graph/ControlFlowShapes.h"
#include "passes/Graph/GraphPasses.h"
#include "passes/Graph/ReshapeTo.h"
#include "llvm/ADT/SetVector.h"

namespace onnxc {
#define GEN_PASS_DEF_INFERSHAPES
#include "passes/Graph/GraphPasses.h.inc"
} // namespace onnxc

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

struct InferShapes : onnxc::impl::InferShapesBase<InferShapes> {
  using InferShapesBase::InferShapesBase;

  void runOnOperation() override {
    symbols.clear();
    numInputSymbols = 0;
    equalSizes.clear();
    runTimeSequences.clear();
    unknown.clear();
    if (auto names = onnx::attrs::Symbols::get(getOperation()))
      llvm::append_range(symbols, names);
    for (BlockArgument argument : getOperation().getArguments())
      if (std::optional<Dims> dims = getDims(argument))
        numInputSymbols = std::max(numInputSymbols, getNumSymbols(*dims));
    for (Block &block : getOperation().getBody())
      if (failed(inferBlock(block)))
        return signalPassFailure();
    if (failed(refuseRunTimeSequences()))
      return signalPassFailure();
    onnx::attrs::Symbols::set(getOperation(),
                              ArrayAttr::get(&getContext(), symbols));
    if (!equalSizes.empty())
      onnx::attrs::EqualSizes::set(
          getOperation(),
          ArrayAttr::get(&getContext(), equalSizes.getArrayRef()));
    updateSignature();
  }

private:
  SmallVector<Attribute> symbols;
  unsigned numInputSymbols = 0;
  llvm::SmallSetVector<Attribute, 4> equalSizes;
  /// Ops on sequences that nothing is known of, and what is computed from them.
  SmallVector<Operation *> runTimeSequences;
  llvm::DenseSet<Value> unknown;

  LogicalResult inferBlock(Block &block);
  LogicalResult inferOp(Operation *op);
  FailureOr<Operation *> inferControlFlow(Operation *op);
  LogicalResult refuseUnknownShape(OpResult result);
  LogicalResult inlineBranch(IfOp op, bool condition);
  AffineExpr getConditionOnInputs(IfOp op);
  void defineShapeOperands(ShapeOperandsOp op);
  LogicalResult resolveRunTimeShape(ReshapeOp op);
  LogicalResult defineDataDependentSizes(DataDependentShapeOp op);
  FailureOr<bool> expand(ExpandingOp op);
  LogicalResult inferBetween(Operation *before, Operation *op);
  bool foldShapeArithmetic(Operation *op);
  LogicalResult checkRequirements(Operation *op);
  void noteEqual(Operation *op, AffineExpr l, AffineExpr r);
  void pinUnitSizes(Operation *op);
  void noteEqualSizes(Operation *op);
  void updateSignature();
  bool dependsOnRunTimeSequence(Operation *op);
  LogicalResult refuseRunTimeSequences();

  AffineExpr defineSymbol(OpBuilder &b, Location loc, Value tensor,
                          int64_t element) {
    int64_t number = symbols.size();
    symbols.push_back(b.getStringAttr("data_" + Twine(number)));
    plan::SymbolOp::create(b, loc, b.getIndexType(),
                           b.getI64IntegerAttr(number), tensor,
                           b.getI64IntegerAttr(element));
    return getAffineSymbolExpr(number, &getContext());
  }
};

/// Not in a sub-graph.
bool isInMain(Operation *op) { return isa<func::FuncOp>(op->getParentOp()); }

bool isSequenceOrOptional(Type type) { return isa<SeqType, OptType>(type); }

/// What both types know; a constant size wins over an expression.
Type mergeTypes(Type stated, Type inferred) {
  auto s = dyn_cast<RankedTensorType>(stated);
  auto i = dyn_cast<RankedTensorType>(inferred);
  if (!s || !i || s.getRank() != i.getRank())
    return i ? inferred : (s && getDims(stated) ? stated : inferred);
  std::optional<Dims> inferredDims = getDims(inferred);
  if (!inferredDims)
    return s.hasStaticShape() ? stated : inferred;
  Dims merged = *inferredDims;
  for (auto [dim, size] : llvm::zip(merged, s.getShape()))
    if (!ShapedType::isDynamic(size))
      dim = getConstant(stated.getContext(), size);
  return getTensorType(merged, i.getElementType());
}

LogicalResult InferShapes::inferBlock(Block &block) {
  for (Operation &op : llvm::make_early_inc_range(block))
    if (failed(inferOp(&op)))
      return failure();
  return success();
}

LogicalResult InferShapes::inferOp(Operation *op) {
  if (dependsOnRunTimeSequence(op))
    return success();
  if (auto reshape = dyn_cast<ReshapeOp>(op))
    if (failed(resolveRunTimeShape(reshape)))
      return failure();
  if (auto shapeOp = dyn_cast<ShapeOperandsOp>(op))
    defineShapeOperands(shapeOp);

  if (isa<IfOp, LoopOp>(op) && failed(checkRequirements(op)))
    return failure();
  if (auto branch = dyn_cast<IfOp>(op))
    if (std::optional<SmallVector<int64_t>> condition =
            getConstantInts(branch.getCond());
        condition && condition->size() == 1)
      return inlineBranch(branch, condition->front() != 0);
  if (isa<IfOp, LoopOp, ScanOp>(op)) {
    FailureOr<Operation *> inferred = inferControlFlow(op);
    if (failed(inferred))
      return failure();
    if (*inferred)
      dependsOnRunTimeSequence(*inferred);
    return success();
  }

  pinUnitSizes(op);
  if (auto infer = dyn_cast<InferTypeOpInterface>(op)) {
    SmallVector<Type> types;
    if (failed(infer.inferReturnTypes(
            &getContext(), op->getLoc(), op->getOperands(),
            op->getAttrDictionary(), op->getPropertiesStorage(),
            op->getRegions(), types)))
      return failure();
    for (auto [result, type] : llvm::zip(op->getResults(), types))
      result.setType(mergeTypes(result.getType(), type));
  }
  if (failed(checkRequirements(op)))
    return failure();
  if (auto expanding = dyn_cast<ExpandingOp>(op)) {
    FailureOr<bool> expanded = expand(expanding);
    if (failed(expanded) || *expanded)
      return expanded;
    if (llvm::any_of(op->getOperandTypes(), isSequenceOrOptional)) {
      runTimeSequences.push_back(op);
      unknown.insert_range(op->getResults());
      return success();
    }
  }
  if (auto dataDependent = dyn_cast<DataDependentShapeOp>(op))
    if (failed(defineDataDependentSizes(dataDependent)))
      return failure();
  if (foldShapeArithmetic(op))
    return success();
  noteEqualSizes(op);

  for (OpResult result : op->getResults())
    if (isa<TensorType>(result.getType()) && !result.use_empty() &&
        !getDims(result))
      return refuseUnknownShape(result);
  return success();
}

/// Sizes of inputs help where there are free ones.
LogicalResult InferShapes::refuseUnknownShape(OpResult result) {
  InFlightDiagnostic error =
      result.getOwner()->emitError("the shape of result #")
      << result.getResultNumber() << " cannot be inferred";
  bool hasFreeInputs =
      llvm::any_of(getOperation().getArgumentTypes(), [](Type type) {
        auto tensor = dyn_cast<ShapedType>(type);
        return tensor && !(tensor.hasRank() && tensor.hasStaticShape());
      });
  if (hasFreeInputs)
    return error << "; bind the model's dimensions with --dim or --shape";
  error << " from its operands: ";
  llvm::interleaveComma(result.getOwner()->getOperandTypes(), error);
  return error;
}

FailureOr<Operation *> InferShapes::inferControlFlow(Operation *op) {
  auto block = [this](Block &nested) { return inferBlock(nested); };
  auto nestedOp = [this](Operation *nested) { return inferOp(nested); };
  auto symbol = [this](OpBuilder &b, Location loc, Value tensor,
                       int64_t element) {
    return defineSymbol(b, loc, tensor, element);
  };
  LogicalResult assumed = success();
  auto assume = [&](IfOp branch, bool takesThen) {
    AffineExpr condition = getConditionOnInputs(branch);
    if (!condition)
      return false;
    branch.emitWarning("its branches give tensors of different ranks; the "
                       "model is compiled for inputs of sizes for which the "
                       "condition is ")
        << (takesThen ? "true" : "false") << ", others are refused";
    equalSizes.insert(DimsAttr::get(
        &getContext(),
        {condition, onnxc::onnx::getConstant(&getContext(), takesThen)}));
    assumed = inlineBranch(branch, takesThen);
    return true;
  };
  ShapeInference inference{block, nestedOp, symbol, symbols, assume};
  if (auto branch = dyn_cast<IfOp>(op)) {
    FailureOr<Operation *> inferred = inferIf(branch, inference);
    if (failed(assumed))
      return failure();
    return inferred;
  }
  if (auto loop = dyn_cast<LoopOp>(op))
    return inferLoop(loop, inference);
  return inferScan(cast<ScanOp>(op), inference);
}

/// The condition, 0 or 1, where it depends on sizes of @main's inputs alone.
AffineExpr InferShapes::getConditionOnInputs(IfOp op) {
  std::optional<Dims> condition = getKnownInts(op.getCond());
  if (!condition || condition->size() != 1 || !isInMain(op) ||
      getNumSymbols(*condition) > numInputSymbols)
    return {};
  return condition->front();
}

/// Whether nothing can be said of the op's results, as a sequence of a length
/// known at run time only is among what it is computed from.
bool InferShapes::dependsOnRunTimeSequence(Operation *op) {
  auto isUnknown = [&](Value value) { return unknown.contains(value); };
  bool depends = llvm::any_of(op->getOperands(), isUnknown);
  for (Region &region : op->getRegions())
    for (Block &block : region)
      if (block.mightHaveTerminator())
        depends |= llvm::any_of(block.back().getOperands(), isUnknown);
  if (!depends)
    return false;
  unknown.insert_range(op->getResults());
  if (llvm::any_of(op->getOperandTypes(), isSequenceOrOptional))
    runTimeSequences.push_back(op);
  return true;
}

/// All ops that would need them, in one message.
LogicalResult InferShapes::refuseRunTimeSequences() {
  if (runTimeSequences.empty())
    return success();
  InFlightDiagnostic error = runTimeSequences.front()->emitError(
      "a sequence or optional that is known at run time only is not supported");
  for (Operation *op : ArrayRef(runTimeSequences).drop_front())
    error.attachNote(op->getLoc()) << "it is used here, too";
  return error;
}

/// An If whose condition is known is the branch that is taken.
LogicalResult InferShapes::inlineBranch(IfOp op, bool condition) {
  Region &region = condition ? op.getThenBranch() : op.getElseBranch();
  Block &block = region.front();
  auto yield = cast<YieldOp>(block.getTerminator());
  SmallVector<Operation *> ops;
  for (Operation &nested : block.without_terminator())
    ops.push_back(&nested);
  for (Operation *nested : ops)
    nested->moveBefore(op);
  for (auto [result, value] : llvm::zip(op.getResults(), yield.getOperands()))
    result.replaceAllUsesWith(value);
  op.erase();
  for (Operation *nested : ops)
    if (failed(inferOp(nested)))
      return failure();
  return success();
}

/// A shape that is read at run time may hold 0 for a size of the operand, and
/// -1 for what remains: other ops compute what they stand for.
LogicalResult InferShapes::resolveRunTimeShape(ReshapeOp op) {
  std::optional<Dims> data = getDims(op.getData()),
                      count = getDims(op.getShape());
  if (!data || !count || count->size() != 1 || getKnownInts(op.getShape()))
    return success();
  std::optional<int64_t> rank = getConstant(count->front());
  if (!rank || *rank > 64)
    return success();
  Operation *before = op->getPrevNode();
  OpBuilder b(op);
  GraphBuilder g{b, op.getLoc()};
  Value shape = op.getShape(), one = g.integer(1);
  if (!op.getAllowzero()) {
    Dims same(*rank, getConstant(&getContext(), 0));
    std::copy_n(data->begin(), std::min<size_t>(*rank, data->size()),
                same.begin());
    shape = g.select(g.equal(shape, g.integer(0)), g.dims(same), shape);
  }
  Value isRest = g.equal(shape, g.integer(-1));
  Value known = g.product(g.select(isRest, one, shape));
  Value all = g.dims({getProduct(&getContext(), *data)});
  Value rest = g.div(all, g.max(known, one));
  op.getShapeMutable().assign(g.select(isRest, rest, shape));
  op.setAllowzero(1);
  return inferBetween(before, op);
}

void InferShapes::defineShapeOperands(ShapeOperandsOp op) {
  OpBuilder b(op);
  for (unsigned number : op.getShapeOperands()) {
    if (number >= op->getNumOperands())
      continue;
    Value operand = op->getOperand(number);
    auto type = dyn_cast<RankedTensorType>(operand.getType());
    if (!type || !type.hasStaticShape() || type.getNumElements() > 64 ||
        !isa<IntegerType>(type.getElementType()) || getKnownInts(operand))
      continue;
    SmallVector<AffineExpr> elements;
    for (int64_t i = 0, e = type.getNumElements(); i < e; ++i)
      elements.push_back(defineSymbol(b, op->getLoc(), operand, i));
    op->setOperand(number,
                   DimsOp::create(b, op->getLoc(), type,
                                  DimsAttr::get(&getContext(), elements),
                                  /*any_sign=*/true));
  }
}

/// The ops just built in front of `op` need types as well.
LogicalResult InferShapes::inferBetween(Operation *before, Operation *op) {
  Operation *built = before ? before->getNextNode() : &op->getBlock()->front();
  while (built != op) {
    Operation *next = built->getNextNode();
    if (failed(inferOp(built)))
      return failure();
    built = next;
  }
  return success();
}

/// Whether it was replaced.
FailureOr<bool> InferShapes::expand(ExpandingOp op) {
  OpBuilder b(op);
  Operation *before = op->getPrevNode();
  SmallVector<Value> values = op.expand(b);
  if (values.empty())
    return false;
  for (auto [result, value] : llvm::zip(op->getResults(), values))
    if (value)
      result.replaceAllUsesWith(value);
  if (failed(inferBetween(before, op)))
    return failure();
  op->erase();
  return true;
}

LogicalResult InferShapes::defineDataDependentSizes(DataDependentShapeOp op) {
  if (llvm::all_of(op->getResults(), [&](Value result) {
        return result.use_empty() || getDims(result).has_value();
      }))
    return success();
  OpBuilder b(op);
  SmallVector<AffineExpr> sizes;
  Operation *before = op->getPrevNode();
  SmallVector<Value> tensors = op.buildSizes(b);
  // Inference may replace them, by what it knows them to be.
  SmallVector<plan::SymbolOp> readers;
  for (Value tensor : tensors)
    readers.push_back(plan::SymbolOp::create(b, op->getLoc(), b.getIndexType(),
                                             b.getI64IntegerAttr(0), tensor,
                                             b.getI64IntegerAttr(0)));
  if (failed(inferBetween(before, op)))
    return failure();
  for (plan::SymbolOp reader : readers) {
    Value tensor = reader.getSource();
    reader.erase();
    std::optional<Dims> known = getKnownInts(tensor);
    sizes.push_back(known && known->size() == 1
                        ? known->front()
                        : defineSymbol(b, op->getLoc(), tensor, 0));
  }
  op.setResultDims(sizes);
  return success();
}

bool InferShapes::foldShapeArithmetic(Operation *op) {
  auto arithmetic = dyn_cast<ShapeArithmeticOp>(op);
  if (!arithmetic)
    return false;
  auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  if (!type || !type.hasStaticShape() || type.getNumElements() > 1024 ||
      !type.getElementType().isSignlessInteger())
    return false;
  SmallVector<std::optional<Dims>> operands;
  for (Value operand : op->getOperands())
    operands.push_back(getKnownInts(operand));
  std::optional<Dims> value = arithmetic.evaluate(operands);
  if (!value || int64_t(value->size()) != type.getNumElements())
    return false;

  OpBuilder b(op);
  Value replacement;
  if (llvm::all_of(*value, [](AffineExpr e) { return getConstant(e); })) {
    SmallVector<APInt> ints;
    for (AffineExpr e : *value)
      ints.emplace_back(type.getElementTypeBitWidth(), *getConstant(e),
                        /*isSigned=*/true, /*implicitTrunc=*/true);
    replacement = ConstantOp::create(b, op->getLoc(), type,
                                     DenseElementsAttr::get(type, ints));
  } else if (type.getElementTypeBitWidth() >= 32 ||
             type.getElementType().isInteger(1)) {
    replacement = DimsOp::create(b, op->getLoc(), type,
                                 DimsAttr::get(&getContext(), *value),
                                 /*any_sign=*/false);
  } else {
    return false;
  }
  op->getResult(0).replaceAllUsesWith(replacement);
  op->erase();
  return true;
}

/// Before `op`, where a sub-graph may not run.
void InferShapes::noteEqual(Operation *op, AffineExpr l, AffineExpr r) {
  if (l == r || !l.isSymbolicOrConstant() || !r.isSymbolicOrConstant())
    return;
  auto pair = DimsAttr::get(&getContext(), {l, r});
  if (isInMain(op)) {
    equalSizes.insert(pair);
    return;
  }
  auto map = AffineMap::get(0, getNumSymbols({l, r}), {l, r}, &getContext());
  auto isSame = [&](Operation &other) {
    auto require = dyn_cast<plan::RequireOp>(other);
    return require && require.getMap() == map;
  };
  if (equalSizes.contains(pair) ||
      llvm::any_of(llvm::make_range(op->getBlock()->begin(), op->getIterator()),
                   isSame))
    return;
  OpBuilder b(op);
  plan::RequireOp::create(b, op->getLoc(), AffineMapAttr::get(map));
}

LogicalResult InferShapes::checkRequirements(Operation *op) {
  auto needs = dyn_cast<SizeRequirementsOp>(op);
  if (!needs)
    return success();
  auto note = [&](AffineExpr l, AffineExpr r) {
    noteEqual(op, simplify(l), simplify(r));
  };
  SizeRequirements requirements(op, /*mayNotRun=*/!isInMain(op), note);
  needs.requireSizes(requirements);
  return failure(requirements.hasFailed());
}

/// A slice of at most one element has a size of 0 or 1. Where the other operand
/// has another size, it has to be 1, and is that from here on: else it would be
/// taken to equal the other.
void InferShapes::pinUnitSizes(Operation *op) {
  unsigned numMatrixDims = isa<MatMulOp>(op) ? 2 : 0;
  if (!isa<ElementwiseOp, MatMulOp>(op) || op->getNumOperands() < 2)
    return;
  SmallVector<Dims> shapes;
  for (Value operand : op->getOperands()) {
    std::optional<Dims> dims = getDims(operand);
    if (!dims)
      return;
    dims->truncate(dims->size() -
                   std::min<size_t>(numMatrixDims, dims->size()));
    shapes.push_back(*dims);
  }
  AffineExpr one = getConstant(&getContext(), 1);
  auto isUnit = [&](AffineExpr size, size_t fromEnd) {
    auto differs = [&](const Dims &other) {
      if (fromEnd >= other.size())
        return false;
      AffineExpr otherSize = other[other.size() - 1 - fromEnd];
      return otherSize != size && otherSize != one;
    };
    return isPiecewise(size) && llvm::any_of(shapes, differs) &&
           isKnownNonNegative(simplify(1 - size));
  };
  for (auto [operand, shape] : llvm::zip(op->getOpOperands(), shapes)) {
    Dims dims = *getDims(operand.get());
    bool changes = false;
    for (size_t i = 0; i < shape.size(); ++i)
      if (isUnit(shape[i], shape.size() - 1 - i)) {
        noteEqual(op, shape[i], one);
        dims[i] = one;
        changes = true;
      }
    if (!changes)
      continue;
    OpBuilder b(op);
    operand.set(reshapeTo(b, op->getLoc(), operand.get(), dims));
  }
}

/// What a broadcast takes for granted.
void InferShapes::noteEqualSizes(Operation *op) {
  if (!isa<ElementwiseOp>(op) || !getDims(op->getResult(0)) ||
      !llvm::all_of(op->getOperands(),
                    [](Value operand) { return getDims(operand).has_value(); }))
    return;
  Dims result = *getDims(op->getResult(0));
  for (Value operand : op->getOperands()) {
    Dims dims = *getDims(operand);
    for (auto [size, needed] :
         llvm::zip(dims, ArrayRef(result).take_back(dims.size())))
      if (onnxc::onnx::getConstant(size) != 1)
        noteEqual(op, size, needed);
  }
}

void InferShapes::updateSignature() {
  func::FuncOp function = getOperation();
  Operation *terminator = function.getBody().back().getTerminator();
  function.setType(FunctionType::get(&getContext(),
                                     function.getBody().getArgumentTypes(),
                                     terminator->getOperandTypes()));
}

} // namespace
