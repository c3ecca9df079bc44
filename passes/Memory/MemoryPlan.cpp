//===- MemoryPlan.cpp - Where every tensor of @main is --------------------===//
//
// An input's or output's memory, the weights, or an offset in the arena. What
// has a size that depends on data is on the heap.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Memory/MemoryPlan.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/ControlFlowOps.h"
#include "dialects/onnx/CustomOps.h"
#include "dialects/onnx/ElementTypes.h"
#include "dialects/onnx/ModelAttrs.h"
#include "dialects/plan/Kernels.h"
#include "dialects/plan/Plan.h"
#include "passes/Memory/SizeBounds.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;
using plan::getSource;

static AffineExpr getBytes(ArrayRef<AffineExpr> dims, Type elementType) {
  int64_t bytes = getStorageBytes(elementType);
  return alignToArena(getProduct(elementType.getContext(), dims) * bytes);
}

AffineExpr onnxc::getPlacedBytes(Value value) {
  return getBytes(*getDims(value), getElementType(value));
}

bool onnxc::isSizedInside(Value result) {
  Operation *op = result.getDefiningOp();
  if (!isa_and_nonnull<IfOp, LoopOp>(op))
    return false;
  Dims dims = *getDims(result);
  for (Value other : op->getResults())
    for (Operation *user : other.getUsers())
      if (auto symbol = dyn_cast<plan::SymbolOp>(user))
        for (AffineExpr dim : dims)
          if (dim.isFunctionOfSymbol(symbol.getNumber()))
            return true;
  return false;
}

/// Strings are addresses: what makes some of bytes refers to these.
static bool holdsText(OpResult result) {
  return isa<plan::CallOp>(result.getOwner()) &&
         getElementType(result).isUnsignedInteger(8) &&
         llvm::any_of(result.getUsers(), [](Operation *user) {
           return isa<plan::CallOp>(user) &&
                  llvm::any_of(user->getResults(), [](Value made) {
                    return isa<StringType>(getElementType(made));
                  });
         });
}

bool MemoryPlan::dependsOnData(Value value) const {
  return getNumSymbols(*getDims(value)) > numInputSymbols;
}

namespace {

class MemoryPlanner {
public:
  MemoryPlanner(ModuleOp module, func::FuncOp main, MemoryPlan &plan)
      : module(module), main(main), context(main.getContext()), kernels(module),
        plan(plan), places(plan.places), steps(plan.steps),
        endSteps(plan.endSteps) {}

  LogicalResult run() {
    for (Type type : main.getArgumentTypes())
      plan.numInputSymbols += type.isIndex();
    readSymbolRanges();
    placeConstants();
    numberSteps(main.getBody().front());
    placeInputsAndOutputs();
    if (failed(placeBlock(main.getBody().front())))
      return failure();
    plan.arenaBytes = planArena(context, plan.buffers);
    return success();
  }

private:
  ModuleOp module;
  func::FuncOp main;
  MLIRContext *context;
  SymbolTable kernels;
  MemoryPlan &plan;
  llvm::DenseMap<Value, Place> &places;
  llvm::DenseMap<Operation *, int64_t> &steps, &endSteps;
  int64_t numSteps = 0;
  SmallVector<SymbolRange> ranges;

  void readSymbolRanges();
  void placeConstants();
  void numberSteps(Block &block);
  int64_t getLastUse(Value value);
  void placeInputsAndOutputs();
  void setPlace(Value value, Place place);
  LogicalResult placeBlock(Block &block);
  LogicalResult placeResult(OpResult result);
  LogicalResult placeCall(plan::CallOp call);
  LogicalResult placeControlFlow(Operation *op);
  void placeLoop(LoopOp loop);
  void placeScan(ScanOp scan);
  void placeYields(Operation *op, Block &block);
  Place addBuffer(AffineExpr bytes, int64_t first, int64_t last,
                  Operation *owner, StringRef what = "");
  Place addHeapBuffer(AffineExpr bytes) {
    plan.heapBytes.push_back(bytes);
    return {Place::Heap, int64_t(plan.heapBytes.size() - 1)};
  }
  Place addKeptBuffer(AffineExpr bytes, Operation *owner) {
    noteAllocation(owner);
    plan.keptBytes.push_back(bytes);
    return {Place::Kept, int64_t(plan.keptBytes.size() - 1)};
  }
  void noteAllocation(Operation *owner) {
    plan.allocating.insert(
        StringAttr::get(context, getNodeNames(owner->getLoc())));
  }
};

/// Memory in the arena, or where the size depends on data, on the heap. In the
/// arena a bounded dimension has its bound.
Place MemoryPlanner::addBuffer(AffineExpr bytes, int64_t first, int64_t last,
                               Operation *owner, StringRef what) {
  AffineExpr most = getUpperBound(bytes, ranges);
  if (!most)
    most = bytes;
  if (getNumSymbols(most) > plan.numInputSymbols) {
    noteAllocation(owner);
    return addHeapBuffer(bytes);
  }
  plan.buffers.push_back({most, first, last});
  plan.owners.push_back({owner, what});
  return {Place::Arena, int64_t(plan.buffers.size() - 1)};
}

void MemoryPlanner::readSymbolRanges() {
  auto bounds = onnx::attrs::SymbolBounds::get(main);
  if (!bounds)
    return;
  ArrayRef<int64_t> values = bounds.asArrayRef();
  for (; values.size() >= 2; values = values.drop_front(2))
    ranges.push_back(
        {values[0], values[1] < 0 ? std::optional<int64_t>() : values[1]});
}

void MemoryPlanner::placeConstants() {
  if (auto shared = plan::attrs::SharedWeights::get(module))
    plan.weights.begin(shared);
  main.walk([&](ConstantOp constant) {
    places[constant] = {Place::Weights,
                        plan.weights.place(constant.getElements())};
  });
}

void MemoryPlanner::numberSteps(Block &block) {
  for (Operation &op : block) {
    steps[&op] = numSteps++;
    for (Region &region : op.getRegions())
      for (Block &nested : region)
        numberSteps(nested);
    endSteps[&op] = numSteps++;
  }
}

/// The last step that reads the value. What a loop takes, or reads of its
/// surroundings, lives as long as the loop.
int64_t MemoryPlanner::getLastUse(Value value) {
  Operation *producer = value.getDefiningOp();
  int64_t last = producer ? endSteps.lookup(producer) : 0;
  for (Operation *user : value.getUsers()) {
    if (auto view = dyn_cast<plan::ViewOp>(user))
      last = std::max(last, getLastUse(view));
    bool isNested = user->getNumRegions() > 0;
    last = std::max(last, (isNested ? endSteps : steps).lookup(user));
    for (Operation *op = user; op->getBlock() != value.getParentBlock();) {
      op = op->getParentOp();
      if (isa<LoopOp, ScanOp>(op))
        last = std::max(last, endSteps.lookup(op));
    }
  }
  return last;
}

void MemoryPlanner::placeInputsAndOutputs() {
  for (BlockArgument argument : main.getArguments())
    if (!argument.getType().isIndex())
      places[argument] = {Place::Input, int64_t(argument.getArgNumber())};
  Operation *ret = main.getBody().front().getTerminator();
  // A result that is returned is computed in the output's own memory; a second
  // output of the same value, or one that is an input, is copied.
  for (auto [i, value] : llvm::enumerate(ret->getOperands())) {
    Value source = getSource(value);
    // Memory of a fixed size is the caller's, other memory is allocated.
    if (!places.count(source) &&
        plan.dependsOnData(source) == plan.dependsOnData(value) &&
        isa_and_nonnull<plan::CallOp, plan::OffloadOp, CustomCallOp, IfOp,
                        LoopOp, ScanOp>(source.getDefiningOp()) &&
        !isSizedInside(source))
      setPlace(source, {Place::Output, int64_t(i)});
  }
}

/// Places a call's result, and before it what it takes its memory from.
void MemoryPlanner::setPlace(Value value, Place place) {
  places[value] = place;
  auto result = dyn_cast<OpResult>(value);
  auto call = value.getDefiningOp<plan::CallOp>();
  if (call)
    if (Value input = call.getReusedInput(result.getResultNumber()))
      setPlace(getSource(input), place);
}

LogicalResult MemoryPlanner::placeResult(OpResult result) {
  Operation *op = result.getOwner();
  if (!getDims(result)) {
    if (result.use_empty())
      return success();
    return op->emitError("has a result whose size is not known");
  }
  if (auto call = dyn_cast<plan::CallOp>(op))
    if (Value input = call.getReusedInput(result.getResultNumber())) {
      Place place = places[getSource(input)];
      places[result] = place;
      if (place.kind == Place::Arena) {
        ArenaBuffer &buffer = plan.buffers[place.index];
        buffer.last = std::max(buffer.last, getLastUse(result));
      }
      return success();
    }
  // Also where it takes no bytes, as another size is 0.
  if (isSizedInside(result)) {
    noteAllocation(op);
    places[result] = addHeapBuffer(getPlacedBytes(result));
    return success();
  }
  places[result] = holdsText(result)
                       ? addKeptBuffer(getPlacedBytes(result), op)
                       : addBuffer(getPlacedBytes(result), steps[op],
                                   getLastUse(result), op);
  return success();
}

LogicalResult MemoryPlanner::placeBlock(Block &block) {
  for (Operation &op : block) {
    if (isa<ConstantOp, plan::ViewOp, plan::SymbolOp, plan::SizeOp,
            plan::RequireOp, func::ReturnOp, YieldOp>(op))
      continue;
    for (OpResult result : op.getResults())
      if (!places.count(result) && failed(placeResult(result)))
        return failure();
    if (isa<DimsOp, plan::OffloadOp, CustomCallOp, CustomSizesOp>(op))
      continue;
    if (auto call = dyn_cast<plan::CallOp>(op)) {
      if (failed(placeCall(call)))
        return failure();
      continue;
    }
    if (!isa<IfOp, LoopOp, ScanOp>(op))
      return op.emitError(
          "is not supported outside of kernels: only calls, If, Loop "
          "and Scan are placed in memory");
    if (failed(placeControlFlow(&op)))
      return failure();
  }
  return success();
}

LogicalResult MemoryPlanner::placeCall(plan::CallOp call) {
  auto kernel = kernels.lookup<func::FuncOp>(call.getCallee());
  unsigned first = call.getResults().size() + takesContext(kernel);
  for (size_t i = 0; i < call.getInputs().size(); ++i)
    first += !call.isReused(i);
  unsigned end = kernel.getNumArguments() - call.getSymbols().size();
  for (unsigned i = first; i < end; ++i) {
    auto dims = plan::attrs::Dims::get(kernel, i);
    auto type = plan::attrs::Element::get(kernel, i);
    if (!dims || !type)
      return call.emitError("its kernel has scratch of unknown size");
    SmallVector<AffineExpr> symbols;
    for (Value symbol : call.getSymbols())
      symbols.push_back(getSymbolExpr(main, symbol));
    Dims sizes;
    for (AffineExpr size : dims.getExprs())
      sizes.push_back(simplify(size.replaceSymbols(symbols)));
    plan.scratch[call].push_back(addBuffer(getBytes(sizes, type.getValue()),
                                           steps[call], steps[call], call,
                                           "scratch of"));
  }
  return success();
}

void MemoryPlanner::placeLoop(LoopOp loop) {
  Block &body = loop.getBody().front();
  for (Value scalar : body.getArguments().take_front(2))
    places[scalar] = addBuffer(onnx::getConstant(context, kArenaAlignment),
                               steps[loop], endSteps[loop], loop);
  for (auto [argument, result] :
       llvm::zip(body.getArguments().drop_front(2), loop.getResults())) {
    places[argument] = places.lookup(result);
    if (isSizedInside(result))
      plan.nextPlaces[argument] = addHeapBuffer(AffineExpr());
  }
}

void MemoryPlanner::placeScan(ScanOp scan) {
  Block &body = scan.getBody().front();
  size_t numStates = scan->getNumOperands() - scan.getNumScanInputs();
  for (size_t i = 0; i < body.getNumArguments(); ++i)
    places[body.getArgument(i)] =
        i < numStates ? places[scan->getResult(i)] : Place{Place::Slice, 0};
}

/// A branch computes the results of its op where they are.
void MemoryPlanner::placeYields(Operation *op, Block &block) {
  for (auto [i, value] : llvm::enumerate(block.getTerminator()->getOperands()))
    if (Value source = getSource(value);
        source.getParentBlock() == &block &&
        isa_and_nonnull<plan::CallOp, plan::OffloadOp, CustomCallOp>(
            source.getDefiningOp()) &&
        !places.count(source) && getDims(source) == getDims(op->getResult(i)))
      setPlace(source, places[op->getResult(i)]);
}

LogicalResult MemoryPlanner::placeControlFlow(Operation *op) {
  if (auto loop = dyn_cast<LoopOp>(op))
    placeLoop(loop);
  if (auto scan = dyn_cast<ScanOp>(op))
    placeScan(scan);
  for (Region &region : op->getRegions()) {
    Block &block = region.front();
    if (isa<IfOp>(op))
      placeYields(op, block);
    if (failed(placeBlock(block)))
      return failure();
    if (isa<IfOp>(op))
      continue;
    // A carried value that becomes another one is copied twice.
    for (Value value : block.getTerminator()->getOperands())
      if (Value source = getSource(value); isa<BlockArgument>(source) &&
                                           source.getParentBlock() == &block &&
                                           getDims(value))
        plan.temporaries[value] =
            addBuffer(getPlacedBytes(value), steps[op], endSteps[op], op,
                      "a value carried by");
  }
  return success();
}

} // namespace

FailureOr<MemoryPlan> onnxc::planMemory(ModuleOp module, func::FuncOp main) {
  MemoryPlan plan;
  if (failed(MemoryPlanner(module, main, plan).run()))
    return failure();
  return plan;
}
