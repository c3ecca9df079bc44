//===- ControlFlowShapes.cpp - Shapes around If, Loop and Scan ------------===//
//
// A size that depends on which branch is taken, or changes from iteration to
// iteration, travels as data: the op gets one more result, an integer tensor of
// such sizes, and symbols are read from it. For a Loop that appends a row to
// %c : tensor<?x8xf32, #onnx.dims<[s0, 8]>> in each iteration:
//
//   %n0 = onnx.Dims [s0]
//   %r, %n = onnx.Loop(%trips, _, [%c, %n0]) {
//   ^bb0(%i, %go, %a: [s1, 8], %na: tensor<1xi64>):
//     plan.symbol 1 = %na[0]
//     %longer = onnx.Concat(%a, %row) : ... -> [s1 + 1, 8]
//     %next = onnx.Dims [s1 + 1]
//     onnx.Yield(%go, %longer, %next)
//   } : -> [s2, 8], tensor<1xi64>
//   plan.symbol 2 = %n[0]
//
// Which sizes change is found by inferring a copy of the body, at first as if
// none did. The number of iterations, where a scan output needs it and only the
// run tells, is counted by one more carried value.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Graph/ControlFlowShapes.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/LayoutOps.h"
#include "dialects/onnx/MathOps.h"
#include "mlir/IR/Diagnostics.h"
#include "passes/Graph/ReshapeTo.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

/// Which dimensions of a value have a size of their own in each iteration, or
/// branch.
using Varying = SmallVector<unsigned>;

Value buildDims(OpBuilder &b, Location loc, ArrayRef<AffineExpr> exprs) {
  auto type = RankedTensorType::get({int64_t(exprs.size())}, b.getI64Type());
  if (llvm::all_of(exprs, [](AffineExpr e) {
        return onnxc::onnx::getConstant(e).has_value();
      })) {
    SmallVector<int64_t> ints;
    for (AffineExpr expr : exprs)
      ints.push_back(*onnxc::onnx::getConstant(expr));
    return ConstantOp::create(b, loc, ints);
  }
  return DimsOp::create(b, loc, type, DimsAttr::get(b.getContext(), exprs),
                        /*any_sign=*/false);
}

Dims select(ArrayRef<AffineExpr> dims, ArrayRef<unsigned> which) {
  Dims result;
  for (unsigned i : which)
    result.push_back(dims[i]);
  return result;
}

bool isOneElement(ArrayRef<AffineExpr> dims) {
  return llvm::all_of(
      dims, [](AffineExpr dim) { return onnxc::onnx::getConstant(dim) == 1; });
}

void appendToYield(Block &block, unsigned at, ValueRange values) {
  block.getTerminator()->insertOperands(at, values);
}

LogicalResult checkTensor(Operation *op, Value value, StringRef what) {
  if (isa<TensorType>(value.getType()) && getDims(value))
    return success();
  return op->emitError("the shape of ")
         << what << " cannot be inferred; bind the model's dimensions with "
         << "--dim or --shape";
}

/// The type with symbols, read from elements of a tensor, for those sizes.
Type readSizes(OpBuilder &b, Location loc, Type type, ArrayRef<unsigned> which,
               Value sizes, ShapeInference &inference) {
  Dims dims = *getDims(type);
  for (auto [element, i] : llvm::enumerate(which))
    dims[i] = inference.defineSymbol(b, loc, sizes, element);
  return getTensorType(dims, cast<TensorType>(type).getElementType());
}

} // namespace

//===----------------------------------------------------------------------===//
// If
//===----------------------------------------------------------------------===//

FailureOr<Operation *> onnxc::inferIf(IfOp op, ShapeInference &inference) {
  if (failed(inference.inferBranches(op)))
    return failure();
  Block &thenBlock = op.getThenBranch().front();
  Block &elseBlock = op.getElseBranch().front();
  SmallVector<std::pair<unsigned, Varying>> varying;
  for (OpResult result : op->getResults()) {
    unsigned i = result.getResultNumber();
    Value left = thenBlock.getTerminator()->getOperand(i);
    Value right = elseBlock.getTerminator()->getOperand(i);
    if (!isa<TensorType>(left.getType()) || !isa<TensorType>(right.getType()))
      continue;
    if (failed(checkTensor(op, left, "an output of then_branch")) ||
        failed(checkTensor(op, right, "an output of else_branch")))
      return failure();
    Dims l = *getDims(left), r = *getDims(right);
    if (onnxc::onnx::getElementType(left) != onnxc::onnx::getElementType(right))
      return op->emitError("its branches give ")
             << left.getType() << " and " << right.getType() << " for output "
             << i;
    if (l.size() != r.size() && isOneElement(l) && isOneElement(r)) {
      // Both broadcast alike; the one of lower rank gets dimensions of 1.
      op.emitWarning("its branches give tensors of one element and different "
                     "ranks for output ")
          << i << "; it is given rank " << std::max(l.size(), r.size());
      Block &lower = l.size() < r.size() ? thenBlock : elseBlock;
      Operation *yield = lower.getTerminator();
      (l.size() < r.size() ? l : r) = l.size() < r.size() ? r : l;
      OpBuilder b(yield);
      yield->setOperand(i, reshapeTo(b, op.getLoc(), yield->getOperand(i), l));
      left = thenBlock.getTerminator()->getOperand(i);
    }
    if (l.size() != r.size()) {
      // A Squeeze of a dimension that need not be 1 is exported as a Squeeze if
      // it is and an Identity if not. What follows was written for the first.
      bool takesThen = l.size() < r.size();
      if (inference.assumeBranch(op, takesThen)) {
        if (failed(inference.inlineBranch(op, takesThen)))
          return failure();
        return static_cast<Operation *>(nullptr);
      }
      return op->emitError("its branches give tensors of ranks ")
             << l.size() << " and " << r.size() << " for output " << i
             << "; a rank must be known when the model is compiled: bind "
                "dimensions with --dim or --shape so that the condition is "
                "known, too";
    }
    result.setType(left.getType());
    Varying which;
    for (unsigned d = 0; d < l.size(); ++d)
      if (l[d] != r[d])
        which.push_back(d);
    if (!which.empty())
      varying.push_back({i, which});
  }
  if (varying.empty())
    return op.getOperation();

  OpBuilder b(op);
  Location loc = op.getLoc();
  unsigned numResults = op->getNumResults();
  SmallVector<Type> types(op->getResultTypes());
  for (auto &[i, which] : varying) {
    types.push_back(
        RankedTensorType::get({int64_t(which.size())}, b.getI64Type()));
    for (Block *block : {&thenBlock, &elseBlock}) {
      Operation *yield = block->getTerminator();
      b.setInsertionPoint(yield);
      Dims dims = *getDims(yield->getOperand(i));
      appendToYield(*block, yield->getNumOperands(),
                    buildDims(b, loc, select(dims, which)));
    }
  }
  b.setInsertionPoint(op);
  auto wider = IfOp::create(b, loc, types, op.getCond());
  wider.getThenBranch().takeBody(op.getThenBranch());
  wider.getElseBranch().takeBody(op.getElseBranch());
  b.setInsertionPointAfter(wider);
  for (auto [number, entry] : llvm::enumerate(varying)) {
    Value result = wider->getResult(entry.first);
    result.setType(readSizes(b, loc, result.getType(), entry.second,
                             wider->getResult(numResults + number), inference));
  }
  op->replaceAllUsesWith(wider->getResults().take_front(numResults));
  op->erase();
  return wider.getOperation();
}

//===----------------------------------------------------------------------===//
// Loop
//===----------------------------------------------------------------------===//

namespace {

class LoopShapes {
public:
  LoopShapes(LoopOp op, ShapeInference &inference)
      : op(op), inference(inference), carried(op.getVInitial().size()) {}

  FailureOr<Operation *> run();

private:
  /// A carried value: which sizes vary, and the further carried value that
  /// holds them.
  struct Carried {
    Varying varying;
    size_t sizes = 0;
  };
  /// A scan output of which only the run tells a size: the number of its
  /// slices, or some of a slice's own.
  struct ScanOutput {
    size_t result;
    bool isCounted;
    Varying varying;
    size_t sizes = 0;
  };

  LoopOp op;
  ShapeInference &inference;
  SmallVector<Carried> carried;
  SmallVector<ScanOutput> scans;
  /// Further carried values: their results follow the others.
  SmallVector<Value> moreInitial, moreYields;
  /// The one of these that counts the iterations.
  std::optional<size_t> counter;

  Block &body() { return op.getBody().front(); }
  bool findVarying();
  LogicalResult inferBody();
  LogicalResult addCounter();
  LogicalResult inferScanOutput(size_t result, size_t numOutside, Type &type);
  LoopOp widen(ArrayRef<Type> types);
  void readResultSizes(LoopOp wider, ArrayRef<Type> types);

  size_t addCarried(Value initial, Value yield) {
    moreInitial.push_back(initial);
    moreYields.push_back(yield);
    return moreInitial.size() - 1;
  }
};

/// Infers a copy of the body with what is known to vary; whether it yields
/// something else than that.
bool LoopShapes::findVarying() {
  size_t numSymbols = inference.getSymbolCount();
  for (unsigned i : {0, 1})
    body().getArgument(i).setType(RankedTensorType::get(
        {}, IntegerType::get(op.getContext(), i == 0 ? 64 : 1)));
  auto copy = cast<LoopOp>(op->clone());
  OpBuilder b(op);
  b.insert(copy);
  Block &block = copy.getBody().front();
  for (size_t i = 0; i < carried.size(); ++i) {
    Type type = op.getVInitial()[i].getType();
    if (std::optional<Dims> dims = getDims(type)) {
      for (unsigned d : carried[i].varying)
        (*dims)[d] = inference.addSymbol("varying");
      type = getTensorType(*dims, cast<TensorType>(type).getElementType());
    }
    block.getArgument(2 + i).setType(type);
  }
  bool changed = false;
  {
    // What is wrong will be told when the body itself is inferred.
    ScopedDiagnosticHandler quiet(op.getContext(),
                                  [](Diagnostic &) { return success(); });
    if (succeeded(inference.inferBlock(block))) {
      for (size_t i = 0; i < carried.size(); ++i) {
        Value yield = block.getTerminator()->getOperand(1 + i);
        std::optional<Dims> before = getDims(block.getArgument(2 + i)),
                            after = getDims(yield);
        if (!before || !after || before->size() != after->size())
          continue;
        for (unsigned d = 0; d < before->size(); ++d)
          if ((*before)[d] != (*after)[d] &&
              !llvm::is_contained(carried[i].varying, d)) {
            carried[i].varying.push_back(d);
            changed = true;
          }
        llvm::sort(carried[i].varying);
      }
    }
  }
  copy->erase();
  inference.forgetSymbols(numSymbols);
  return changed;
}

LogicalResult LoopShapes::inferBody() {
  OpBuilder b(op);
  Location loc = op.getLoc();
  for (size_t i = 0; i < carried.size(); ++i) {
    Value initial = op.getVInitial()[i];
    Value argument = body().getArgument(2 + i);
    argument.setType(initial.getType());
    if (carried[i].varying.empty())
      continue;
    b.setInsertionPoint(op);
    Value sizes =
        buildDims(b, loc, select(*getDims(initial), carried[i].varying));
    Value now = body().addArgument(sizes.getType(), loc);
    b.setInsertionPointToStart(&body());
    argument.setType(readSizes(b, loc, initial.getType(), carried[i].varying,
                               now, inference));
    carried[i].sizes = addCarried(sizes, {});
  }
  if (failed(inference.inferBlock(body())))
    return failure();
  Operation *yield = body().getTerminator();
  b.setInsertionPoint(yield);
  for (size_t i = 0; i < carried.size(); ++i) {
    Value argument = body().getArgument(2 + i),
          value = yield->getOperand(1 + i);
    if (!isa<TensorType>(value.getType()))
      continue;
    if (failed(checkTensor(op, value, "a carried value")))
      return failure();
    Dims dims = *getDims(value), before = *getDims(argument);
    if (onnxc::onnx::getElementType(value) !=
            onnxc::onnx::getElementType(argument) ||
        dims.size() != before.size())
      return op->emitError("carries ")
             << argument.getType() << " into an iteration and "
             << value.getType() << " out of it";
    if (!carried[i].varying.empty())
      moreYields[carried[i].sizes] =
          buildDims(b, loc, select(dims, carried[i].varying));
  }
  return success();
}

/// One more carried value: how many iterations there were.
LogicalResult LoopShapes::addCounter() {
  OpBuilder b(body().getTerminator());
  Location loc = op.getLoc();
  auto scalar = RankedTensorType::get({}, b.getI64Type());
  auto constant = [&](int64_t value) -> Value {
    return ConstantOp::create(
        b, loc, DenseElementsAttr::get(scalar, b.getI64IntegerAttr(value)));
  };
  Value done = AddOp::create(b, loc, body().getArgument(0), constant(1));
  if (failed(inference.inferOp(done.getDefiningOp())))
    return failure();
  b.setInsertionPoint(op);
  counter = addCarried(constant(0), done);
  return success();
}

/// A scan output's sizes: how often, and what only an iteration knows, which
/// are the symbols that were not there outside. Both are 0 in its type until
/// they are defined.
LogicalResult LoopShapes::inferScanOutput(size_t result, size_t numOutside,
                                          Type &type) {
  Operation *yield = body().getTerminator();
  Value slice = yield->getOperand(1 + result);
  if (!isa<TensorType>(slice.getType()))
    return success();
  if (failed(checkTensor(op, slice, "a scan output")))
    return failure();
  Dims dims = *getDims(slice);
  ScanOutput scan{result, !getDims(type), {}};
  for (auto [d, dim] : llvm::enumerate(dims))
    if (getNumSymbols(dim) > numOutside)
      scan.varying.push_back(d);
  if (scan.isCounted && !counter && failed(addCounter()))
    return failure();
  OpBuilder b(yield);
  if (!scan.varying.empty()) {
    Value sizes = buildDims(b, op.getLoc(), select(dims, scan.varying));
    b.setInsertionPoint(op);
    SmallVector<int64_t> zeros(scan.varying.size(), 0);
    scan.sizes = addCarried(ConstantOp::create(b, op.getLoc(), zeros), sizes);
  }
  if (!scan.isCounted && scan.varying.empty())
    return success();
  dims.insert(dims.begin(), scan.isCounted
                                ? AffineExpr(b.getAffineConstantExpr(0))
                                : getDims(type)->front());
  type = getTensorType(dims, onnxc::onnx::getElementType(slice));
  scans.push_back(std::move(scan));
  return success();
}

/// The loop with the further carried values.
LoopOp LoopShapes::widen(ArrayRef<Type> types) {
  for (Value initial :
       ArrayRef(moreInitial)
           .drop_front(body().getNumArguments() - 2 - carried.size()))
    body().addArgument(initial.getType(), op.getLoc());
  appendToYield(body(), 1 + carried.size(), moreYields);
  SmallVector<Value> initial(op.getVInitial());
  llvm::append_range(initial, moreInitial);
  SmallVector<Type> all(types.take_front(carried.size()));
  llvm::append_range(all, ValueRange(moreInitial).getTypes());
  llvm::append_range(all, types.drop_front(carried.size()));
  OpBuilder b(op);
  auto wider =
      LoopOp::create(b, op.getLoc(), all, op.getM(), op.getCond(), initial);
  wider.getBody().takeBody(op.getBody());
  return wider;
}

/// Symbols for the sizes that the loop gives as data.
void LoopShapes::readResultSizes(LoopOp wider, ArrayRef<Type> types) {
  OpBuilder b(wider->getContext());
  b.setInsertionPointAfter(wider);
  Location loc = wider.getLoc();
  auto getMore = [&](size_t i) { return wider->getResult(carried.size() + i); };
  for (auto [i, value] : llvm::enumerate(carried))
    if (!value.varying.empty())
      wider->getResult(i).setType(readSizes(b, loc, types[i], value.varying,
                                            getMore(value.sizes), inference));
  AffineExpr trips;
  if (counter)
    trips = inference.defineSymbol(b, loc, getMore(*counter), 0);
  for (const ScanOutput &scan : scans) {
    Dims dims = *getDims(types[scan.result]);
    if (scan.isCounted)
      dims[0] = trips;
    for (auto [element, d] : llvm::enumerate(scan.varying))
      dims[1 + d] =
          inference.defineSymbol(b, loc, getMore(scan.sizes), element);
    Type element = cast<TensorType>(types[scan.result]).getElementType();
    wider->getResult(moreInitial.size() + scan.result)
        .setType(getTensorType(dims, element));
  }
}

FailureOr<Operation *> LoopShapes::run() {
  for (Value initial : op.getVInitial())
    if (isa<TensorType>(initial.getType()) &&
        failed(checkTensor(op, initial, "an initial value")))
      return failure();
  size_t numOutside = inference.getSymbolCount();
  while (findVarying()) {
  }
  if (failed(inferBody()))
    return failure();

  SmallVector<Type> types;
  if (failed(op.inferReturnTypes(op.getContext(), op.getLoc(),
                                 op->getOperands(), op->getAttrDictionary(),
                                 op->getPropertiesStorage(), op->getRegions(),
                                 types)))
    return failure();
  for (auto [i, initial] : llvm::enumerate(op.getVInitial()))
    types[i] = initial.getType();
  for (size_t i = carried.size(); i < op->getNumResults(); ++i)
    if (failed(inferScanOutput(i, numOutside, types[i])))
      return failure();
  if (moreInitial.empty()) {
    for (auto [result, type] : llvm::zip(op->getResults(), types))
      result.setType(type);
    return op.getOperation();
  }

  LoopOp wider = widen(types);
  readResultSizes(wider, types);
  ResultRange results = wider->getResults();
  SmallVector<Value> replacements(results.take_front(carried.size()));
  llvm::append_range(replacements,
                     results.drop_front(carried.size() + moreInitial.size()));
  op->replaceAllUsesWith(replacements);
  op->erase();
  return wider.getOperation();
}

} // namespace

FailureOr<Operation *> onnxc::inferLoop(LoopOp op, ShapeInference &inference) {
  return LoopShapes(op, inference).run();
}

//===----------------------------------------------------------------------===//
// Scan
//===----------------------------------------------------------------------===//

/// Scans along other axes become scans along the first of transposed tensors.
FailureOr<Operation *> onnxc::inferScan(ScanOp op, ShapeInference &inference) {
  OpBuilder b(op);
  Location loc = op.getLoc();
  size_t numStates = op->getNumOperands() - op.getNumScanInputs();
  auto transpose = [&](Value value, ArrayRef<int64_t> permutation) {
    return TransposeOp::create(b, loc, value,
                               b.getDenseI64ArrayAttr(permutation));
  };
  if (std::optional<ArrayRef<int64_t>> axes = op.getScanInputAxes()) {
    for (auto [i, axis] : llvm::enumerate(*axes)) {
      Value input = op->getOperand(numStates + i);
      std::optional<int64_t> rank = getRank(input);
      std::optional<int64_t> at =
          rank ? normalizeAxis(axis, *rank) : std::nullopt;
      if (!at)
        return op->emitError("scan input ") << i << " has no axis " << axis;
      if (*at == 0)
        continue;
      SmallVector<int64_t> permutation{*at};
      for (int64_t d = 0; d < *rank; ++d)
        if (d != *at)
          permutation.push_back(d);
      TransposeOp moved = transpose(input, permutation);
      if (failed(inference.inferOp(moved)))
        return failure();
      op->setOperand(numStates + i, moved);
    }
    op.removeScanInputAxesAttr();
  }
  SmallVector<int64_t> outputAxes;
  if (std::optional<ArrayRef<int64_t>> axes = op.getScanOutputAxes())
    outputAxes.assign(axes->begin(), axes->end());
  op.removeScanOutputAxesAttr();

  Block &body = op.getBody().front();
  for (auto [argument, type] :
       llvm::zip(body.getArguments(), op.getRegionArgTypes(0)))
    argument.setType(type);
  for (size_t i = 0; i < numStates; ++i)
    body.getArgument(i).setType(op->getOperand(i).getType());
  if (failed(inference.inferBlock(body)))
    return failure();
  SmallVector<Type> types;
  if (failed(op.inferReturnTypes(
          op.getContext(), loc, op->getOperands(), op->getAttrDictionary(),
          op->getPropertiesStorage(), op->getRegions(), types)))
    return failure();
  for (auto [i, result] : llvm::enumerate(op->getResults())) {
    if (i < numStates) {
      Value yield = body.getTerminator()->getOperand(i);
      if (!areCompatible(yield.getType(), op->getOperand(i).getType()))
        return op->emitError("carries ")
               << op->getOperand(i).getType() << " into an iteration and "
               << yield.getType() << " out of it";
      result.setType(op->getOperand(i).getType());
      continue;
    }
    result.setType(types[i]);
    if (failed(checkTensor(op, result, "a scan output")))
      return failure();
    int64_t rank = *getRank(result);
    size_t number = i - numStates;
    std::optional<int64_t> at = normalizeAxis(
        number < outputAxes.size() ? outputAxes[number] : 0, rank);
    if (!at)
      return op->emitError("scan output ")
             << number << " has no axis " << outputAxes[number];
    if (*at == 0)
      continue;
    SmallVector<int64_t> permutation;
    for (int64_t d = 1; d < rank; ++d)
      permutation.push_back(d);
    permutation.insert(permutation.begin() + *at, 0);
    b.setInsertionPointAfter(op);
    TransposeOp moved = transpose(result, permutation);
    if (failed(inference.inferOp(moved)))
      return failure();
    result.replaceAllUsesExcept(moved, moved);
  }
  return op.getOperation();
}
