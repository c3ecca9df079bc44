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
// {offset, value}; the code refers to them as @onnxc_weights.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "passes/Graph/Kernels.h"
#include "passes/Memory/ArenaPlanner.h"
#include "passes/Memory/EntryBuilder.h"
#include "passes/Passes.h"
#include "llvm/ADT/MapVector.h"

namespace onnxc {
#define GEN_PASS_DEF_PLANMEMORY
#include "passes/Passes.h.inc"
} // namespace onnxc

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

/// Where a tensor's bytes are.
struct Place {
  enum Kind { Input, Output, Weights, Arena, Heap } kind;
  /// The input's or output's number, the weight's offset, the buffer's index.
  int64_t index = 0;
};

/// Memory whose size is known only when the run comes to it.
struct HeapBuffer {
  AffineExpr bytes;
  Value address;
};

struct PlanMemory : onnxc::impl::PlanMemoryBase<PlanMemory> {
  using PlanMemoryBase::PlanMemoryBase;

  void runOnOperation() override {
    main = getOperation().lookupSymbol<func::FuncOp>("main");
    if (!main)
      return;
    if (!llvm::hasSingleElement(main.getBody())) {
      main.emitError("has control flow between blocks");
      return signalPassFailure();
    }
    for (Type type : main.getArgumentTypes())
      numInputSymbols += type.isIndex();
    placeConstants();
    numberSteps();
    placeInputsAndOutputs();
    if (failed(placeResults()))
      return signalPassFailure();
    AffineExpr total = planArena(&getContext(), buffers);
    if (failed(emitEntry()))
      return signalPassFailure();
    emitArenaBytes(total);
    emitOutputShapes();
    main.erase();
  }

private:
  func::FuncOp main;
  llvm::DenseMap<Value, Place> places;
  llvm::DenseMap<Operation *, int64_t> steps;
  SmallVector<ArenaBuffer> buffers;
  SmallVector<HeapBuffer> heap;
  unsigned numInputSymbols = 0;
  /// The scratch buffers of a call, after its results.
  llvm::DenseMap<Operation *, SmallVector<Place>> scratch;

  void placeConstants();
  void numberSteps();
  void placeInputsAndOutputs();
  LogicalResult placeResults();
  LogicalResult emitEntry();
  void emitArenaBytes(AffineExpr total);
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
  int64_t getLastUse(Value value) {
    int64_t last = steps.lookup(value.getDefiningOp());
    for (Operation *user : value.getUsers()) {
      last = std::max(last, steps.lookup(user));
      if (auto view = dyn_cast<plan::ViewOp>(user))
        last = std::max(last, getLastUse(view));
    }
    return last;
  }
  AffineExpr getBytes(ArrayRef<AffineExpr> dims, Type elementType) {
    int64_t bytes = getStorageBytes(elementType);
    return alignToArena(getProduct(&getContext(), dims) * bytes);
  }
  /// Memory in the arena, or where the size depends on data, on the heap.
  Place addBuffer(AffineExpr bytes, int64_t first, int64_t last) {
    if (getNumSymbols(bytes) > numInputSymbols) {
      heap.push_back({bytes, Value()});
      return {Place::Heap, int64_t(heap.size() - 1)};
    }
    buffers.push_back({bytes, first, last});
    return {Place::Arena, int64_t(buffers.size() - 1)};
  }
  bool dependsOnData(Value value) {
    return getNumSymbols(*getDims(value)) > numInputSymbols;
  }
};

void PlanMemory::placeConstants() {
  llvm::MapVector<Attribute, int64_t> offsets;
  int64_t end = 0;
  main.walk([&](ConstantOp constant) {
    ElementsAttr elements = constant.getElements();
    auto [it, isNew] = offsets.insert({elements, end});
    places[constant] = {Place::Weights, it->second};
    if (isNew)
      end = llvm::alignTo(end + elements.getNumElements() *
                                    getStorageBytes(elements.getElementType()),
                          kArenaAlignment);
  });
  Builder b(&getContext());
  SmallVector<Attribute> weights;
  for (auto [value, offset] : offsets)
    weights.push_back(b.getDictionaryAttr(
        {b.getNamedAttr("offset", b.getI64IntegerAttr(offset)),
         b.getNamedAttr("value", value)}));
  getOperation()->setAttr("onnxc.weights", b.getArrayAttr(weights));
  getOperation()->setAttr("onnxc.weights_bytes", b.getI64IntegerAttr(end));
}

void PlanMemory::numberSteps() {
  int64_t step = 0;
  main.walk<WalkOrder::PreOrder>([&](Operation *op) { steps[op] = step++; });
}

void PlanMemory::placeInputsAndOutputs() {
  for (BlockArgument argument : main.getArguments())
    if (!argument.getType().isIndex())
      places[argument] = {Place::Input, int64_t(argument.getArgNumber())};
  // A result that is returned is computed in the output's own memory; a second
  // output of the same value, or one that is an input, is copied.
  for (auto [i, value] : llvm::enumerate(getReturn().getOperands())) {
    Value source = getSource(value);
    if (!places.count(source) && isa<plan::CallOp>(source.getDefiningOp()))
      places[source] = {Place::Output, int64_t(i)};
  }
}

LogicalResult PlanMemory::placeResults() {
  for (Operation &op : main.getBody().front()) {
    if (auto dims = dyn_cast<DimsOp>(op)) {
      auto type = cast<RankedTensorType>(dims.getType());
      places[dims] = addBuffer(getBytes(*getDims(type), type.getElementType()),
                               steps[&op], getLastUse(dims));
      continue;
    }
    auto call = dyn_cast<plan::CallOp>(op);
    if (!call) {
      if (isa<ConstantOp, plan::ViewOp, plan::SymbolOp, func::ReturnOp>(op))
        continue;
      return op.emitError("cannot be compiled for this target yet");
    }
    for (Value result : call.getResults()) {
      if (places.count(result))
        continue;
      places[result] =
          addBuffer(getBytes(*getDims(result), getElementType(result)),
                    steps[&op], getLastUse(result));
    }
    auto kernel = getOperation().lookupSymbol<func::FuncOp>(call.getCallee());
    unsigned first = call.getInputs().size() + call.getResults().size();
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
      scratch[call].push_back(
          addBuffer(getBytes(sizes, type.getValue()), steps[&op], steps[&op]));
    }
  }
  return success();
}

LogicalResult PlanMemory::emitEntry() {
  OpBuilder b = OpBuilder::atBlockEnd(getOperation().getBody());
  EntryBuilder entry(b, main, heap.size());
  auto getPlace = [&](Place place) -> Value {
    switch (place.kind) {
    case Place::Input:
      return entry.getInput(place.index);
    case Place::Output:
      return entry.getOutput(place.index);
    case Place::Weights:
      return entry.getWeights(place.index);
    case Place::Arena:
      return entry.getArena(buffers[place.index].offset);
    case Place::Heap:
      return heap[place.index].address;
    }
    llvm_unreachable("no other kind of place");
  };
  auto getAddress = [&](Value value) -> Value {
    return getPlace(places.lookup(getSource(value)));
  };
  auto allocate = [&](Place place) {
    if (place.kind == Place::Heap)
      heap[place.index].address =
          entry.allocate(place.index, heap[place.index].bytes);
  };

  for (Operation &op : main.getBody().front()) {
    entry.setLoc(op.getLoc());
    if (auto call = dyn_cast<plan::CallOp>(op)) {
      SmallVector<Value> arguments;
      for (Value result : call.getResults()) {
        Place place = places.lookup(result);
        allocate(place);
        if (place.kind == Place::Output && dependsOnData(result))
          entry.allocateOutput(
              place.index, getBytes(*getDims(result), getElementType(result)));
      }
      for (Place place : scratch.lookup(call))
        allocate(place);
      for (Value input : call.getInputs())
        arguments.push_back(getAddress(input));
      for (Value result : call.getResults())
        arguments.push_back(getAddress(result));
      for (Place place : scratch.lookup(call))
        arguments.push_back(getPlace(place));
      for (Value symbol : call.getSymbols())
        arguments.push_back(entry.getSymbol(getSymbolExpr(main, symbol)));
      entry.callKernel(call.getCallee(), arguments);
    } else if (auto symbol = dyn_cast<plan::SymbolOp>(op)) {
      entry.defineSymbol(symbol.getNumber(), getAddress(symbol.getSource()),
                         getElementType(symbol.getSource()),
                         symbol.getElement());
    } else if (auto dims = dyn_cast<DimsOp>(op)) {
      entry.storeInts(getAddress(dims), getElementType(dims),
                      dims.getValue().getExprs());
    }
  }
  for (auto [i, value] : llvm::enumerate(getReturn().getOperands())) {
    Place place = places.lookup(getSource(value));
    if (place.kind == Place::Output && place.index == int64_t(i))
      continue;
    AffineExpr bytes = simplify(getProduct(&getContext(), *getDims(value)) *
                                getStorageBytes(getElementType(value)));
    Value output = dependsOnData(value)
                       ? entry.allocateOutput(i, alignToArena(bytes))
                       : entry.getOutput(i);
    entry.copy(output, getAddress(value), bytes);
  }
  entry.finish();
  return success();
}

void PlanMemory::emitArenaBytes(AffineExpr total) {
  OpBuilder b = OpBuilder::atBlockEnd(getOperation().getBody());
  buildArenaBytes(b, main.getLoc(), total);
}

void PlanMemory::emitOutputShapes() {
  OpBuilder b = OpBuilder::atBlockEnd(getOperation().getBody());
  SmallVector<AffineExpr> dims;
  for (Value value : getReturn().getOperands())
    llvm::append_range(dims, *getDims(value));
  buildOutputShapes(b, main.getLoc(), dims);
}

} // namespace
