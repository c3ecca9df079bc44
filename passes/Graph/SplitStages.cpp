//===- SplitStages.cpp - A model as a chain of smaller ones ---------------===//
//
// StageCuts.h says where it is cut. Each stage becomes a module with a @main of
// its own: it takes inputs of the model and outputs of earlier stages, which
// have the name of the node that makes them.
//
// A model's input states each of its free dimensions by itself, so a stage has
// to as well: where it needs a symbol that none of its inputs has for a
// dimension, it is handed the smallest tensor that does, or the one that a
// plan.symbol reads it off, which it repeats. An input that is
// [2 * s0] becomes one of [s1], with the check that s1 is 2 * s0, and a view.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ModelAttrs.h"
#include "dialects/plan/NodeNames.h"
#include "dialects/plan/Plan.h"
#include "passes/Graph/GraphPasses.h"
#include "passes/Graph/StageBuilder.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringSet.h"

namespace onnxc {
#define GEN_PASS_DEF_SPLITSTAGES
#include "passes/Graph/GraphPasses.h.inc"
} // namespace onnxc

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

/// The model while it is taken apart.
class Splitter {
public:
  Splitter(ModuleOp module, func::FuncOp main, unsigned numStages)
      : module(module), main(main), numStages(numStages), cuts(main) {}

  LogicalResult run();

private:
  ModuleOp module;
  func::FuncOp main;
  unsigned numStages;
  StageCuts cuts;
  SmallVector<Stage> stages;
  llvm::DenseMap<Value, std::string> names;
  llvm::StringSet<> taken;
  /// Of symbols that stand for a broadcast of others.
  llvm::MapVector<unsigned, AffineExpr> definitions;
  /// What reads symbols off tensors, not within a branch or a loop.
  llvm::DenseMap<unsigned, plan::SymbolOp> readers;

  Operation *getReturn() { return main.getBody().front().getTerminator(); }
  bool isIn(const Stage &stage, Value value) {
    std::optional<unsigned> place = cuts.getPlace(value);
    return place && *place >= stage.begin && *place < stage.end;
  }
  bool isPart(unsigned result) {
    return bool(onnx::attrs::Part::get(main.getResultAttrDict(result)));
  }
  void findDefinitions();
  void take(Stage &stage, Value value);
  void findInputs(Stage &stage);
  void completeParts(Stage &stage);
  bool handOnSymbol(Stage &stage, unsigned symbol,
                    llvm::SmallBitVector &computed);
  void handOnSymbols(Stage &stage);
  Value findCarrier(const Stage &stage, unsigned symbol);
  llvm::SmallBitVector getPlainSymbols(const Stage &stage);
  void sortInputs(Stage &stage);
  void findOutputs(Stage &stage);
  std::string nameValue(Value value);
  void build(unsigned number);
};

} // namespace

void Splitter::findDefinitions() {
  llvm::SmallBitVector computed(onnx::attrs::Symbols::get(main).size());
  main.walk([&](plan::SymbolOp op) {
    computed.set(op.getNumber());
    if (op->getParentOp() == main)
      readers[op.getNumber()] = op;
  });
  unsigned numInputSymbols =
      llvm::count_if(main.getArgumentTypes(), llvm::IsaPred<IndexType>);
  auto pairs = onnx::attrs::EqualSizes::get(main);
  if (!pairs)
    return;
  for (auto pair : pairs.getAsRange<EqualAttr>())
    if (auto symbol = dyn_cast<AffineSymbolExpr>(pair.getLeft());
        symbol && symbol.getPosition() >= numInputSymbols &&
        !computed.test(symbol.getPosition()))
      definitions.insert({symbol.getPosition(), pair.getRight()});
}

/// An input of the stage, unless it is computed there.
void Splitter::take(Stage &stage, Value value) {
  if (isIn(stage, value) || isa<IndexType>(value.getType()))
    return;
  Operation *op = value.getDefiningOp();
  if (!op || cuts.getPlace(value)) {
    stage.inputs.insert(value);
    addSymbols(value.getType(), stage.symbols);
    return;
  }
  if (!stage.copied.insert(op).second)
    return;
  addSymbols(op, stage.symbols);
  for (Value operand : listOperands(op))
    take(stage, operand);
}

void Splitter::findInputs(Stage &stage) {
  for (Operation *op :
       cuts.getOps().slice(stage.begin, stage.end - stage.begin)) {
    addSymbols(op, stage.symbols);
    for (Value operand : listOperands(op))
      take(stage, operand);
  }
  // Whatever no stage computes leaves the last one, and what belongs together.
  if (stage.end == cuts.getOps().size())
    for (OpOperand &result : getReturn()->getOpOperands())
      if (!cuts.getPlace(result.get()) || isPart(result.getOperandNumber()))
        take(stage, result.get());
}

/// The tensors of a sequence come together.
void Splitter::completeParts(Stage &stage) {
  constexpr int64_t kShapes = 3, kPresent = 4, kMapValues = 6;
  auto continues = [&](unsigned argument) {
    auto part = argument < main.getNumArguments()
                    ? onnx::attrs::Part::get(main, argument)
                    : IntegerAttr();
    return part &&
           llvm::is_contained({kShapes, kPresent, kMapValues}, part.getInt());
  };
  for (Value input : SmallVector<Value>(stage.inputs.getArrayRef())) {
    auto argument = dyn_cast<BlockArgument>(input);
    if (!argument)
      continue;
    unsigned first = argument.getArgNumber(), last = first;
    while (first && continues(first))
      --first;
    while (continues(last + 1))
      ++last;
    for (unsigned i = first; i <= last; ++i)
      take(stage, main.getArgument(i));
  }
}

/// Symbols that are a dimension of an input.
llvm::SmallBitVector Splitter::getPlainSymbols(const Stage &stage) {
  llvm::SmallBitVector plain;
  for (Value input : stage.inputs) {
    Dims dims = *getDims(input);
    for (AffineExpr dim : dims)
      if (isa<AffineSymbolExpr>(dim))
        addSymbols(dim, plain);
  }
  plain.resize(onnx::attrs::Symbols::get(main).size());
  return plain;
}

/// The smallest tensor before the stage that has the symbol for a dimension.
Value Splitter::findCarrier(const Stage &stage, unsigned symbol) {
  Value best;
  auto look = [&](Value value) {
    std::optional<Dims> dims = getDims(value);
    auto wanted = getAffineSymbolExpr(symbol, main.getContext());
    if (dims && llvm::is_contained(*dims, wanted) &&
        (!best || cuts.getBytes(value) < cuts.getBytes(best)))
      best = value;
  };
  for (BlockArgument argument : main.getArguments())
    if (!onnx::attrs::Part::get(main, argument.getArgNumber()))
      look(argument);
  for (Operation *op : cuts.getOps().take_front(stage.begin))
    llvm::for_each(op->getResults(), look);
  return best;
}

/// Sees to it that the stage knows the symbol. Whether it takes more inputs.
bool Splitter::handOnSymbol(Stage &stage, unsigned symbol,
                            llvm::SmallBitVector &computed) {
  if (auto *it = definitions.find(symbol); it != definitions.end()) {
    computed.set(symbol);
    addSymbols(it->second, stage.symbols);
    return true;
  }
  Value carrier = findCarrier(stage, symbol);
  plan::SymbolOp reader = readers.lookup(symbol);
  if (reader && (!carrier ||
                 cuts.getBytes(reader.getSource()) < cuts.getBytes(carrier))) {
    computed.set(symbol);
    stage.copied.insert(reader);
    take(stage, reader.getSource());
    return true;
  }
  if (carrier)
    take(stage, carrier);
  return bool(carrier);
}

void Splitter::handOnSymbols(Stage &stage) {
  llvm::SmallBitVector computed(onnx::attrs::Symbols::get(main).size());
  for (Operation *op :
       cuts.getOps().slice(stage.begin, stage.end - stage.begin))
    op->walk([&](plan::SymbolOp symbol) { computed.set(symbol.getNumber()); });
  llvm::SmallBitVector plain;
  for (bool changes = true; changes;) {
    plain = getPlainSymbols(stage);
    changes = llvm::any_of(
        llvm::SmallBitVector(stage.symbols).set_bits(), [&](unsigned symbol) {
          return !plain.test(symbol) && !computed.test(symbol) &&
                 handOnSymbol(stage, symbol, computed);
        });
  }
  // Some other tensor may have brought it.
  for (unsigned symbol : plain.set_bits())
    if (plan::SymbolOp reader = readers.lookup(symbol))
      stage.copied.erase(reader);
}

/// The model's inputs in its order, then what is computed.
void Splitter::sortInputs(Stage &stage) {
  SmallVector<Value> inputs = stage.inputs.takeVector();
  auto getKey = [&](Value value) {
    auto argument = dyn_cast<BlockArgument>(value);
    return argument ? std::tuple(0u, argument.getArgNumber(), 0u)
                    : std::tuple(1u, *cuts.getPlace(value),
                                 cast<OpResult>(value).getResultNumber());
  };
  llvm::sort(inputs, [&](Value a, Value b) { return getKey(a) < getKey(b); });
  stage.inputs.insert(inputs.begin(), inputs.end());
}

/// After the node, so that it is known in the model; no two are the same.
std::string Splitter::nameValue(Value value) {
  auto result = cast<OpResult>(value);
  SmallVector<StringRef> nodes = listNodeNames(value.getLoc());
  std::string stem = nodes.empty() ? "value" : nodes.back().str();
  if (result.getResultNumber())
    stem += "_" + std::to_string(result.getResultNumber());
  std::string name = stem;
  for (unsigned i = 2; !taken.insert(name).second; ++i)
    name = stem + "_" + std::to_string(i);
  return name;
}

void Splitter::findOutputs(Stage &stage) {
  bool isLast = stage.end == cuts.getOps().size();
  llvm::DenseSet<Value> handedOn;
  for (const Stage &later : stages)
    if (later.begin >= stage.end)
      for (Value input : later.inputs)
        if (isIn(stage, input))
          handedOn.insert(input);
  for (OpOperand &result : getReturn()->getOpOperands()) {
    unsigned number = result.getOperandNumber();
    bool ends = !cuts.getPlace(result.get()) || isPart(number);
    if (ends ? !isLast : !isIn(stage, result.get()))
      continue;
    auto name = onnx::attrs::Name::get(main.getResultAttrDict(number));
    stage.outputs.push_back(
        {result.get(), name ? name.str() : "output_" + std::to_string(number)});
    if (!ends)
      names.try_emplace(result.get(), stage.outputs.back().second);
  }
  for (Operation *op :
       cuts.getOps().slice(stage.begin, stage.end - stage.begin))
    for (Value value : op->getResults())
      if (handedOn.contains(value) && !names.contains(value)) {
        names[value] = nameValue(value);
        stage.outputs.push_back({value, names[value]});
      }
}

LogicalResult Splitter::run() {
  SmallVector<unsigned> begins = cuts.choose(numStages);
  if (begins.empty())
    return module.emitError("cannot be cut into ")
           << numStages << " stages: there are " << cuts.countPlaces()
           << " places between its operators where it can be";
  if (!onnx::attrs::Symbols::get(main))
    onnx::attrs::Symbols::set(main, ArrayAttr::get(main.getContext(), {}));
  findDefinitions();
  for (unsigned i = 0; i < numStages; ++i) {
    Stage &stage = stages.emplace_back();
    stage.begin = begins[i];
    stage.end = begins[i + 1];
  }
  auto take = [&](StringAttr name) {
    if (!name)
      return;
    taken.insert(name.getValue());
    // Of a sequence, it is a part.
    taken.insert(name.getValue().rsplit('.').first);
  };
  for (unsigned i = 0; i < main.getNumArguments(); ++i)
    take(onnx::attrs::Name::get(main, i));
  for (unsigned i = 0; i < main.getNumResults(); ++i)
    take(onnx::attrs::Name::get(main.getResultAttrDict(i)));
  for (Stage &stage : stages) {
    findInputs(stage);
    completeParts(stage);
    handOnSymbols(stage);
    sortInputs(stage);
  }
  for (Stage &stage : stages)
    findOutputs(stage);
  for (unsigned i = 0; i < numStages; ++i)
    build(i);
  main.erase();
  return success();
}

void Splitter::build(unsigned number) {
  std::string name = "stage_" + std::to_string(number);
  auto built = ModuleOp::create(module.getLoc(), name);
  for (NamedAttribute attribute : module->getDiscardableAttrs())
    built->setAttr(attribute.getName(), attribute.getValue());
  auto graph = onnx::attrs::GraphName::get(module);
  std::string title =
      (graph ? graph.str() + ", " : "") + "stage " + std::to_string(number);
  onnx::attrs::GraphName::set(built,
                              StringAttr::get(built.getContext(), title));
  built.push_back(buildStage(main, stages[number], cuts, names));
  module.push_back(built);
}

namespace {

struct SplitStages : onnxc::impl::SplitStagesBase<SplitStages> {
  using SplitStagesBase::SplitStagesBase;

  void runOnOperation() override {
    auto main = getOperation().lookupSymbol<func::FuncOp>("main");
    if (!main) {
      getOperation().emitError("has no function @main");
      return signalPassFailure();
    }
    if (failed(Splitter(getOperation(), main, stages).run()))
      signalPassFailure();
  }
};

} // namespace
