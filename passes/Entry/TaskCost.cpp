//===- TaskCost.cpp - How long a piece of a kernel takes, about -----------===//
//
// The sum over the ops of a task, each times the trip counts of the loops
// around it. An op costs what it does when the loop is vectorised and its data
// come from the second-level cache; addresses are free. It is about a factor of
// two right, which is enough to tell 10 microseconds from 100.
//
// A trip count is evaluated in front of the parallel loop. What is computed
// inside, like the rows of the last block, min(64, rows - row), is replaced by
// an upper bound of it: min(64, rows).
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Entry/TaskCost.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

using namespace mlir;
using namespace onnxc;

namespace {

// For a trip count that nothing is known of.
constexpr int64_t kUnknownTrips = 16;
constexpr int64_t kCall = 100;
constexpr int64_t kDivision = 10;

class CostBuilder {
public:
  CostBuilder(OpBuilder &b, scf::ForallOp forall)
      : b(b), loc(forall.getLoc()), forall(forall) {}

  Value visit(Block &block) {
    int64_t own = 0;
    Value nested;
    for (Operation &op : block) {
      own += getCost(op);
      if (op.getNumRegions() == 0)
        continue;
      Value cost = visitRegions(op);
      nested = nested ? add(nested, cost) : cost;
    }
    return nested ? add(nested, index(own)) : index(own);
  }

private:
  Value index(int64_t value) {
    return arith::ConstantIndexOp::create(b, loc, value);
  }
  Value add(Value l, Value r) {
    return b.createOrFold<arith::AddIOp>(loc, l, r);
  }
  Value multiply(Value l, Value r) {
    return b.createOrFold<arith::MulIOp>(loc, l, r);
  }

  /// Branches: the longest. Loops: the body times the trips.
  Value visitRegions(Operation &op) {
    Value cost = index(0);
    for (Region &region : op.getRegions())
      for (Block &block : region)
        cost = b.createOrFold<arith::MaxSIOp>(loc, cost, visit(block));
    if (auto loop = dyn_cast<scf::ForOp>(op))
      return multiply(cost, getTrips(loop));
    return isa<scf::WhileOp>(op) ? multiply(cost, index(kUnknownTrips)) : cost;
  }

  Value getTrips(scf::ForOp loop) {
    Value from = loop.getLowerBound(), to = loop.getUpperBound();
    std::optional<Value> length;
    // The rest behind the last whole part: from = to - to % part.
    if (auto sub = from.getDefiningOp<arith::SubIOp>();
        sub && sub.getLhs() == to)
      length = getMost(sub.getRhs());
    else if (isOutside(from) && isOutside(to))
      length = b.createOrFold<arith::SubIOp>(loc, to, from);
    // A part of a longer loop: to = min(from + part, end).
    else if (!getConstantIntValue(from))
      if (std::optional<int64_t> part = getPart(from, to))
        length = index(*part);
    if (!length)
      length = getMost(to);
    Value trips = length ? *length : index(kUnknownTrips);
    std::optional<int64_t> step = getConstantIntValue(loop.getStep());
    if (!step || *step <= 1)
      return trips;
    return b.createOrFold<arith::CeilDivUIOp>(loc, trips, index(*step));
  }

  static std::optional<int64_t> getPart(Value from, Value to) {
    if (auto min = to.getDefiningOp<arith::MinSIOp>()) {
      if (std::optional<int64_t> part = getPart(from, min.getLhs()))
        return part;
      return getPart(from, min.getRhs());
    }
    auto add = to.getDefiningOp<arith::AddIOp>();
    return add && add.getLhs() == from ? getConstantIntValue(add.getRhs())
                                       : std::nullopt;
  }

  bool isOutside(Value value) {
    return !forall.getRegion().isAncestor(value.getParentRegion());
  }

  /// An upper bound of an index, in front of the loop.
  std::optional<Value> getMost(Value value) {
    if (isOutside(value))
      return value;
    if (std::optional<int64_t> constant = getConstantIntValue(value))
      return index(*constant);
    if (auto argument = dyn_cast<BlockArgument>(value))
      return getMostOfArgument(argument);
    Operation *op = value.getDefiningOp();
    if (isa<arith::MinSIOp, arith::MinUIOp>(op))
      return getLeast(op->getOperands());
    if (auto min = dyn_cast<affine::AffineMinOp>(op)) {
      for (AffineExpr expr : min.getMap().getResults())
        if (auto constant = dyn_cast<AffineConstantExpr>(expr))
          return index(constant.getValue());
      return std::nullopt;
    }
    if (isa<arith::SubIOp>(op))
      return getMost(op->getOperand(0));
    if (isa<arith::RemUIOp, arith::RemSIOp>(op))
      return getMost(op->getOperand(1));
    if (isa<arith::DivUIOp, arith::DivSIOp, arith::AddIOp, arith::MulIOp>(op)) {
      std::optional<Value> l = getMost(op->getOperand(0));
      std::optional<Value> r = getMost(op->getOperand(1));
      if (!l || !r)
        return std::nullopt;
      if (isa<arith::AddIOp>(op))
        return add(*l, *r);
      if (isa<arith::MulIOp>(op))
        return multiply(*l, *r);
      if (!getConstantIntValue(*r))
        return l;
      return b.createOrFold<arith::CeilDivUIOp>(loc, *l, *r);
    }
    return std::nullopt;
  }

  std::optional<Value> getMostOfArgument(BlockArgument argument) {
    Operation *parent = argument.getOwner()->getParentOp();
    if (auto loop = dyn_cast<scf::ForOp>(parent))
      return argument == loop.getInductionVar() ? getMost(loop.getUpperBound())
                                                : std::nullopt;
    return std::nullopt;
  }

  std::optional<Value> getLeast(ValueRange values) {
    std::optional<Value> least;
    for (Value value : values)
      if (std::optional<Value> most = getMost(value))
        least =
            least ? b.createOrFold<arith::MinSIOp>(loc, *least, *most) : *most;
    return least;
  }

  static int64_t getCost(Operation &op) {
    if (isa<func::CallOp, memref::CopyOp>(op))
      return kCall;
    if (op.getNumRegions() != 0 || op.hasTrait<OpTrait::IsTerminator>() ||
        op.hasTrait<OpTrait::ConstantLike>() || isa<ViewLikeOpInterface>(op))
      return 0;
    // Addresses.
    if (op.getNumResults() == 1 && op.getResult(0).getType().isIndex())
      return 0;
    if (isa<arith::DivFOp, math::SqrtOp, arith::RemFOp>(op))
      return kDivision;
    if (isa_and_nonnull<math::MathDialect>(op.getDialect()) &&
        !isa<math::FmaOp, math::AbsFOp, math::CopySignOp, math::FloorOp>(op))
      return kCall;
    return 1;
  }

  OpBuilder &b;
  Location loc;
  scf::ForallOp forall;
};

} // namespace

Value onnxc::buildTaskCost(OpBuilder &b, scf::ForallOp forall) {
  return CostBuilder(b, forall).visit(*forall.getBody());
}
