//===- WriteEntry.cpp - @main becomes the generated entry point -----------===//
//
// @main is replaced by the functions that runtime.h describes:
//
//   @onnxc_entry(context, symbols, inputs, outputs) -> i32
//   @onnxc_arena_bytes(symbols) -> i64
//   @onnxc_output_shapes(symbols, dims)
//
// The weights become the module's attribute `plan.weights`; the code refers to
// them as @onnxc_weights.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/ControlFlowOps.h"
#include "dialects/onnx/CustomOps.h"
#include "dialects/onnx/ElementTypes.h"
#include "dialects/onnx/ModelAttrs.h"
#include "dialects/onnx/PiecewiseExpr.h"
#include "dialects/plan/Kernels.h"
#include "dialects/plan/Makers.h"
#include "passes/Entry/CustomCalls.h"
#include "passes/Entry/CustomFunctions.h"
#include "passes/Entry/EntryBuilder.h"
#include "passes/Entry/EntryPasses.h"
#include "passes/Entry/SizeFunctions.h"
#include "passes/Memory/MemoryPlan.h"
#include "passes/Memory/SizeRecords.h"
#include "targets/Dtype.h"
#include "llvm/ADT/TypeSwitch.h"

namespace onnxc {
#define GEN_PASS_DEF_WRITEENTRY
#include "passes/Entry/EntryPasses.h.inc"
} // namespace onnxc

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;
using plan::getSource;

namespace {

/// Writes @onnxc_entry at the end of the module.
class EntryWriter {
public:
  EntryWriter(ModuleOp module, func::FuncOp main, const MemoryPlan &plan,
              const CustomFunctions &functions, bool observes)
      : main(main), kernels(module), plan(plan), functions(functions),
        observes(observes), b(OpBuilder::atBlockEnd(module.getBody())),
        entry(b, main, plan.heapBytes.size()), addresses(plan.heapBytes.size()),
        kept(plan.keptBytes.size()) {}

  void writeEntry();

private:
  func::FuncOp main;
  SymbolTable kernels;
  const MemoryPlan &plan;
  const CustomFunctions &functions;
  /// An observer is told of what each op has written.
  bool observes;
  OpBuilder b;
  EntryBuilder entry;
  /// Where each buffer on the heap is now.
  SmallVector<Value> addresses;
  /// The same of those that are kept.
  SmallVector<Value> kept;
  llvm::DenseMap<Value, Value> slices;
  /// What has to be equal and is not checked yet, and the symbols that have a
  /// value in all of the entry from here on.
  SmallVector<EqualAttr> equalSizes;
  llvm::DenseSet<unsigned> knownSymbols;

  std::string describe(StringRef node, AffineExpr left, AffineExpr right);
  void emitSizeChecks(int32_t status);
  void emitBlock(Block &block);
  void observeResults(Operation *op);
  void emit(plan::CallOp call);
  void emit(plan::OffloadOp offload);
  void emit(plan::SymbolOp symbol);
  void emit(plan::RequireOp require);
  void emit(DimsOp dims);
  void emit(CustomCallOp call);
  void emit(CustomSizesOp sizes);
  void emit(IfOp branch);
  void emit(LoopOp loop);
  void emit(ScanOp scan);
  void emitCarried(ValueRange yields, ValueRange carried);
  void copySlice(Value result, Value value, Value position);
  void copy(Value to, Value from, Value value);
  Value getAddress(Place place);
  Value getAddress(Value value);
  void allocate(Place place);
  void allocateResults(Operation *op);
  void allocateFor(Value result, Value value);
  void loadSizedInside(Operation *op);

  OperandRange getOutputs() {
    return main.getBody().front().getTerminator()->getOperands();
  }
  static AffineExpr getBytes(Value value) {
    return simplify(getProduct(value.getContext(), *getDims(value)) *
                    getStorageBytes(getElementType(value)));
  }
};

Value EntryWriter::getAddress(Place place) {
  switch (place.kind) {
  case Place::Input:
    return entry.getInput(place.index);
  case Place::Output:
    return entry.getOutput(place.index);
  case Place::Weights:
    return entry.getWeights(place.index);
  case Place::Arena:
    return entry.getArena(plan.buffers[place.index].offset);
  case Place::Heap:
    return addresses[place.index];
  case Place::Kept:
    return kept[place.index];
  case Place::Slice:
    break;
  }
  llvm_unreachable("a slice has its address in `slices`");
}

Value EntryWriter::getAddress(Value value) {
  Value source = getSource(value);
  Place place = plan.places.lookup(source);
  return place.kind == Place::Slice ? slices.lookup(source) : getAddress(place);
}

void EntryWriter::allocate(Place place) {
  if (place.kind == Place::Heap)
    addresses[place.index] =
        entry.allocate(place.index, plan.heapBytes[place.index]);
  if (place.kind == Place::Kept)
    kept[place.index] = entry.allocateKept(plan.keptBytes[place.index]);
}

void EntryWriter::allocateResults(Operation *op) {
  for (Value result : op->getResults()) {
    auto it = plan.places.find(result);
    if (it == plan.places.end() || isSizedInside(result))
      continue;
    if (plan.dependsOnData(result))
      entry.requireSizes(*getDims(result));
    allocate(it->second);
    if (it->second.kind == Place::Output && plan.dependsOnData(result) &&
        op->getBlock() == &main.getBody().front())
      entry.allocateOutput(it->second.index, getPlacedBytes(result));
  }
}

void EntryWriter::copy(Value to, Value from, Value value) {
  entry.copy(to, from, getBytes(value));
}

/// Memory for a result that is sized inside, as much as the value takes.
void EntryWriter::allocateFor(Value result, Value value) {
  int64_t number = plan.places.lookup(result).index;
  addresses[number] = entry.allocate(number, getPlacedBytes(value));
}

/// Where such results are after the op.
void EntryWriter::loadSizedInside(Operation *op) {
  for (Value result : op->getResults())
    if (plan.places.count(result) && isSizedInside(result)) {
      int64_t number = plan.places.lookup(result).index;
      addresses[number] = entry.loadBuffer(number);
    }
}

void EntryWriter::writeEntry() {
  if (auto pairs = onnx::attrs::EqualSizes::get(main))
    llvm::append_range(equalSizes, pairs.getAsRange<EqualAttr>());
  for (unsigned symbol = 0; symbol < plan.numInputSymbols; ++symbol)
    knownSymbols.insert(symbol);
  emitSizeChecks(abi::BadInputShape);
  if (!plan.keptBytes.empty())
    entry.releaseKept();
  emitBlock(main.getBody().front());
  for (auto [i, value] : llvm::enumerate(getOutputs())) {
    Place place = plan.places.lookup(getSource(value));
    if (place == Place{Place::Output, int64_t(i)})
      continue;
    Value from = getAddress(value);
    Value to = plan.dependsOnData(value)
                   ? entry.allocateOutput(i, getPlacedBytes(value))
                   : entry.getOutput(i);
    copy(to, from, value);
  }
  entry.finish();
}

/// What is to blame where the sizes differ: the node, and how they are computed
/// if that is of use to a reader.
std::string EntryWriter::describe(StringRef node, AffineExpr left,
                                  AffineExpr right) {
  if (isPiecewise(left) || isPiecewise(right))
    return node.str();
  auto names = onnx::attrs::Symbols::get(main);
  auto print = [&](AffineExpr size) {
    return printSize(size, [&](unsigned symbol) -> StringRef {
      return cast<StringAttr>(names[symbol]).getValue();
    });
  };
  return (node + ": " + print(left) + " is not " + print(right)).str();
}

/// Checks those sizes that have become known.
void EntryWriter::emitSizeChecks(int32_t status) {
  auto isKnown = [&](AffineExpr expr) {
    bool known = true;
    expr.walk([&](AffineExpr part) {
      if (auto symbol = dyn_cast<AffineSymbolExpr>(part))
        known &= knownSymbols.contains(symbol.getPosition());
    });
    return known;
  };
  llvm::erase_if(equalSizes, [&](EqualAttr pair) {
    AffineExpr left = pair.getLeft(), right = pair.getRight();
    if (!isKnown(left) || !isKnown(right))
      return false;
    entry.requireEqual(left, right, status,
                       describe(pair.getNode(), left, right));
    return true;
  });
}

void EntryWriter::emitBlock(Block &block) {
  for (Operation &op : block) {
    entry.setLoc(op.getLoc());
    llvm::TypeSwitch<Operation *>(&op)
        .Case<plan::CallOp, plan::OffloadOp, plan::SymbolOp, plan::RequireOp,
              DimsOp, CustomCallOp, CustomSizesOp, IfOp, LoopOp, ScanOp>(
            [&](auto typed) { emit(typed); });
    if (observes && isa<plan::CallOp, CustomCallOp, IfOp, LoopOp, ScanOp>(op)) {
      entry.setLoc(op.getLoc());
      observeResults(&op);
    }
  }
}

/// Of a result that is sized inside the sizes are not known yet.
void EntryWriter::observeResults(Operation *op) {
  auto call = dyn_cast<plan::CallOp>(op);
  for (OpResult result : op->getResults()) {
    if (!plan.places.count(result) || isSizedInside(result) ||
        !isa<RankedTensorType>(result.getType()))
      continue;
    ObservedValue value{getNodeNames(getMaker(result)),
                        getNodeNames(op->getLoc()),
                        call ? call.getCallee().str() : "",
                        getElementType(result), *getDims(result)};
    if (getDtype(value.element))
      entry.observe(value, getAddress(result));
  }
}

void EntryWriter::emit(plan::SymbolOp symbol) {
  Value source = symbol.getSource();
  entry.defineSymbol(symbol.getNumber(), getAddress(source),
                     getElementType(source), symbol.getElement());
  if (symbol->getParentOp() != main)
    return;
  knownSymbols.insert(symbol.getNumber());
  emitSizeChecks(abi::BadValue);
}

void EntryWriter::emit(plan::RequireOp require) {
  AffineMap sizes = require.getMap();
  AffineExpr left = sizes.getResult(0), right = sizes.getResult(1);
  entry.requireEqual(left, right, abi::BadValue,
                     describe(getNodeNames(require.getLoc()), left, right));
}

void EntryWriter::emit(DimsOp dims) {
  allocateResults(dims);
  entry.storeInts(getAddress(dims.getResult()),
                  getElementType(dims.getResult()), dims.getValue().getExprs());
}

void EntryWriter::emit(CustomCallOp call) {
  allocateResults(call);
  callCustomFunction(entry, functions.get(call), call,
                     [&](Value value) { return getAddress(value); });
}

void EntryWriter::emit(CustomSizesOp sizes) {
  allocateResults(sizes);
  askForSizes(entry, functions.get(sizes), sizes,
              [&](Value value) { return getAddress(value); });
}

void EntryWriter::emit(IfOp branch) {
  allocateResults(branch);
  auto emitRegion = [&](Region &region) {
    emitBlock(region.front());
    for (auto [result, value] :
         llvm::zip(branch.getResults(),
                   region.front().getTerminator()->getOperands())) {
      if (isSizedInside(result))
        allocateFor(result, value);
      if (!(plan.places.lookup(getSource(value)) == plan.places.lookup(result)))
        copy(getAddress(result), getAddress(value), value);
    }
  };
  entry.branch(
      getAddress(branch.getCond()), [&] { emitRegion(branch.getThenBranch()); },
      [&] { emitRegion(branch.getElseBranch()); });
  loadSizedInside(branch);
}

void EntryWriter::emit(plan::CallOp call) {
  allocateResults(call);
  for (Place place : plan.scratch.lookup(call))
    allocate(place);
  SmallVector<Value> arguments;
  if (takesContext(kernels.lookup<func::FuncOp>(call.getCallee())))
    arguments.push_back(entry.getContext());
  for (auto [i, input] : llvm::enumerate(call.getInputs()))
    if (!call.isReused(i))
      arguments.push_back(getAddress(input));
  for (Value result : call.getResults())
    arguments.push_back(getAddress(result));
  for (Place place : plan.scratch.lookup(call))
    arguments.push_back(getAddress(place));
  for (Value symbol : call.getSymbols())
    arguments.push_back(entry.getSymbol(getSymbolExpr(main, symbol)));
  entry.callKernel(call.getCallee(), arguments);
}

void EntryWriter::emit(plan::OffloadOp offload) {
  allocateResults(offload);
  SmallVector<Value> inputs, outputs;
  for (Value input : offload.getInputs())
    inputs.push_back(getAddress(input));
  for (Value output : offload.getOutputs())
    outputs.push_back(getAddress(output));
  entry.offload(offload.getPart(), inputs, outputs);
}

/// Copies what a body yields into the places of the carried values, those that
/// are carried values themselves through plan.temporaries.
void EntryWriter::emitCarried(ValueRange yields, ValueRange carried) {
  for (Value value : yields)
    if (auto it = plan.temporaries.find(value); it != plan.temporaries.end()) {
      allocate(it->second);
      copy(getAddress(it->second), getAddress(value), value);
    }
  auto getFrom = [&](Value value) {
    auto it = plan.temporaries.find(value);
    return it == plan.temporaries.end() ? getAddress(value)
                                        : getAddress(it->second);
  };
  for (auto [value, to] : llvm::zip(yields, carried))
    if (auto it = plan.nextPlaces.find(to); it != plan.nextPlaces.end()) {
      Value memory = entry.allocate(it->second.index, getPlacedBytes(value));
      copy(memory, getFrom(value), value);
    }
  for (auto [value, to] : llvm::zip(yields, carried))
    if (!plan.nextPlaces.count(to))
      copy(getAddress(to), getFrom(value), value);
  for (Value to : carried)
    if (auto it = plan.nextPlaces.find(to); it != plan.nextPlaces.end())
      entry.moveBuffer(plan.places.lookup(to).index, it->second.index);
}

void EntryWriter::emit(LoopOp loop) {
  allocateResults(loop);
  Block &body = loop.getBody().front();
  ValueRange carried = body.getArguments().drop_front(2);
  ValueRange scans = loop.getResults().drop_front(carried.size());
  for (auto [result, argument, initial] :
       llvm::zip(loop.getResults(), carried, loop.getVInitial())) {
    if (isSizedInside(result))
      allocateFor(result, initial);
    copy(getAddress(argument), getAddress(initial), initial);
  }
  for (Value result : scans)
    if (plan.places.count(result) && isSizedInside(result))
      entry.releaseBuffer(plan.places.lookup(result).index);
  Value condition = getAddress(body.getArgument(1));
  if (loop.getCond())
    copy(condition, getAddress(loop.getCond()), loop.getCond());
  else
    entry.storeTrue(condition);
  Value trips;
  if (loop.getM())
    trips = entry.loadIndex(getAddress(loop.getM()),
                            getElementType(loop.getM()), 0);
  entry.loop(trips, condition, [&](Value iteration) {
    loadSizedInside(loop);
    entry.storeIndex(getAddress(body.getArgument(0)),
                     getElementType(body.getArgument(0)), iteration);
    emitBlock(body);
    ValueRange yields = body.getTerminator()->getOperands();
    // A slice is copied before a carried value that it may be changes.
    for (auto [value, result] :
         llvm::zip(yields.drop_front(1 + carried.size()), scans))
      copySlice(result, value, iteration);
    if (yields.front() != body.getArgument(1))
      copy(condition, getAddress(yields.front()), yields.front());
    emitCarried(yields.slice(1, carried.size()), carried);
  });
  loadSizedInside(loop);
}

void EntryWriter::emit(ScanOp scan) {
  allocateResults(scan);
  Block &body = scan.getBody().front();
  size_t numStates = scan->getNumOperands() - scan.getNumScanInputs();
  ValueRange states = body.getArguments().take_front(numStates);
  for (auto [argument, initial] : llvm::zip(states, scan->getOperands()))
    copy(getAddress(argument), getAddress(initial), initial);
  Value length = entry.getSymbol(getDims(scan->getOperand(numStates))->front());
  auto isReversed = [](std::optional<ArrayRef<int64_t>> directions, size_t i) {
    return directions && i < directions->size() && (*directions)[i];
  };
  entry.loop(length, Value(), [&](Value iteration) {
    auto getPosition = [&](bool reversed) {
      return reversed ? entry.countDown(length, iteration) : iteration;
    };
    for (size_t i = numStates; i < body.getNumArguments(); ++i) {
      Value argument = body.getArgument(i);
      slices[argument] = entry.getElement(
          getAddress(scan->getOperand(i)),
          getPosition(isReversed(scan.getScanInputDirections(), i - numStates)),
          getBytes(argument));
    }
    emitBlock(body);
    ValueRange yields = body.getTerminator()->getOperands();
    for (auto [i, value] : llvm::enumerate(yields.drop_front(numStates)))
      copySlice(scan->getResult(numStates + i), value,
                getPosition(isReversed(scan.getScanOutputDirections(), i)));
    emitCarried(yields.take_front(numStates), states);
  });
}

void EntryWriter::copySlice(Value result, Value value, Value position) {
  if (!plan.places.count(result))
    return;
  AffineExpr bytes = getBytes(value);
  Value base =
      isSizedInside(result)
          ? entry.growBuffer(plan.places.lookup(result).index, position, bytes)
          : getAddress(result);
  copy(entry.getElement(base, position, bytes), getAddress(value), value);
}

struct WriteEntry : onnxc::impl::WriteEntryBase<WriteEntry> {
  using WriteEntryBase::WriteEntryBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto main = module.lookupSymbol<func::FuncOp>("main");
    if (!main)
      return;
    if (!llvm::hasSingleElement(main.getBody())) {
      main.emitError("has control flow between blocks");
      return signalPassFailure();
    }
    FailureOr<MemoryPlan> plan = planMemory(module, main);
    if (failed(plan))
      return signalPassFailure();
    CustomFunctions functions(main);
    EntryWriter(module, main, *plan, functions, observe).writeEntry();
    if (ArrayAttr list = functions.getList(&getContext()); !list.empty())
      plan::attrs::CustomFunctions::set(module, list);
    OpBuilder b = OpBuilder::atBlockEnd(module.getBody());
    buildArenaBytes(b, main.getLoc(), plan->arenaBytes);
    buildOutputShapes(main);
    plan::attrs::SharedWeights::remove(module);
    plan::attrs::Weights::set(module, plan->weights.getList(&getContext()));
    recordSizes(module, main, *plan);
    main.erase();
    forgetArguments(module);
  }

private:
  static void buildOutputShapes(func::FuncOp main) {
    OpBuilder b = OpBuilder::atBlockEnd(main->getBlock());
    SmallVector<AffineExpr> dims;
    for (Value value : main.getBody().front().getTerminator()->getOperands())
      llvm::append_range(dims, *getDims(value));
    buildSizes(b, main.getLoc(), "onnxc_output_shapes", dims);
  }

  /// What follows knows nothing of these attributes.
  static void forgetArguments(ModuleOp module) {
    for (auto kernel : module.getOps<func::FuncOp>())
      for (unsigned i = 0, e = kernel.getNumArguments(); i < e; ++i) {
        plan::attrs::Dims::remove(kernel, i);
        plan::attrs::Element::remove(kernel, i);
        plan::attrs::Scratch::remove(kernel, i);
        plan::attrs::Context::remove(kernel, i);
      }
  }
};

} // namespace
