//===- LoopShapes.cpp - Shapes around a Loop ------------------------------===//
//
// Which sizes change is found by inferring a copy of the body, at first as if
// none did. The number of iterations, where a scan output needs it and only the
// run tells, is counted by one more carried value.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/InferTypes.h"
#include "dialects/onnx/MathOps.h"
#include "mlir/IR/Diagnostics.h"
#include "passes/Graph/CarriedSequences.h"
#include "passes/Graph/ControlFlowShapes.h"
#include "passes/Graph/VaryingSizes.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

class LoopShapes {
public:
  LoopShapes(LoopOp op, ShapeInference &inference)
      : op(op), inference(inference), carried(op.getVInitial().size()),
        sequences(carried.size()) {}

  FailureOr<Operation *> run();
  /// What copies of the body tell of carried sequences.
  SmallVector<CarriedSequence> inferSequences();

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
  SmallVector<CarriedSequence> sequences;
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
  replaceCarried(copy, sequences, inference);
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
      readCarried(op, copy, sequences, numSymbols, inference);
    }
  }
  inference.forgetRunTimeSequences(copy.getBody());
  copy->erase();
  inference.forgetSymbols(numSymbols);
  return changed;
}

SmallVector<CarriedSequence> LoopShapes::inferSequences() {
  if (llvm::none_of(op.getVInitial(), isSequence))
    return sequences;
  while (findVarying()) {
  }
  for (CarriedSequence &sequence : sequences)
    sequence.isPacked = !sequence.isStacked;
  findVarying();
  return sequences;
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
        buildDims(b, loc, selectDims(*getDims(initial), carried[i].varying));
    Value now = body().addArgument(sizes.getType(), loc);
    b.setInsertionPointToStart(&body());
    argument.setType(readSizes(b, loc, initial.getType(), carried[i].varying,
                               now, inference));
    carried[i].sizes = addCarried(sizes, {});
  }
  if (failed(inference.inferBlock(body())) ||
      failed(inference.refuseRunTimeSequences()))
    return failure();
  Operation *yield = body().getTerminator();
  b.setInsertionPoint(yield);
  for (size_t i = 0; i < carried.size(); ++i) {
    Value argument = body().getArgument(2 + i),
          value = yield->getOperand(1 + i);
    if (!isa<TensorType>(value.getType()))
      continue;
    if (failed(checkShape(op, value, "a carried value")))
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
          buildDims(b, loc, selectDims(dims, carried[i].varying));
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
  if (failed(checkShape(op, slice, "a scan output")))
    return failure();
  Dims dims = *getDims(slice);
  ScanOutput scan{result, !getDims(type), {}};
  for (auto [d, dim] : llvm::enumerate(dims))
    if (getNumSymbols(inference.getDefinition(dim)) > numOutside)
      scan.varying.push_back(d);
  if (scan.isCounted && !counter && failed(addCounter()))
    return failure();
  OpBuilder b(yield);
  if (!scan.varying.empty()) {
    Value sizes = buildDims(b, op.getLoc(), selectDims(dims, scan.varying));
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
        failed(checkShape(op, initial, "an initial value")))
      return failure();
  size_t numOutside = inference.getSymbolCount();
  while (findVarying()) {
  }
  if (failed(inferBody()))
    return failure();

  SmallVector<Type> types;
  if (failed(inferResultTypes(op, types)))
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
  SmallVector<CarriedSequence> carried =
      LoopShapes(op, inference).inferSequences();
  op = stackSequences(op, carried);
  llvm::erase_if(carried,
                 [](const CarriedSequence &of) { return of.isStacked; });
  SmallVector<Operation *> after;
  FailureOr<LoopOp> loop = packSequences(op, carried, after, inference);
  if (failed(loop))
    return failure();
  FailureOr<Operation *> inferred = LoopShapes(*loop, inference).run();
  if (succeeded(inferred))
    for (Operation *pack : after)
      if (failed(inference.inferOp(pack)))
        return failure();
  return inferred;
}
