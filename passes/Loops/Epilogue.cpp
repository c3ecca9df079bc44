//===- Epilogue.cpp - Elementwise ops applied where a sum is stored -------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Loops/Epilogue.h"
#include "dialects/plan/Kernels.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

using namespace mlir;
using namespace onnxc;

Value onnxc::getBaseBuffer(Value buffer) {
  while (auto view = buffer.getDefiningOp<ViewLikeOpInterface>())
    buffer = view.getViewSource();
  return buffer;
}

/// Whether nobody sees the buffer but this kernel.
static bool isScratch(Value buffer) {
  if (auto argument = dyn_cast<BlockArgument>(buffer)) {
    auto kernel = dyn_cast<func::FuncOp>(argument.getOwner()->getParentOp());
    return kernel &&
           plan::attrs::Scratch::isOn(kernel, argument.getArgNumber());
  }
  return isa<memref::AllocOp, memref::AllocaOp>(buffer.getDefiningOp());
}

/// Whether the op computes on vectors as it does on scalars.
static bool isVectorizable(Operation *op) {
  return isa<arith::ConstantOp>(op) ||
         (OpTrait::hasElementwiseMappableTraits(op) &&
          op->getNumRegions() == 0 && op->getNumResults() == 1);
}

/// How many results from `at` on are the group's loops; 0 unless all are.
static unsigned countLoops(AffineMap map, unsigned at,
                           ArrayRef<unsigned> group) {
  if (at + group.size() > map.getNumResults())
    return 0;
  for (auto [i, loop] : llvm::enumerate(group)) {
    auto dim = dyn_cast<AffineDimExpr>(map.getResult(at + i));
    if (!dim || dim.getPosition() != loop)
      return 0;
  }
  return group.size();
}

/// Sets which groups step by which strides. Each dimension is of size 1 or one
/// of a whole group.
bool Epilogue::findGroups(AffineMap map, Source &source) {
  unsigned at = 0, end = map.getNumResults();
  while (at < end) {
    if (auto constant = dyn_cast<AffineConstantExpr>(map.getResult(at))) {
      if (constant.getValue() != 0)
        return false;
      ++at;
      continue;
    }
    unsigned g = 0, count = 0;
    for (; g < groups.size() && count == 0; ++g)
      count = countLoops(map, at, groups[g]);
    if (count == 0)
      return false;
    at += count;
    source.strideAfter.push_back({g - 1, at});
    if (g < groups.size())
      continue;
    // Of size 1 is what follows.
    for (unsigned i = at; i < end; ++i)
      if (!isa<AffineConstantExpr>(map.getResult(i)))
        return false;
    source.isVector = true;
  }
  return true;
}

std::optional<Epilogue::Step> Epilogue::makeStep(linalg::GenericOp op,
                                                 Value from) {
  if (op.getNumReductionLoops() != 0 || op.getNumDpsInits() != 1 ||
      !op.hasPureBufferSemantics())
    return std::nullopt;
  OpOperand *out = op.getDpsInitOperand(0);
  if (!op.getMatchingIndexingMap(out).isIdentity() ||
      !op.getRegionOutputArgs()[0].use_empty())
    return std::nullopt;
  for (Operation &inner : op.getBody()->without_terminator())
    if (!isVectorizable(&inner))
      return std::nullopt;
  Step step{op, {}};
  bool readsSums = false;
  for (OpOperand *input : op.getDpsInputOperands()) {
    AffineMap map = op.getMatchingIndexingMap(input);
    if (input->get() == from) {
      if (!map.isIdentity())
        return std::nullopt;
      readsSums = true;
      step.sources.emplace_back(std::nullopt);
      continue;
    }
    auto type = dyn_cast<MemRefType>(input->get().getType());
    if (!type) {
      // A scalar operand.
      if (input->get().getType().isIntOrFloat()) {
        step.sources.emplace_back(Source{input->get(), {}, {}, {}, false});
        continue;
      }
      return std::nullopt;
    }
    if (!type.getLayout().isIdentity())
      return std::nullopt;
    Source source{input->get(), {}, {}, {}, false};
    if (!findGroups(map, source))
      return std::nullopt;
    step.sources.push_back(source);
  }
  if (!readsSums)
    return std::nullopt;
  return step;
}

/// Whether the op leaves the buffers alone.
bool Epilogue::isFree(Operation *op, ArrayRef<Value> buffers) {
  if (isMemoryEffectFree(op) || isa<memref::AllocOp, memref::AllocaOp>(op))
    return true;
  auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
  if (!linalgOp)
    return false;
  for (Value operand : op->getOperands())
    if (llvm::is_contained(buffers, getBaseBuffer(operand)))
      return false;
  return true;
}

/// Whether the op writes what the steps, which move below it, read.
bool Epilogue::isWritten(Operation *between) {
  auto linalgOp = dyn_cast<linalg::LinalgOp>(between);
  if (!linalgOp)
    return false;
  for (Value init : linalgOp.getDpsInits())
    for (Step &step : steps)
      for (std::optional<Source> &source : step.sources)
        if (source && isa<MemRefType>(source->buffer.getType()) &&
            getBaseBuffer(source->buffer) == getBaseBuffer(init))
          return true;
  return false;
}

Epilogue::Epilogue(linalg::GenericOp contraction, Value sums,
                   const LoopGroups &groups, Value overwritten)
    : contraction(contraction), sums(sums), output(sums), partialSums(sums),
      groups(groups) {
  Value current = sums;
  Operation *last = contraction;
  SmallVector<Value> factors;
  for (Value operand : contraction.getDpsInputs())
    if (isa<MemRefType>(operand.getType()))
      factors.push_back(getBaseBuffer(operand));
  contraction.getBody()->walk([&](memref::LoadOp load) {
    factors.push_back(getBaseBuffer(load.getMemRef()));
  });
  while (isScratch(current)) {
    // The sums must be of no use to anything else.
    linalg::GenericOp next;
    bool isOnly = true;
    for (Operation *user : current.getUsers()) {
      if (user == contraction || isa<memref::DimOp>(user) ||
          (user->getBlock() == last->getBlock() && user != last &&
           user->isBeforeInBlock(contraction) && isa<linalg::FillOp>(user)))
        continue;
      if (!steps.empty() && user == steps.back().op.getOperation())
        continue;
      auto generic = dyn_cast<linalg::GenericOp>(user);
      if (!generic || (next && next != generic) ||
          generic->getBlock() != last->getBlock() ||
          !last->isBeforeInBlock(generic)) {
        isOnly = false;
        break;
      }
      next = generic;
    }
    if (!isOnly || !next)
      break;
    std::optional<Step> step = makeStep(next, current);
    if (!step)
      break;
    Value out = next.getDpsInitOperand(0)->get();
    auto type = dyn_cast<MemRefType>(out.getType());
    bool isOverwritten =
        overwritten && getBaseBuffer(overwritten) == getBaseBuffer(out);
    if (!type || !type.getLayout().isIdentity() ||
        (llvm::is_contained(factors, getBaseBuffer(out)) && !isOverwritten))
      break;
    SmallVector<Value> watched = {getBaseBuffer(out), getBaseBuffer(current)};
    bool isClear = true;
    for (Operation *op = last->getNextNode(); op != next;
         op = op->getNextNode())
      isClear &= isFree(op, watched) && isFree(op, factors) && !isWritten(op);
    if (!isClear)
      break;
    steps.push_back(*step);
    last = next;
    current = out;
    output = out;
  }
  // An output that the steps read as well must not hold sums on the way.
  bool isRead = output == sums;
  for (Step &step : steps)
    for (auto &source : step.sources)
      if (source && isa<MemRefType>(source->buffer.getType()))
        isRead |= getBaseBuffer(source->buffer) == getBaseBuffer(output);
  if (!isRead && cast<MemRefType>(output.getType()).getElementType() ==
                     cast<MemRefType>(sums.getType()).getElementType())
    partialSums = output;
}

Operation *Epilogue::getLastOp() const {
  if (steps.empty())
    return contraction;
  linalg::GenericOp op = steps.back().op;
  return op;
}

void Epilogue::eraseOps() {
  SmallVector<Value> buffers = {sums};
  for (Step &step : steps) {
    buffers.push_back(step.op.getDpsInitOperand(0)->get());
    step.op.erase();
  }
  SmallVector<Operation *> fills;
  for (Operation *user : sums.getUsers())
    if (isa<linalg::FillOp>(user) &&
        user->getBlock() == contraction->getBlock() &&
        user->isBeforeInBlock(contraction))
      fills.push_back(user);
  contraction.erase();
  for (Operation *fill : fills)
    fill->erase();
  for (Value buffer : buffers) {
    if (!buffer.use_empty())
      continue;
    if (Operation *op = buffer.getDefiningOp()) {
      if (isa<memref::AllocaOp, memref::AllocOp>(op))
        op->erase();
    }
  }
}

void Epilogue::prepare(VectorBuilder &v) {
  for (Step &step : steps)
    for (std::optional<Source> &source : step.sources) {
      if (!source || !isa<MemRefType>(source->buffer.getType()))
        continue;
      source->row = v.flatten(source->buffer);
      unsigned rank = cast<MemRefType>(source->buffer.getType()).getRank();
      for (auto [group, after] : source->strideAfter) {
        Value stride = v.index(1);
        for (unsigned i = after; i < rank; ++i)
          stride = v.mul(stride, v.getSize(source->buffer, i));
        source->strides.push_back({group, stride});
      }
    }
}

Value Epilogue::apply(VectorBuilder &v, Value value, ArrayRef<Value> at,
                      Lanes lanes) {
  for (Step &step : steps) {
    IRMapping mapping;
    Block *body = step.op.getBody();
    for (auto [argument, source] :
         llvm::zip(body->getArguments(), step.sources)) {
      if (!source) {
        mapping.map(argument, value);
        continue;
      }
      if (argument.use_empty())
        continue;
      if (!source->row) {
        mapping.map(argument, v.splat(source->buffer));
        continue;
      }
      Value place = v.index(0);
      for (auto [group, stride] : source->strides)
        place = v.add(place, v.mul(at[group], stride));
      mapping.map(argument, source->isVector
                                ? v.load(source->row, place, lanes)
                                : v.splat(v.loadScalar(source->row, place)));
    }
    for (Operation &op : body->without_terminator()) {
      for (Value operand : op.getOperands())
        if (!mapping.contains(operand))
          mapping.map(operand, v.splat(operand));
      Operation *clone;
      if (auto constant = dyn_cast<arith::ConstantOp>(op)) {
        VectorType type = v.vectorType(constant.getType());
        clone = arith::ConstantOp::create(
            v.b, v.loc, type,
            DenseElementsAttr::get(type,
                                   ArrayRef<Attribute>(constant.getValue())));
      } else {
        clone = v.b.clone(op, mapping);
        clone->getResult(0).setType(v.vectorType(op.getResult(0).getType()));
      }
      mapping.map(op.getResult(0), clone->getResult(0));
    }
    Value yielded = body->getTerminator()->getOperand(0);
    value =
        mapping.contains(yielded) ? mapping.lookup(yielded) : v.splat(yielded);
  }
  return value;
}
