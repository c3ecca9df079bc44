//===- StageBuilder.cpp - The function of one stage -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Graph/StageBuilder.h"
#include "dialects/onnx/ModelAttrs.h"
#include "dialects/plan/Plan.h"
#include "mlir/IR/AttrTypeSubElements.h"
#include "mlir/IR/IRMapping.h"
#include "passes/Graph/ReshapeTo.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

/// Writes one stage's module.
class StageBuilder {
public:
  StageBuilder(func::FuncOp main, const Stage &stage,
               const llvm::DenseMap<Value, std::string> &names)
      : main(main), stage(stage), names(names), b(main.getContext()),
        numSymbols(onnx::attrs::Symbols::get(main).size()) {}

  func::FuncOp build(const StageCuts &cuts);

private:
  func::FuncOp main;
  const Stage &stage;
  const llvm::DenseMap<Value, std::string> &names;
  OpBuilder b;
  unsigned numSymbols;
  /// Symbols of the stage by their numbers in @main; those that it adds have
  /// numbers behind. The first are arguments.
  SmallVector<unsigned> order;
  unsigned numArguments = 0;
  llvm::MapVector<AffineExpr, std::string> added;
  SmallVector<Attribute> equalSizes;
  llvm::DenseSet<Operation *> cloned;

  Type getInputType(Value input);
  void numberSymbols();
  void cloneReaders(IRMapping &mapping);
  void addInputs(func::FuncOp function, IRMapping &mapping);
  void keepEqualSizes();
  void setSymbols(func::FuncOp function);
  void renumber(func::FuncOp function);
  void describe(func::FuncOp function);
};

} // namespace

/// A dimension that is no symbol and no number becomes a symbol.
Type StageBuilder::getInputType(Value input) {
  Dims dims = *getDims(input);
  for (auto [i, dim] : llvm::enumerate(dims)) {
    if (isa<AffineSymbolExpr>(dim) || getConstant(dim))
      continue;
    added.insert({dim, names.lookup(input) + "_dim" + std::to_string(i)});
    dim = getAffineSymbolExpr(numSymbols +
                                  std::distance(added.begin(), added.find(dim)),
                              b.getContext());
  }
  return getTensorType(dims, getElementType(input));
}

void StageBuilder::numberSymbols() {
  llvm::SmallBitVector seen(numSymbols);
  for (Value input : stage.inputs) {
    getInputType(input);
    Dims dims = *getDims(input);
    for (AffineExpr dim : dims)
      if (auto symbol = dyn_cast<AffineSymbolExpr>(dim);
          symbol && !seen.test(symbol.getPosition())) {
        seen.set(symbol.getPosition());
        order.push_back(symbol.getPosition());
      }
  }
  for (size_t i = 0; i < added.size(); ++i)
    order.push_back(numSymbols + i);
  numArguments = order.size();
  for (unsigned symbol : stage.symbols.set_bits())
    if (!seen.test(symbol))
      order.push_back(symbol);
}

/// What reads symbols off tensors comes first: sizes are known before what has
/// them.
void StageBuilder::cloneReaders(IRMapping &mapping) {
  llvm::SetVector<Operation *> needed;
  for (auto op : main.getOps<plan::SymbolOp>())
    if (stage.copied.contains(op))
      needed.insert(op);
  for (size_t i = 0; i < needed.size(); ++i)
    for (Value operand : listOperands(needed[i]))
      if (Operation *op = operand.getDefiningOp(); stage.copied.contains(op))
        needed.insert(op);
  for (Operation &op : main.getBody().front())
    if (needed.contains(&op)) {
      b.clone(op, mapping);
      cloned.insert(&op);
    }
}

void StageBuilder::addInputs(func::FuncOp function, IRMapping &mapping) {
  Block &body = function.getBody().front();
  for (Value input : stage.inputs)
    mapping.map(input, body.addArgument(getInputType(input), input.getLoc()));
  for (unsigned i = 0; i < numArguments; ++i)
    body.addArgument(b.getIndexType(), main.getLoc());
  cloneReaders(mapping);
  for (Value input : stage.inputs) {
    Value argument = mapping.lookup(input);
    if (argument.getType() == input.getType())
      continue;
    Dims given = *getDims(argument), wanted = *getDims(input);
    for (auto [l, r] : llvm::zip(given, wanted))
      if (l != r)
        equalSizes.push_back(EqualAttr::get(
            b.getContext(), l, r, b.getStringAttr(names.lookup(input))));
    mapping.map(input, reshapeTo(b, input.getLoc(), argument, wanted));
  }
}

/// Those about this stage's symbols alone.
void StageBuilder::keepEqualSizes() {
  auto pairs = onnx::attrs::EqualSizes::get(main);
  if (!pairs)
    return;
  for (auto pair : pairs.getAsRange<EqualAttr>()) {
    llvm::SmallBitVector used;
    addSymbols(pair.getLeft(), used);
    addSymbols(pair.getRight(), used);
    if (!llvm::all_of(used.set_bits(), [&](unsigned symbol) {
          return llvm::is_contained(order, symbol);
        }))
      continue;
    // A symbol that is an argument here has no definition: what defined it is
    // a check.
    auto symbol = dyn_cast<AffineSymbolExpr>(pair.getLeft());
    bool isGiven =
        symbol && llvm::is_contained(ArrayRef(order).take_front(numArguments),
                                     symbol.getPosition());
    StringAttr node = pair.getNode();
    if (node.empty() && isGiven)
      node = b.getStringAttr("the stages before");
    equalSizes.push_back(
        EqualAttr::get(b.getContext(), pair.getLeft(), pair.getRight(), node));
  }
}

void StageBuilder::setSymbols(func::FuncOp function) {
  auto oldNames = onnx::attrs::Symbols::get(main);
  auto oldBounds = onnx::attrs::SymbolBounds::get(main);
  SmallVector<Attribute> newNames;
  SmallVector<int64_t> bounds;
  for (auto [i, symbol] : llvm::enumerate(order)) {
    bool isOld = symbol < numSymbols;
    newNames.push_back(
        isOld
            ? oldNames[symbol]
            : b.getStringAttr(added.getArrayRef()[symbol - numSymbols].second));
    if (i >= numArguments)
      continue;
    onnx::attrs::Name::set(function, stage.inputs.size() + i,
                           cast<StringAttr>(newNames.back()));
    bool isBounded =
        isOld && oldBounds && 2 * size_t(symbol) + 1 < size_t(oldBounds.size());
    bounds.push_back(isBounded ? oldBounds[2 * symbol] : 0);
    bounds.push_back(isBounded ? oldBounds[2 * symbol + 1] : -1);
  }
  onnx::attrs::Symbols::set(function, b.getArrayAttr(newNames));
  onnx::attrs::SymbolBounds::set(function, b.getDenseI64ArrayAttr(bounds));
  if (!equalSizes.empty())
    onnx::attrs::EqualSizes::set(function, b.getArrayAttr(equalSizes));
}

/// From @main's symbols to the stage's.
void StageBuilder::renumber(func::FuncOp function) {
  llvm::DenseMap<AffineExpr, AffineExpr> numbers;
  for (auto [i, symbol] : llvm::enumerate(order))
    numbers[getAffineSymbolExpr(symbol, b.getContext())] =
        getAffineSymbolExpr(i, b.getContext());
  auto map = [&](AffineExpr expr) { return simplify(expr.replace(numbers)); };
  function.walk([&](plan::SymbolOp op) {
    auto old = getAffineSymbolExpr(op.getNumber(), b.getContext());
    op.setNumber(cast<AffineSymbolExpr>(numbers.at(old)).getPosition());
  });
  AttrTypeReplacer replacer;
  replacer.addReplacement([&](DimsAttr dims) {
    return DimsAttr::get(b.getContext(),
                         llvm::map_to_vector(dims.getExprs(), map));
  });
  replacer.addReplacement([&](EqualAttr pair) {
    return EqualAttr::get(b.getContext(), map(pair.getLeft()),
                          map(pair.getRight()), pair.getNode());
  });
  replacer.addReplacement([&](AffineMapAttr attr) {
    auto exprs = llvm::map_to_vector(attr.getValue().getResults(), map);
    return AffineMapAttr::get(
        AffineMap::get(0, getNumSymbols(exprs), exprs, b.getContext()));
  });
  replacer.recursivelyReplaceElementsIn(function, /*replaceAttrs=*/true,
                                        /*replaceLocs=*/false,
                                        /*replaceTypes=*/true);
}

void StageBuilder::describe(func::FuncOp function) {
  for (auto [i, input] : llvm::enumerate(stage.inputs)) {
    if (auto argument = dyn_cast<BlockArgument>(input))
      function.setArgAttrs(i, main.getArgAttrDict(argument.getArgNumber()));
    else
      onnx::attrs::Name::set(function, i, b.getStringAttr(names.lookup(input)));
  }
  for (auto [i, output] : llvm::enumerate(stage.outputs)) {
    // What the model says of an output of its own.
    for (unsigned k = 0; k < main.getNumResults(); ++k)
      if (auto name = onnx::attrs::Name::get(main.getResultAttrDict(k));
          name && name.getValue() == output.second)
        function.setResultAttrs(i, main.getResultAttrDict(k));
    onnx::attrs::Name::setOfResult(function, i, b.getStringAttr(output.second));
  }
}

func::FuncOp StageBuilder::build(const StageCuts &cuts) {
  numberSymbols();
  auto function =
      func::FuncOp::create(main.getLoc(), "main", b.getFunctionType({}, {}));
  b.setInsertionPointToStart(function.addEntryBlock());
  IRMapping mapping;
  addInputs(function, mapping);
  for (Operation &op : main.getBody().front().without_terminator()) {
    std::optional<unsigned> place = cuts.getPlace(&op);
    bool isOurs = place && *place >= stage.begin && *place < stage.end;
    if ((isOurs || stage.copied.contains(&op)) && !cloned.contains(&op))
      b.clone(op, mapping);
  }
  SmallVector<Value> results;
  for (const auto &output : stage.outputs)
    results.push_back(mapping.lookup(output.first));
  func::ReturnOp::create(b, main.getLoc(), results);
  function.setType(
      b.getFunctionType(function.getBody().front().getArgumentTypes(),
                        ValueRange(results).getTypes()));
  describe(function);
  keepEqualSizes();
  setSymbols(function);
  renumber(function);
  return function;
}

func::FuncOp
onnxc::buildStage(func::FuncOp main, const Stage &stage, const StageCuts &cuts,
                  const llvm::DenseMap<Value, std::string> &names) {
  return StageBuilder(main, stage, names).build(cuts);
}
