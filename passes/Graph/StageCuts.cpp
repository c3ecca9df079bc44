//===- StageCuts.cpp - Where a model may be cut into stages ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Graph/StageCuts.h"
#include "dialects/onnx/Cost.h"
#include "dialects/onnx/ElementTypes.h"
#include "dialects/onnx/ModelAttrs.h"
#include "dialects/onnx/NormalizationOps.h"
#include "dialects/plan/Plan.h"
#include "mlir/IR/AttrTypeSubElements.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

/// What a free dimension without a bound is taken to be.
constexpr int64_t kAssumedSize = 64;
/// The longest stage may take an eighth more than it has to.
constexpr int64_t kSlack = 8;

SmallVector<Value> onnxc::listOperands(Operation *op) {
  llvm::SetVector<Value> values(op->operand_begin(), op->operand_end());
  getUsedValuesDefinedAbove(op->getRegions(), values);
  return values.takeVector();
}

void onnxc::addSymbols(AffineExpr expr, llvm::SmallBitVector &symbols) {
  expr.walk([&](AffineExpr part) {
    if (auto symbol = dyn_cast<AffineSymbolExpr>(part)) {
      if (symbol.getPosition() >= symbols.size())
        symbols.resize(symbol.getPosition() + 1);
      symbols.set(symbol.getPosition());
    }
  });
}

static AttrTypeWalker buildWalker(llvm::SmallBitVector &symbols) {
  AttrTypeWalker walker;
  walker.addWalk([&](DimsAttr dims) {
    for (AffineExpr expr : dims.getExprs())
      addSymbols(expr, symbols);
  });
  walker.addWalk([&](AffineMapAttr attr) {
    for (AffineExpr expr : attr.getValue().getResults())
      addSymbols(expr, symbols);
  });
  return walker;
}

void onnxc::addSymbols(Type type, llvm::SmallBitVector &symbols) {
  buildWalker(symbols).walk(type);
}

void onnxc::addSymbols(Operation *op, llvm::SmallBitVector &symbols) {
  AttrTypeWalker walker = buildWalker(symbols);
  op->walk([&](Operation *inner) {
    walker.walk(inner->getAttrDictionary());
    if (auto symbol = dyn_cast<plan::SymbolOp>(inner))
      addSymbols(getAffineSymbolExpr(symbol.getNumber(), op->getContext()),
                 symbols);
    for (Type type : inner->getResultTypes())
      walker.walk(type);
    for (Type type : inner->getOperandTypes())
      walker.walk(type);
    for (Region &region : inner->getRegions())
      for (Type type : region.getArgumentTypes())
        walker.walk(type);
  });
}

/// An operator that joins the kernel of what it reads.
static bool joinsProducer(Operation *op) {
  return isa<ElementwiseOp, BatchNormalizationOp>(op);
}

StageCuts::StageCuts(func::FuncOp main) : main(main) {
  assumeSizes();
  llvm::DenseSet<Operation *> copied;
  workBefore.push_back(0);
  for (Operation &op : main.getBody().front().without_terminator()) {
    bool isCopied =
        isPure(&op) && llvm::all_of(listOperands(&op), [&](Value operand) {
          return copied.contains(operand.getDefiningOp());
        });
    if (isCopied) {
      copied.insert(&op);
      continue;
    }
    places[&op] = ops.size();
    ops.push_back(&op);
    workBefore.push_back(workBefore.back() + countWork(&op));
  }
  bytesAt.assign(ops.size() + 1, 0);
  if (!ops.empty())
    bytesAt.front() = bytesAt.back() = -1;
  countBytes();
  keepReaders();
}

void StageCuts::assumeSizes() {
  auto symbols = onnx::attrs::Symbols::get(main);
  sizes.assign(symbols ? symbols.size() : 0, kAssumedSize);
  if (auto bounds = onnx::attrs::SymbolBounds::get(main))
    for (size_t i = 0; 2 * i + 1 < size_t(bounds.size()); ++i) {
      int64_t least = bounds[2 * i], most = bounds[2 * i + 1];
      sizes[i] = most >= 0 ? most : std::max(least, kAssumedSize);
    }
  // Those that stand for others have their value.
  if (auto pairs = onnx::attrs::EqualSizes::get(main))
    for (auto pair : pairs.getAsRange<EqualAttr>())
      if (auto symbol = dyn_cast<AffineSymbolExpr>(pair.getLeft());
          symbol && pair.getNode().empty() &&
          symbol.getPosition() < sizes.size())
        sizes[symbol.getPosition()] = evaluate(pair.getRight());
}

int64_t StageCuts::evaluate(AffineExpr expr) const {
  SmallVector<AffineExpr> values;
  for (int64_t size : sizes)
    values.push_back(getAffineConstantExpr(size, expr.getContext()));
  return std::max<int64_t>(
      onnx::getConstant(simplify(expr.replaceSymbols(values))).value_or(0), 0);
}

int64_t StageCuts::getBytes(Value value) const {
  std::optional<Dims> dims = getDims(value);
  if (!dims)
    return 0;
  return evaluate(getProduct(value.getContext(), *dims)) *
         getStorageBytes(onnx::getElementType(value));
}

/// MACs, and an element counts as one; what moves nothing is free.
int64_t StageCuts::countWork(Operation *op) const {
  int64_t work = 0;
  op->walk([&](Operation *inner) {
    if (AffineExpr macs = countMacs(inner))
      work += evaluate(macs);
    if (inner->hasTrait<IsView>() || !isa<OnnxDialect>(inner->getDialect()))
      return;
    for (Value result : inner->getResults())
      if (std::optional<Dims> dims = getDims(result); dims)
        work += evaluate(getProduct(result.getContext(), *dims));
  });
  return work;
}

std::optional<unsigned> StageCuts::getPlace(Operation *op) const {
  auto it = places.find(op);
  if (it == places.end())
    return std::nullopt;
  return it->second;
}

void StageCuts::forbid(unsigned from, unsigned to) {
  for (unsigned place = from; place <= to; ++place)
    bytesAt[place] = -1;
}

/// A value goes over all cuts between its op and the last that reads it. What
/// the model's inputs bring comes from the caller.
void StageCuts::countBytes() {
  for (auto [place, op] : llvm::enumerate(ops))
    for (Value result : op->getResults()) {
      unsigned last = place;
      for (Operation *user : result.getUsers()) {
        Operation *ancestor =
            main.getBody().front().findAncestorOpInBlock(*user);
        if (auto it = places.find(ancestor); it != places.end())
          last = std::max(last, it->second);
      }
      if (last == place)
        continue;
      if (!isa<TensorType>(result.getType()) || !getDims(result)) {
        forbid(place + 1, last);
        continue;
      }
      int64_t bytes = getBytes(result);
      for (unsigned at = place + 1; at <= last; ++at)
        if (bytesAt[at] >= 0)
          bytesAt[at] += bytes;
    }
  // A kernel that is torn apart is dearer than what it hands on.
  for (unsigned at = 1; at < ops.size(); ++at)
    if (bytesAt[at] > 0 && joinsProducer(ops[at]) &&
        llvm::any_of(ops[at]->getOperands(), [&](Value operand) {
          return operand.getDefiningOp() == ops[at - 1];
        }))
      bytesAt[at] *= 2;
}

/// What reads a symbol off a tensor stays with the op before it, and with those
/// that have the symbol in their results' sizes before they tell it.
void StageCuts::keepReaders() {
  llvm::DenseMap<unsigned, unsigned> mentioned;
  for (auto [place, op] : llvm::enumerate(ops)) {
    if (auto reader = dyn_cast<plan::SymbolOp>(op)) {
      auto first = mentioned.find(reader.getNumber());
      unsigned from = first == mentioned.end() ? place : first->second + 1;
      forbid(std::min<unsigned>(from, place), place);
      continue;
    }
    llvm::SmallBitVector symbols;
    addSymbols(op, symbols);
    for (unsigned symbol : symbols.set_bits())
      mentioned.try_emplace(symbol, place);
  }
}

unsigned StageCuts::countPlaces() const {
  return llvm::count_if(bytesAt, [](int64_t bytes) { return bytes >= 0; });
}

/// How many stages of at most so much work there are; none where two places for
/// cuts have more between them.
std::optional<unsigned> StageCuts::countStages(int64_t mostWork) const {
  unsigned stages = 1, begin = 0, lastPlace = 0;
  for (unsigned at = 1; at <= ops.size(); ++at) {
    bool isEnd = at == ops.size();
    if (!isEnd && bytesAt[at] < 0)
      continue;
    if (workBefore[at] - workBefore[begin] > mostWork) {
      if (lastPlace == begin ||
          workBefore[at] - workBefore[lastPlace] > mostWork)
        return std::nullopt;
      begin = lastPlace;
      ++stages;
    }
    lastPlace = at;
  }
  return stages;
}

int64_t StageCuts::findLeastWork(unsigned numStages) const {
  int64_t low = 0, high = workBefore.back();
  while (low < high) {
    int64_t middle = low + (high - low) / 2;
    std::optional<unsigned> stages = countStages(middle);
    if (stages && *stages <= numStages)
      high = middle;
    else
      low = middle + 1;
  }
  return low;
}

SmallVector<unsigned> StageCuts::choose(unsigned numStages) const {
  if (ops.empty() || numStages > countPlaces() + 1)
    return {};
  int64_t least = findLeastWork(numStages), most = least + least / kSlack;
  // For each number of stages and place: the bytes of the cuts up to there, the
  // work of the longest stage, and the cut before.
  struct Best {
    int64_t bytes = -1, work = 0;
    unsigned from = 0;
  };
  unsigned numOps = ops.size();
  SmallVector<SmallVector<Best>> best(numStages + 1,
                                      SmallVector<Best>(numOps + 1));
  best[0][0].bytes = 0;
  for (unsigned stage = 1; stage <= numStages; ++stage)
    for (unsigned at = stage; at <= numOps; ++at) {
      if (at < numOps && bytesAt[at] < 0)
        continue;
      Best &here = best[stage][at];
      for (unsigned from = at; from-- > 0;) {
        int64_t work = workBefore[at] - workBefore[from];
        if (work > most)
          break;
        const Best &before = best[stage - 1][from];
        if (before.bytes < 0)
          continue;
        Best next{before.bytes + (at < numOps ? bytesAt[at] : 0),
                  std::max(before.work, work), from};
        if (here.bytes < 0 ||
            std::pair(next.bytes, next.work) < std::pair(here.bytes, here.work))
          here = next;
      }
    }
  SmallVector<unsigned> result{numOps};
  for (unsigned stage = numStages; stage > 0; --stage)
    result.push_back(best[stage][result.back()].from);
  return SmallVector<unsigned>(llvm::reverse(result));
}
