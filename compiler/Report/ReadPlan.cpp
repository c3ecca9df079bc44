//===- ReadPlan.cpp - @main before it becomes the entry point -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Report/ReportGatherer.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/ControlFlowOps.h"
#include "dialects/onnx/CustomOps.h"
#include "dialects/onnx/ElementTypes.h"
#include "dialects/onnx/ShapeOps.h"
#include "dialects/plan/Kernels.h"
#include "dialects/plan/NodeNames.h"
#include "dialects/plan/PlanAttrs.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace onnxc {

namespace {

class PlanReader {
public:
  PlanReader(func::FuncOp main, const MemoryPlan &memory, PlanFacts &facts)
      : main(main), memory(memory), facts(facts) {}

  void read();

private:
  func::FuncOp main;
  const MemoryPlan &memory;
  PlanFacts &facts;
  llvm::DenseMap<Value, unsigned> tensors;

  void readBlock(Block &block, unsigned depth);
  void readRow(Operation &op, RowFacts::Kind kind, unsigned depth);
  void readBuffers();
  unsigned addTensor(Value value, StringRef name);
  OperandFacts getOperand(Value value);
};

} // namespace

static std::vector<std::string> listNodes(Operation *op) {
  std::vector<std::string> names;
  for (StringRef name : listNodeNames(op->getLoc()))
    names.push_back(name.str());
  return names;
}

/// The op whose result a kernel gives is the last one of its group.
static std::string getLastNode(Operation *op) {
  std::vector<std::string> names = listNodes(op);
  return names.empty() ? std::string() : names.back();
}

static AffineExpr countBytes(Value value) {
  std::optional<onnx::Dims> dims = onnx::getDims(value);
  if (!dims)
    return {};
  return onnx::simplify(onnx::getProduct(value.getContext(), *dims) *
                        onnx::getStorageBytes(onnx::getElementType(value)));
}

unsigned PlanReader::addTensor(Value value, StringRef name) {
  auto [it, isNew] = tensors.insert({value, facts.tensors.size()});
  if (!isNew)
    return it->second;
  auto place = memory.places.find(value);
  facts.tensors.push_back(
      {name.str(), place == memory.places.end() ? Place() : place->second,
       onnx::getElementType(value), onnx::getDims(value).value_or(onnx::Dims()),
       countBytes(value)});
  if (place != memory.places.end() && place->second.kind == Place::Arena)
    facts.buffers[place->second.index].tensors.push_back(it->second);
  return it->second;
}

OperandFacts PlanReader::getOperand(Value value) {
  Value source = plan::getSource(value);
  std::string name;
  if (Operation *op = source.getDefiningOp())
    name = getLastNode(op);
  return {addTensor(source, name), onnx::getDims(value).value_or(onnx::Dims()),
          countBytes(value)};
}

void PlanReader::readRow(Operation &op, RowFacts::Kind kind, unsigned depth) {
  RowFacts row;
  row.kind = kind;
  row.step = memory.steps.lookup(&op);
  row.depth = depth;
  row.nodes = listNodes(&op);
  llvm::SmallDenseSet<Value> seen;
  for (Value operand : op.getOperands())
    if (isa<TensorType>(operand.getType()) && seen.insert(operand).second)
      row.reads.push_back(getOperand(operand));
  for (Value result : op.getResults())
    if (memory.places.count(result))
      row.writes.push_back(getOperand(result));
  if (auto call = dyn_cast<plan::CallOp>(op)) {
    row.callee = call.getCallee().str();
    for (Value symbol : call.getSymbols())
      row.symbols.push_back(getSymbolExpr(main, symbol));
  }
  if (auto part = dyn_cast<plan::OffloadOp>(op))
    row.callee = "part_" + std::to_string(part.getPart());
  if (auto custom = dyn_cast<onnx::CustomCallOp>(op))
    row.callee = custom.getOpType().str();
  facts.rows.push_back(std::move(row));
}

void PlanReader::readBlock(Block &block, unsigned depth) {
  for (Operation &op : block) {
    llvm::TypeSwitch<Operation *>(&op)
        .Case<plan::CallOp>([&](auto) { readRow(op, RowFacts::Kernel, depth); })
        .Case<plan::OffloadOp>(
            [&](auto) { readRow(op, RowFacts::Part, depth); })
        .Case<onnx::CustomCallOp, onnx::CustomSizesOp>(
            [&](auto) { readRow(op, RowFacts::Custom, depth); })
        .Case<onnx::DimsOp>([&](auto) { readRow(op, RowFacts::Sizes, depth); })
        .Case<onnx::IfOp>([&](auto) { readRow(op, RowFacts::Branch, depth); })
        .Case<onnx::LoopOp, onnx::ScanOp>(
            [&](auto) { readRow(op, RowFacts::Loop, depth); })
        .Case<plan::ViewOp>(
            [&](auto) { llvm::append_range(facts.views, listNodes(&op)); })
        .Case<plan::SymbolOp, plan::SizeOp, plan::RequireOp>(
            [&](auto) { llvm::append_range(facts.sizes, listNodes(&op)); });
    for (Region &region : op.getRegions())
      for (Block &nested : region) {
        for (BlockArgument argument : nested.getArguments())
          addTensor(argument, getLastNode(&op));
        readBlock(nested, depth + 1);
      }
  }
}

void PlanReader::readBuffers() {
  for (auto [buffer, owner] : llvm::zip(memory.buffers, memory.owners))
    facts.buffers.push_back({buffer.bytes,
                             buffer.offset,
                             buffer.first,
                             buffer.last,
                             getLastNode(owner.first),
                             owner.second.str(),
                             {}});
}

void PlanReader::read() {
  readBuffers();
  facts.arenaBytes = memory.arenaBytes;
  for (BlockArgument argument : main.getArguments())
    if (!argument.getType().isIndex())
      addTensor(argument, "");
  main.walk([&](onnx::ConstantOp constant) {
    std::vector<std::string> names = listNodes(constant);
    Place place = memory.places.lookup(constant);
    llvm::append_range(facts.weights[place.index], names);
    addTensor(constant, names.empty() ? "" : names.front());
  });
  readBlock(main.getBody().front(), 0);
  for (Attribute name : memory.allocating)
    facts.allocating.push_back(cast<StringAttr>(name).str());
}

PlanFacts readPlanFacts(ModuleOp module, func::FuncOp main) {
  PlanFacts facts;
  if (auto part = plan::attrs::Part::get(module))
    facts.part = part.getNumber();
  // What cannot be planned is refused by the pass that needs it, and once.
  ScopedDiagnosticHandler silence(module.getContext(),
                                  [](Diagnostic &) { return success(); });
  FailureOr<MemoryPlan> memory = planMemory(module, main);
  if (succeeded(memory))
    PlanReader(main, *memory, facts).read();
  return facts;
}

} // namespace onnxc
