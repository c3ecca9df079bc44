//===- ShapeInference.cpp - The walk that infers result types -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Graph/ShapeInference.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/InferTypes.h"
#include "dialects/onnx/ModelAttrs.h"
#include "dialects/onnx/SliceOps.h"
#include "passes/Graph/ControlFlowShapes.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

/// Not in a sub-graph.
bool ShapeInference::isInMain(Operation *op) {
  return isa<func::FuncOp>(op->getParentOp());
}

/// What an earlier inference found out from data stays. Types without symbols
/// may be of the model, which may state sizes of before a change.
static bool isOverSymbols(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && !tensor.hasStaticShape() && getDims(type);
}

LogicalResult ShapeInference::run() {
  if (auto names = onnx::attrs::Symbols::get(function))
    llvm::append_range(symbols, names);
  for (BlockArgument argument : function.getArguments())
    if (std::optional<Dims> dims = getDims(argument))
      numInputSymbols =
          std::max(numInputSymbols, onnxc::onnx::getNumSymbols(*dims));
  for (Block &block : function.getBody())
    if (failed(inferBlock(block)))
      return failure();
  if (failed(refuseRunTimeSequences()))
    return failure();
  onnx::attrs::Symbols::set(function, ArrayAttr::get(getContext(), symbols));
  writeEqualSizes();
  updateSignature();
  return success();
}

LogicalResult ShapeInference::inferBlock(Block &block) {
  for (Operation &op : llvm::make_early_inc_range(block))
    if (failed(inferOp(&op)))
      return failure();
  return success();
}

LogicalResult ShapeInference::inferOp(Operation *op) {
  if (dependsOnRunTimeSequence(op))
    return success();
  if (auto shapeOp = dyn_cast<ShapeOperandsOp>(op))
    if (failed(castShapeOperands(shapeOp)))
      return failure();
  if (auto lists = dyn_cast<ListOperandsOp>(op))
    if (failed(pinListLengths(lists)))
      return failure();
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
  if (failed(alignOperands(op)))
    return failure();
  if (auto infer = dyn_cast<InferTypeOpInterface>(op)) {
    SmallVector<Type> types;
    if (failed(inferResultTypes(infer, types)))
      return failure();
    for (auto [result, type] : llvm::zip(op->getResults(), types))
      if (getDims(type) || !isOverSymbols(result.getType()))
        result.setType(type);
  }
  if (failed(checkRequirements(op)))
    return failure();
  if (auto expanding = dyn_cast<ExpandingOp>(op)) {
    FailureOr<bool> expanded = expand(expanding);
    if (failed(expanded) || *expanded)
      return expanded;
    if (llvm::any_of(op->getOperandTypes(),
                     [](Type type) { return isa<SeqType, OptType>(type); })) {
      addRunTimeSequence(op);
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
LogicalResult ShapeInference::refuseUnknownShape(OpResult result) {
  InFlightDiagnostic error =
      result.getOwner()->emitError("the shape of result #")
      << result.getResultNumber() << " cannot be inferred";
  for (OpOperand &operand : result.getOwner()->getOpOperands()) {
    std::optional<Dims> dims = getDims(operand.get());
    if (!dims || dims->size() != 1 ||
        !getElementType(operand.get()).isInteger())
      continue;
    auto length = dyn_cast<AffineSymbolExpr>(dims->front());
    if (length && length.getPosition() < numInputSymbols)
      return error << ": operand #" << operand.getOperandNumber()
                   << " is a list of free length, on which its rank depends; "
                      "bind that with --dim="
                   << cast<StringAttr>(symbols[length.getPosition()]).getValue()
                   << "=NUMBER";
  }
  bool hasFreeInputs = llvm::any_of(function.getArgumentTypes(), [](Type type) {
    auto tensor = dyn_cast<ShapedType>(type);
    return tensor && !(tensor.hasRank() && tensor.hasStaticShape());
  });
  if (hasFreeInputs)
    return error << "; bind the model's dimensions with --dim or --shape, or "
                    "an input that it depends on with --value";
  error << " from its operands: ";
  llvm::interleaveComma(result.getOwner()->getOperandTypes(), error);
  return error;
}

FailureOr<Operation *> ShapeInference::inferControlFlow(Operation *op) {
  if (auto branch = dyn_cast<IfOp>(op))
    return inferIf(branch, *this);
  if (auto loop = dyn_cast<LoopOp>(op))
    return inferLoop(loop, *this);
  return inferScan(cast<ScanOp>(op), *this);
}

/// The ops just built in front of `op` need types as well.
LogicalResult ShapeInference::inferBetween(Operation *before, Operation *op) {
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
FailureOr<bool> ShapeInference::expand(ExpandingOp op) {
  OpBuilder b(op);
  Operation *before = op->getPrevNode();
  OpenTypesScope scope;
  SmallVector<Value> values = op.expand(b);
  if (scope.hasFailed())
    return failure();
  if (values.empty())
    return false;
  for (auto [result, value] : llvm::zip(op->getResults(), values))
    if (value)
      result.replaceAllUsesWith(value);
  // What was built without inference, as a copy, may fail only here.
  if (failed(inferBetween(before, op)) || scope.hasFailed())
    return failure();
  op->erase();
  return true;
}

/// A constant of these integers, or Dims where they are expressions; none where
/// the type cannot hold expressions.
static Value buildInts(OpBuilder &b, Location loc, RankedTensorType type,
                       ArrayRef<AffineExpr> value) {
  if (llvm::all_of(value, [](AffineExpr e) {
        return onnxc::onnx::getConstant(e).has_value();
      })) {
    SmallVector<APInt> ints;
    for (AffineExpr e : value)
      ints.emplace_back(type.getElementTypeBitWidth(),
                        *onnxc::onnx::getConstant(e),
                        /*isSigned=*/true, /*implicitTrunc=*/true);
    return ConstantOp::create(b, loc, type, DenseElementsAttr::get(type, ints));
  }
  if (type.getElementTypeBitWidth() < 32 && !type.getElementType().isInteger(1))
    return Value();
  return DimsOp::create(b, loc, type, DimsAttr::get(b.getContext(), value),
                        /*any_sign=*/false);
}

/// The type of a few integers, which may be sizes.
static RankedTensorType getIntsType(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.hasStaticShape() && type.getNumElements() <= 1024 &&
                 type.getElementType().isSignlessInteger()
             ? type
             : RankedTensorType();
}

/// A list of sizes that is cut in parts: `h, w = Split(Shape(x))`.
static bool foldSplit(SplitOp op) {
  std::optional<Dims> whole = getKnownInts(op.getInput());
  auto type = dyn_cast<RankedTensorType>(op.getInput().getType());
  if (!whole || !type || type.getRank() != 1)
    return false;
  OpBuilder b(op);
  SmallVector<Value> parts;
  ArrayRef<AffineExpr> rest = *whole;
  for (Value result : op.getResults()) {
    RankedTensorType partType = getIntsType(result);
    if (!partType || partType.getDimSize(0) > int64_t(rest.size()))
      return false;
    ArrayRef<AffineExpr> part = rest.take_front(partType.getDimSize(0));
    rest = rest.drop_front(part.size());
    parts.push_back(buildInts(b, op.getLoc(), partType, part));
    if (!parts.back())
      return false;
  }
  op->replaceAllUsesWith(parts);
  op->erase();
  return true;
}

bool ShapeInference::foldShapeArithmetic(Operation *op) {
  if (auto split = dyn_cast<SplitOp>(op))
    return foldSplit(split);
  auto arithmetic = dyn_cast<ShapeArithmeticOp>(op);
  if (!arithmetic)
    return false;
  RankedTensorType type = getIntsType(op->getResult(0));
  if (!type)
    return false;
  SmallVector<std::optional<Dims>> operands;
  for (Value operand : op->getOperands())
    operands.push_back(getKnownInts(operand));
  std::optional<Dims> value = arithmetic.evaluate(operands);
  if (!value || int64_t(value->size()) != type.getNumElements())
    return false;
  OpBuilder b(op);
  Value replacement = buildInts(b, op->getLoc(), type, *value);
  if (!replacement)
    return false;
  op->getResult(0).replaceAllUsesWith(replacement);
  op->erase();
  return true;
}

void ShapeInference::updateSignature() {
  Operation *terminator = function.getBody().back().getTerminator();
  function.setType(FunctionType::get(getContext(),
                                     function.getBody().getArgumentTypes(),
                                     terminator->getOperandTypes()));
}
