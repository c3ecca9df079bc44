//===- PlanMemory.cpp - @main becomes the generated entry point -----------===//
//
// Every tensor of @main gets a place: an input's or output's memory, the
// weights, or an offset in the arena. @main is replaced by the functions that
// runtime.h describes:
//
//   @onnxc_entry(context, symbols, inputs, outputs) -> i32
//   @onnxc_arena_bytes(symbols) -> i64
//   @onnxc_output_shapes(symbols, dims)
//
// The weights become the module's attribute `onnxc.weights`, a list of
// {offset, value}; the code refers to them as @onnxc_weights. Where the module
// comes with such a list in `onnxc.shared_weights`, it begins with that.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/ControlFlowOps.h"
#include "dialects/onnx/ElementTypes.h"
#include "dialects/plan/Kernels.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "passes/Entry/EntryBuilder.h"
#include "passes/Memory/ArenaPlanner.h"
#include "passes/Memory/MemoryPasses.h"
#include "passes/Memory/SizeBounds.h"
#include "passes/Memory/WeightPlaces.h"
#include "llvm/ADT/SetVector.h"

namespace onnxc {
#define GEN_PASS_DEF_PLANMEMORY
#include "passes/Memory/MemoryPasses.h.inc"
} // namespace onnxc

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

/// Where a tensor's bytes are.
struct Place {
  /// A slice is part of another value, chosen anew in each iteration.
  enum Kind { Input, Output, Weights, Arena, Heap, Slice } kind = Slice;
  /// The input's or output's number, the weight's offset, the buffer's index.
  int64_t index = 0;

  bool operator==(const Place &other) const {
    return kind == other.kind && index == other.index && kind != Slice;
  }
};

/// Memory whose size is known only when the run comes to it.
struct HeapBuffer {
  AffineExpr bytes;
  Value address;
};

/// Plans one module; a pass may see several.
class MemoryPlanner {
public:
  explicit MemoryPlanner(ModuleOp module) : module(module) {}

  LogicalResult run() {
    main = getOperation().lookupSymbol<func::FuncOp>("main");
    if (!main)
      return success();
    if (!llvm::hasSingleElement(main.getBody()))
      return main.emitError("has control flow between blocks");
    for (Type type : main.getArgumentTypes())
      numInputSymbols += type.isIndex();
    kernels.emplace(getOperation());
    readSymbolRanges();
    placeConstants();
    numberSteps(main.getBody().front());
    placeInputsAndOutputs();
    if (failed(placeBlock(main.getBody().front())))
      return failure();
    AffineExpr total = planArena(&getContext(), buffers);
    if (failed(emitEntry()))
      return failure();
    Builder b(&getContext());
    emitArenaBytes(total);
    recordSizes(total);
    emitOutputShapes();
    if (!allocating.empty())
      getOperation()->setAttr("onnxc.allocating",
                              b.getArrayAttr(allocating.getArrayRef()));
    main.erase();
    // What follows knows nothing of these attributes.
    for (auto kernel : getOperation().getOps<func::FuncOp>())
      for (unsigned i = 0, e = kernel.getNumArguments(); i < e; ++i)
        for (StringRef name :
             {StringRef(kDimsName), StringRef(kElementTypeName),
              StringRef(kScratchName), StringRef(kContextName)})
          kernel.removeArgAttr(i, b.getStringAttr(name));
    return success();
  }

private:
  ModuleOp module;
  ModuleOp getOperation() { return module; }
  MLIRContext &getContext() { return *module.getContext(); }
  func::FuncOp main;
  std::optional<SymbolTable> kernels;
  llvm::DenseMap<Value, Place> places;
  /// Steps count the beginnings and ends of ops.
  llvm::DenseMap<Operation *, int64_t> steps, endSteps;
  int64_t numSteps = 0;
  SmallVector<ArenaBuffer> buffers;
  /// Whose each buffer is, and what it is of that.
  SmallVector<std::pair<Operation *, StringRef>> owners;
  SmallVector<HeapBuffer> heap;
  /// The nodes whose results are there.
  llvm::SetVector<Attribute> allocating;
  unsigned numInputSymbols = 0;
  SmallVector<SymbolRange> ranges;
  /// Where carried values go that a body yields under another number.
  llvm::DenseMap<Value, Place> temporaries;
  llvm::DenseMap<Value, Value> slices;
  /// Where carried values go whose sizes change, until they are all there.
  llvm::DenseMap<Value, Place> nextPlaces;
  std::optional<EntryBuilder> entry;
  /// What has to be equal and is not checked yet, and the symbols that have a
  /// value in all of the entry from here on.
  SmallVector<DimsAttr> equalSizes;
  llvm::DenseSet<unsigned> knownSymbols;
  /// The scratch buffers of a call, after its results.
  llvm::DenseMap<Operation *, SmallVector<Place>> scratch;

  void readSymbolRanges();
  void placeConstants();
  void numberSteps(Block &block);
  int64_t getLastUse(Value value);
  void placeInputsAndOutputs();
  void setPlace(Value value, Place place);
  LogicalResult placeBlock(Block &block);
  LogicalResult placeCall(plan::CallOp call);
  LogicalResult placeControlFlow(Operation *op);
  LogicalResult emitEntry();
  void emitSizeChecks(int32_t status);
  void emitBlock(Block &block);
  void emitCall(plan::CallOp call);
  void emitOffload(plan::OffloadOp offload);
  void emitLoop(LoopOp loop);
  void emitScan(ScanOp scan);
  void emitCarried(ValueRange yields, ValueRange carried);
  void copySlice(Value result, Value value, Value position);
  void copy(Value to, Value from, Value value);
  Value getAddress(Place place);
  Value getAddress(Value value);
  void allocate(Place place);
  void allocateResults(Operation *op);
  void allocateFor(Value result, Value value);
  void loadSizedInside(Operation *op);
  void emitArenaBytes(AffineExpr total);
  void recordSizes(AffineExpr total);
  void emitOutputShapes();

  /// Through views to the value that has the memory.
  static Value getSource(Value value) {
    while (auto view = value.getDefiningOp<plan::ViewOp>())
      value = view.getSource();
    return value;
  }
  func::ReturnOp getReturn() {
    return cast<func::ReturnOp>(main.getBody().front().getTerminator());
  }
  AffineExpr getBytes(ArrayRef<AffineExpr> dims, Type elementType) {
    int64_t bytes = getStorageBytes(elementType);
    return alignToArena(getProduct(&getContext(), dims) * bytes);
  }
  /// Memory in the arena, or where the size depends on data, on the heap. In
  /// the arena a bounded dimension has its bound.
  Place addBuffer(AffineExpr bytes, int64_t first, int64_t last,
                  Operation *owner, StringRef what = "") {
    AffineExpr most = getUpperBound(bytes, ranges);
    if (!most)
      most = bytes;
    if (getNumSymbols(most) > numInputSymbols) {
      heap.push_back({bytes, Value()});
      allocating.insert(
          StringAttr::get(&getContext(), getNodeNames(owner->getLoc())));
      return {Place::Heap, int64_t(heap.size() - 1)};
    }
    buffers.push_back({most, first, last});
    owners.push_back({owner, what});
    return {Place::Arena, int64_t(buffers.size() - 1)};
  }
  /// Whether symbols of the result's sizes are read from what its own op
  /// gives: only inside of it one knows how much memory it takes.
  static bool isSizedInside(Value result) {
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
  bool dependsOnData(Value value) {
    return getNumSymbols(*getDims(value)) > numInputSymbols;
  }
};

void MemoryPlanner::readSymbolRanges() {
  auto bounds = main->getAttrOfType<DenseI64ArrayAttr>("onnx.symbol_bounds");
  if (!bounds)
    return;
  ArrayRef<int64_t> values = bounds.asArrayRef();
  for (; values.size() >= 2; values = values.drop_front(2))
    ranges.push_back(
        {values[0], values[1] < 0 ? std::optional<int64_t>() : values[1]});
}

void MemoryPlanner::placeConstants() {
  WeightPlaces weights;
  if (auto shared =
          getOperation()->getAttrOfType<ArrayAttr>("onnxc.shared_weights"))
    weights.begin(shared);
  getOperation()->removeAttr("onnxc.shared_weights");
  struct Constant {
    int64_t bytes;
    size_t number;
    Location loc;
  };
  SmallVector<Constant> largest;
  main.walk([&](ConstantOp constant) {
    ElementsAttr elements = constant.getElements();
    places[constant] = {Place::Weights, weights.place(elements)};
    largest.push_back(
        {elements.getNumElements() * getStorageBytes(elements.getElementType()),
         largest.size(), constant.getLoc()});
  });
  llvm::sort(largest, [](const Constant &a, const Constant &b) {
    return a.bytes != b.bytes ? a.bytes > b.bytes : a.number < b.number;
  });
  Builder b(&getContext());
  constexpr size_t kNamed = 8;
  SmallVector<Attribute> names;
  for (const Constant &constant : ArrayRef(largest).take_front(kNamed))
    names.push_back(b.getStringAttr("\"" + getNodeNames(constant.loc) + "\" " +
                                    Twine(constant.bytes)));
  getOperation()->setAttr("onnxc.largest_weights", b.getArrayAttr(names));
  getOperation()->setAttr("onnxc.weights", weights.getList(&getContext()));
  getOperation()->setAttr("onnxc.weights_bytes",
                          b.getI64IntegerAttr(weights.getBytes()));
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
  // A result that is returned is computed in the output's own memory; a second
  // output of the same value, or one that is an input, is copied.
  for (auto [i, value] : llvm::enumerate(getReturn().getOperands())) {
    Value source = getSource(value);
    // Memory of a fixed size is the caller's, other memory is allocated.
    if (!places.count(source) &&
        dependsOnData(source) == dependsOnData(value) &&
        isa_and_nonnull<plan::CallOp, plan::OffloadOp, IfOp, LoopOp, ScanOp>(
            source.getDefiningOp()) &&
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

LogicalResult MemoryPlanner::placeBlock(Block &block) {
  for (Operation &op : block) {
    if (isa<ConstantOp, plan::ViewOp, plan::SymbolOp, plan::SizeOp,
            plan::RequireOp, func::ReturnOp, YieldOp>(op))
      continue;
    for (OpResult result : op.getResults()) {
      if (places.count(result))
        continue;
      if (!getDims(result)) {
        if (result.use_empty())
          continue;
        return op.emitError("has a result whose size is not known");
      }
      if (auto call = dyn_cast<plan::CallOp>(op))
        if (Value input = call.getReusedInput(result.getResultNumber())) {
          Place place = places[getSource(input)];
          places[result] = place;
          if (place.kind == Place::Arena)
            buffers[place.index].last =
                std::max(buffers[place.index].last, getLastUse(result));
          continue;
        }
      places[result] =
          addBuffer(getBytes(*getDims(result), getElementType(result)),
                    steps[&op], getLastUse(result), &op);
    }
    if (isa<DimsOp, plan::OffloadOp>(op))
      continue;
    if (auto call = dyn_cast<plan::CallOp>(op)) {
      if (failed(placeCall(call)))
        return failure();
      continue;
    }
    if (!isa<IfOp, LoopOp, ScanOp>(op))
      return op.emitError("is not supported yet");
    if (failed(placeControlFlow(&op)))
      return failure();
  }
  return success();
}

LogicalResult MemoryPlanner::placeCall(plan::CallOp call) {
  auto kernel = kernels->lookup<func::FuncOp>(call.getCallee());
  unsigned first = call.getResults().size() + takesContext(kernel);
  for (size_t i = 0; i < call.getInputs().size(); ++i)
    first += !call.isReused(i);
  unsigned end = kernel.getNumArguments() - call.getSymbols().size();
  for (unsigned i = first; i < end; ++i) {
    auto dims = kernel.getArgAttrOfType<DimsAttr>(i, kDimsName);
    auto type = kernel.getArgAttrOfType<TypeAttr>(i, kElementTypeName);
    if (!dims || !type)
      return call.emitError("its kernel has scratch of unknown size");
    SmallVector<AffineExpr> symbols;
    for (Value symbol : call.getSymbols())
      symbols.push_back(getSymbolExpr(main, symbol));
    Dims sizes;
    for (AffineExpr size : dims.getExprs())
      sizes.push_back(simplify(size.replaceSymbols(symbols)));
    scratch[call].push_back(addBuffer(getBytes(sizes, type.getValue()),
                                      steps[call], steps[call], call,
                                      "scratch of "));
  }
  return success();
}

LogicalResult MemoryPlanner::placeControlFlow(Operation *op) {
  auto scalar = [&](Value value) {
    places[value] = addBuffer(onnx::getConstant(&getContext(), kArenaAlignment),
                              steps[op], endSteps[op], op);
  };
  if (auto loop = dyn_cast<LoopOp>(op)) {
    Block &body = loop.getBody().front();
    scalar(body.getArgument(0));
    scalar(body.getArgument(1));
    for (auto [argument, result] :
         llvm::zip(body.getArguments().drop_front(2), op->getResults())) {
      places[argument] = places[result];
      if (isSizedInside(result)) {
        heap.push_back({});
        nextPlaces[argument] = {Place::Heap, int64_t(heap.size() - 1)};
      }
    }
  }
  if (auto scan = dyn_cast<ScanOp>(op)) {
    Block &body = scan.getBody().front();
    size_t numStates = op->getNumOperands() - scan.getNumScanInputs();
    for (size_t i = 0; i < body.getNumArguments(); ++i)
      places[body.getArgument(i)] =
          i < numStates ? places[op->getResult(i)] : Place{Place::Slice, 0};
  }
  for (Region &region : op->getRegions()) {
    Block &block = region.front();
    for (auto [i, value] :
         llvm::enumerate(block.getTerminator()->getOperands()))
      if (Value source = getSource(value);
          isa<IfOp>(op) && source.getParentBlock() == &block &&
          isa_and_nonnull<plan::CallOp, plan::OffloadOp>(
              source.getDefiningOp()) &&
          !places.count(source) && getDims(source) == getDims(op->getResult(i)))
        setPlace(source, places[op->getResult(i)]);
    if (failed(placeBlock(block)))
      return failure();
    // A carried value that becomes another one is copied twice.
    if (!isa<IfOp>(op))
      for (Value value : block.getTerminator()->getOperands())
        if (Value source = getSource(value);
            isa<BlockArgument>(source) && source.getParentBlock() == &block &&
            getDims(value))
          temporaries[value] =
              addBuffer(getBytes(*getDims(value), getElementType(value)),
                        steps[op], endSteps[op], op, "a value carried by ");
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Emission
//===----------------------------------------------------------------------===//

Value MemoryPlanner::getAddress(Place place) {
  switch (place.kind) {
  case Place::Input:
    return entry->getInput(place.index);
  case Place::Output:
    return entry->getOutput(place.index);
  case Place::Weights:
    return entry->getWeights(place.index);
  case Place::Arena:
    return entry->getArena(buffers[place.index].offset);
  case Place::Heap:
    return heap[place.index].address;
  case Place::Slice:
    break;
  }
  llvm_unreachable("a slice has its address in `slices`");
}

Value MemoryPlanner::getAddress(Value value) {
  Value source = getSource(value);
  Place place = places.lookup(source);
  return place.kind == Place::Slice ? slices.lookup(source) : getAddress(place);
}

void MemoryPlanner::allocate(Place place) {
  if (place.kind == Place::Heap)
    heap[place.index].address =
        entry->allocate(place.index, heap[place.index].bytes);
}

void MemoryPlanner::allocateResults(Operation *op) {
  for (Value result : op->getResults()) {
    auto it = places.find(result);
    if (it == places.end() || isSizedInside(result))
      continue;
    if (dependsOnData(result))
      entry->requireSizes(*getDims(result));
    allocate(it->second);
    if (it->second.kind == Place::Output && dependsOnData(result) &&
        op->getBlock() == &main.getBody().front())
      entry->allocateOutput(it->second.index,
                            getBytes(*getDims(result), getElementType(result)));
  }
}

void MemoryPlanner::copy(Value to, Value from, Value value) {
  entry->copy(to, from,
              simplify(getProduct(&getContext(), *getDims(value)) *
                       getStorageBytes(getElementType(value))));
}

/// Memory for a result that is sized inside, as much as the value takes.
void MemoryPlanner::allocateFor(Value result, Value value) {
  int64_t number = places.lookup(result).index;
  heap[number].address =
      entry->allocate(number, getBytes(*getDims(value), getElementType(value)));
}

/// Where such results are after the op.
void MemoryPlanner::loadSizedInside(Operation *op) {
  for (Value result : op->getResults())
    if (places.count(result) && isSizedInside(result)) {
      int64_t number = places.lookup(result).index;
      heap[number].address = entry->loadBuffer(number);
    }
}

LogicalResult MemoryPlanner::emitEntry() {
  OpBuilder b = OpBuilder::atBlockEnd(getOperation().getBody());
  entry.emplace(b, main, heap.size());
  if (auto pairs = main->getAttrOfType<ArrayAttr>("onnx.equal_sizes"))
    llvm::append_range(equalSizes, pairs.getAsRange<DimsAttr>());
  for (unsigned symbol = 0; symbol < numInputSymbols; ++symbol)
    knownSymbols.insert(symbol);
  emitSizeChecks(abi::BadInputShape);
  emitBlock(main.getBody().front());
  for (auto [i, value] : llvm::enumerate(getReturn().getOperands())) {
    Place place = places.lookup(getSource(value));
    if (place == Place{Place::Output, int64_t(i)})
      continue;
    Value from = getAddress(value);
    Value to = dependsOnData(value)
                   ? entry->allocateOutput(
                         i, getBytes(*getDims(value), getElementType(value)))
                   : entry->getOutput(i);
    copy(to, from, value);
  }
  entry->finish();
  entry.reset();
  return success();
}

/// Checks those sizes that have become known.
void MemoryPlanner::emitSizeChecks(int32_t status) {
  auto isKnown = [&](AffineExpr expr) {
    bool known = true;
    expr.walk([&](AffineExpr part) {
      if (auto symbol = dyn_cast<AffineSymbolExpr>(part))
        known &= knownSymbols.contains(symbol.getPosition());
    });
    return known;
  };
  llvm::erase_if(equalSizes, [&](DimsAttr pair) {
    ArrayRef<AffineExpr> exprs = pair.getExprs();
    if (!llvm::all_of(exprs, isKnown))
      return false;
    entry->requireEqual(exprs[0], exprs[1], status);
    return true;
  });
}

void MemoryPlanner::emitBlock(Block &block) {
  for (Operation &op : block) {
    entry->setLoc(op.getLoc());
    if (auto call = dyn_cast<plan::CallOp>(op)) {
      emitCall(call);
    } else if (auto offload = dyn_cast<plan::OffloadOp>(op)) {
      emitOffload(offload);
    } else if (auto symbol = dyn_cast<plan::SymbolOp>(op)) {
      entry->defineSymbol(symbol.getNumber(), getAddress(symbol.getSource()),
                          getElementType(symbol.getSource()),
                          symbol.getElement());
      if (&block == &main.getBody().front()) {
        knownSymbols.insert(symbol.getNumber());
        emitSizeChecks(abi::BadValue);
      }
    } else if (auto require = dyn_cast<plan::RequireOp>(op)) {
      AffineMap sizes = require.getMap();
      entry->requireEqual(sizes.getResult(0), sizes.getResult(1),
                          abi::BadValue);
    } else if (auto dims = dyn_cast<DimsOp>(op)) {
      allocateResults(dims);
      entry->storeInts(getAddress(dims.getResult()),
                       getElementType(dims.getResult()),
                       dims.getValue().getExprs());
    } else if (auto branch = dyn_cast<IfOp>(op)) {
      allocateResults(branch);
      auto emitRegion = [&](Region &region) {
        emitBlock(region.front());
        for (auto [result, value] :
             llvm::zip(branch.getResults(),
                       region.front().getTerminator()->getOperands())) {
          if (isSizedInside(result))
            allocateFor(result, value);
          if (!(places.lookup(getSource(value)) == places.lookup(result)))
            copy(getAddress(result), getAddress(value), value);
        }
      };
      entry->branch(
          getAddress(branch.getCond()),
          [&] { emitRegion(branch.getThenBranch()); },
          [&] { emitRegion(branch.getElseBranch()); });
      loadSizedInside(branch);
    } else if (auto loop = dyn_cast<LoopOp>(op)) {
      emitLoop(loop);
    } else if (auto scan = dyn_cast<ScanOp>(op)) {
      emitScan(scan);
    }
  }
}

void MemoryPlanner::emitCall(plan::CallOp call) {
  allocateResults(call);
  for (Place place : scratch.lookup(call))
    allocate(place);
  SmallVector<Value> arguments;
  if (takesContext(kernels->lookup<func::FuncOp>(call.getCallee())))
    arguments.push_back(entry->getContext());
  for (auto [i, input] : llvm::enumerate(call.getInputs()))
    if (!call.isReused(i))
      arguments.push_back(getAddress(input));
  for (Value result : call.getResults())
    arguments.push_back(getAddress(result));
  for (Place place : scratch.lookup(call))
    arguments.push_back(getAddress(place));
  for (Value symbol : call.getSymbols())
    arguments.push_back(entry->getSymbol(getSymbolExpr(main, symbol)));
  entry->callKernel(call.getCallee(), arguments);
}

void MemoryPlanner::emitOffload(plan::OffloadOp offload) {
  allocateResults(offload);
  SmallVector<Value> inputs, outputs;
  for (Value input : offload.getInputs())
    inputs.push_back(getAddress(input));
  for (Value output : offload.getOutputs())
    outputs.push_back(getAddress(output));
  entry->offload(offload.getPart(), inputs, outputs);
}

/// Copies what a body yields into the places of the carried values, those that
/// are carried values themselves through temporaries.
void MemoryPlanner::emitCarried(ValueRange yields, ValueRange carried) {
  for (Value value : yields)
    if (auto it = temporaries.find(value); it != temporaries.end()) {
      allocate(it->second);
      copy(getAddress(it->second), getAddress(value), value);
    }
  auto getFrom = [&](Value value) {
    auto it = temporaries.find(value);
    return it == temporaries.end() ? getAddress(value) : getAddress(it->second);
  };
  for (auto [value, to] : llvm::zip(yields, carried))
    if (auto it = nextPlaces.find(to); it != nextPlaces.end()) {
      Value memory = entry->allocate(
          it->second.index, getBytes(*getDims(value), getElementType(value)));
      copy(memory, getFrom(value), value);
    }
  for (auto [value, to] : llvm::zip(yields, carried))
    if (!nextPlaces.count(to))
      copy(getAddress(to), getFrom(value), value);
  for (Value to : carried)
    if (auto it = nextPlaces.find(to); it != nextPlaces.end())
      entry->moveBuffer(places.lookup(to).index, it->second.index);
}

void MemoryPlanner::emitLoop(LoopOp loop) {
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
    if (places.count(result) && isSizedInside(result))
      entry->releaseBuffer(places.lookup(result).index);
  Value condition = getAddress(body.getArgument(1));
  if (loop.getCond())
    copy(condition, getAddress(loop.getCond()), loop.getCond());
  else
    entry->storeTrue(condition);
  Value trips;
  if (loop.getM())
    trips = entry->loadIndex(getAddress(loop.getM()),
                             getElementType(loop.getM()), 0);
  entry->loop(trips, condition, [&](Value iteration) {
    loadSizedInside(loop);
    entry->storeIndex(getAddress(body.getArgument(0)),
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

void MemoryPlanner::emitScan(ScanOp scan) {
  allocateResults(scan);
  Block &body = scan.getBody().front();
  size_t numStates = scan->getNumOperands() - scan.getNumScanInputs();
  ValueRange states = body.getArguments().take_front(numStates);
  for (auto [argument, initial] : llvm::zip(states, scan->getOperands()))
    copy(getAddress(argument), getAddress(initial), initial);
  Value length =
      entry->getSymbol(getDims(scan->getOperand(numStates))->front());
  auto isReversed = [](std::optional<ArrayRef<int64_t>> directions, size_t i) {
    return directions && i < directions->size() && (*directions)[i];
  };
  entry->loop(length, Value(), [&](Value iteration) {
    auto getPosition = [&](bool reversed) {
      return reversed ? entry->countDown(length, iteration) : iteration;
    };
    for (size_t i = numStates; i < body.getNumArguments(); ++i) {
      Value argument = body.getArgument(i);
      slices[argument] = entry->getElement(
          getAddress(scan->getOperand(i)),
          getPosition(isReversed(scan.getScanInputDirections(), i - numStates)),
          simplify(getProduct(&getContext(), *getDims(argument)) *
                   getStorageBytes(getElementType(argument))));
    }
    emitBlock(body);
    ValueRange yields = body.getTerminator()->getOperands();
    for (auto [i, value] : llvm::enumerate(yields.drop_front(numStates)))
      copySlice(scan->getResult(numStates + i), value,
                getPosition(isReversed(scan.getScanOutputDirections(), i)));
    emitCarried(yields.take_front(numStates), states);
  });
}

void MemoryPlanner::copySlice(Value result, Value value, Value position) {
  if (!places.count(result))
    return;
  AffineExpr bytes = simplify(getProduct(&getContext(), *getDims(value)) *
                              getStorageBytes(getElementType(value)));
  Value base =
      isSizedInside(result)
          ? entry->growBuffer(places.lookup(result).index, position, bytes)
          : getAddress(result);
  copy(entry->getElement(base, position, bytes), getAddress(value), value);
}

void MemoryPlanner::emitArenaBytes(AffineExpr total) {
  OpBuilder b = OpBuilder::atBlockEnd(getOperation().getBody());
  buildArenaBytes(b, main.getLoc(), total);
}

/// How close the arena is to what lives at once, for those who look.
void MemoryPlanner::recordSizes(AffineExpr total) {
  std::optional<int64_t> bytes = onnx::getConstant(total);
  std::optional<int64_t> live = getMostLiveBytes(buffers);
  if (!bytes || !live)
    return;
  Builder b(&getContext());
  getOperation()->setAttr("onnxc.arena_bytes", b.getI64IntegerAttr(*bytes));
  getOperation()->setAttr("onnxc.live_bytes", b.getI64IntegerAttr(*live));
  // What fills it: the buffers at the step that needs most.
  int64_t most = -1;
  SmallVector<size_t> fullest;
  for (const ArenaBuffer &buffer : buffers) {
    int64_t sum = 0;
    SmallVector<size_t> alive;
    for (auto [i, other] : llvm::enumerate(buffers))
      if (other.first <= buffer.first && buffer.first <= other.last) {
        alive.push_back(i);
        sum += *onnx::getConstant(other.bytes);
      }
    if (sum > most) {
      most = sum;
      fullest = alive;
    }
  }
  llvm::sort(fullest, [&](size_t i, size_t j) {
    int64_t a = *onnx::getConstant(buffers[i].bytes);
    int64_t b = *onnx::getConstant(buffers[j].bytes);
    return a != b ? a > b : i < j;
  });
  SmallVector<Attribute> list;
  for (size_t i : fullest) {
    auto [owner, what] = owners[i];
    list.push_back(
        b.getStringAttr(what + "\"" + getNodeNames(owner->getLoc()) + "\" " +
                        Twine(*onnx::getConstant(buffers[i].bytes))));
  }
  getOperation()->setAttr("onnxc.arena_filled_by", b.getArrayAttr(list));
}

void MemoryPlanner::emitOutputShapes() {
  OpBuilder b = OpBuilder::atBlockEnd(getOperation().getBody());
  SmallVector<AffineExpr> dims;
  for (Value value : getReturn().getOperands())
    llvm::append_range(dims, *getDims(value));
  buildSizes(b, main.getLoc(), "onnxc_output_shapes", dims);
}

struct PlanMemory : onnxc::impl::PlanMemoryBase<PlanMemory> {
  using PlanMemoryBase::PlanMemoryBase;

  void runOnOperation() override {
    if (failed(MemoryPlanner(getOperation()).run()))
      signalPassFailure();
  }
};

} // namespace
