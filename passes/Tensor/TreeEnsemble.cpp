//===- TreeEnsemble.cpp - Rows walk down decision trees -------------------===//
//
// A step down a tree is a chain of loads (the node, the row's feature), a
// comparison and an addition: some 16 cycles, in which a core could do ten
// times as much. So sixteen walks go down together, in straight code without
// branches on data, which no prediction can get wrong:
//
//   i = i0 ... i15                                  where the walks are
//   i = next(i, x[row][feature(i)] > threshold(i))  for each, then again
//
// Of many rows, sixteen go down one tree, and all rows of a task go down it
// before the next tree is read: the tree stays in the first cache. Of a single
// row (and of up to fifteen that are left over) sixteen trees are walked at
// once. In both each row's sum is formed tree by tree, in the order of the
// model, as onnxruntime does it with one thread: sums agree bit for bit.
//
// All walks down perfect trees take the same number of steps. Others are walked
// kStepsAtOnce steps at a time until none moves; a walk that has reached its
// leaf stays there. ForestTables.h describes both tables.
//
// The same with vectors instead of scalars needs three gathers a step, which
// take longer than the scalar loads do on most machines. LLVM would make such
// vectors of the scalars, and is told not to. Measured on a Zen 5: 500 trees of
// depth 8 take 2.0 us a row, with eight walks 2.6; one row takes 2.7 us, with
// eight walks 3.3, with LLVM's vectors 9.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ForestTables.h"
#include "dialects/onnx/TreeEnsembleOps.h"
#include "dialects/plan/MachineModel.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "passes/Tensor/TensorBuilder.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

static constexpr int64_t kStepsAtOnce = 4;
static constexpr int64_t kWalks = 16;
// Rows of a task: enough that a tree is read for many, few enough that there
// are tasks for all threads.
static constexpr int64_t kMostRows = 128;

namespace {

using Values = SmallVector<Value>;

/// How many go down together; a small core does one thing at a time.
int64_t getNumWalks(Operation *op) {
  MachineModel machine = getMachine(op);
  bool isSmall = !machine.hasThreads && machine.vectorBits == 0;
  return isSmall ? 2 : kWalks;
}

/// Walks down the trees of one op.
class Walks {
public:
  Walks(const TensorBuilder &v, TreeSumsOp op, TreeSumsOp::Adaptor adaptor)
      : v(v), x(adaptor.getX()), nodes(adaptor.getNodes()),
        thresholds(adaptor.getThresholds()), depth(op.getDepth()),
        featureBits(op.getFeatureBits()) {}

  /// The leaves (rows of the table) that `rows` reach in `trees`, pair by pair.
  Values findLeaves(ArrayRef<Value> rows, ArrayRef<Value> trees) const {
    return thresholds ? descendHeaps(rows, trees) : followLinks(rows, trees);
  }

private:
  const TensorBuilder &v;
  Value x, nodes, thresholds;
  int64_t depth, featureBits;

  Type getElement() const { return getElementTypeOrSelf(x); }

  Value goesRight(Value row, Value feature, Value threshold) const {
    Value number = v.extract(x, {row, feature});
    Value right =
        v.create<arith::CmpFOp>(arith::CmpFPredicate::UGT, number, threshold);
    return v.create<arith::IndexCastUIOp>(v.b.getIndexType(), right);
  }

  Values descendHeaps(ArrayRef<Value> rows, ArrayRef<Value> trees) const;
  Values followLinks(ArrayRef<Value> rows, ArrayRef<Value> trees) const;
  Value follow(Value row, Value at) const;
  Value readLeaf(Value at) const;
};

Values Walks::descendHeaps(ArrayRef<Value> rows, ArrayRef<Value> trees) const {
  auto step = [&](ValueRange, ValueRange at) -> Values {
    Values next;
    for (auto [row, tree, i] : llvm::zip(rows, trees, at)) {
      Value feature =
          v.fromInteger(v.extract(nodes, {tree, i}), /*isUnsigned=*/true);
      Value threshold = v.extract(thresholds, {tree, i});
      next.push_back(v.add(v.add(i, i), goesRight(row, feature, threshold)));
    }
    return next;
  };
  Values roots(rows.size(), v.index(1));
  Values leaves = v.loops(OpFoldResult(v.b.getIndexAttr(depth)), roots, step);
  int64_t count = int64_t(1) << depth;
  for (auto [leaf, tree] : llvm::zip(leaves, trees))
    leaf = v.add(v.mul(v.sub(tree, 1), count), leaf);
  return leaves;
}

Value Walks::follow(Value row, Value at) const {
  Value threshold = v.extract(nodes, {at, v.index(0)});
  Value link = v.extract(nodes, {at, v.index(1)});
  Type word = link.getType(), element = getElement();
  unsigned bits = element.getIntOrFloatBitWidth();
  if (word.getIntOrFloatBitWidth() > bits)
    threshold = v.create<arith::TruncIOp>(v.b.getIntegerType(bits), threshold);
  threshold = v.create<arith::BitcastOp>(element, threshold);
  Value mask = v.integer(word, (int64_t(1) << featureBits) - 1);
  Value feature = v.create<arith::AndIOp>(link, mask);
  Value left = v.create<arith::ShRUIOp>(link, v.integer(word, featureBits));
  Value right =
      goesRight(row, v.fromInteger(feature, /*isUnsigned=*/true), threshold);
  return v.add(v.fromInteger(left, /*isUnsigned=*/true), right);
}

Value Walks::readLeaf(Value at) const {
  Value word = v.extract(nodes, {at, v.index(0)});
  Type type = word.getType();
  bool isWide =
      type.getIntOrFloatBitWidth() > getElement().getIntOrFloatBitWidth();
  Value leaf;
  if (isWide) {
    leaf = v.create<arith::ShRUIOp>(word, v.integer(type, 32));
  } else {
    unsigned bits = type.isInteger(32) ? kLeafBits32 : kLeafBits64;
    leaf = v.create<arith::AndIOp>(word,
                                   v.integer(type, (int64_t(1) << bits) - 1));
  }
  return v.fromInteger(leaf, /*isUnsigned=*/true);
}

Values Walks::followLinks(ArrayRef<Value> rows, ArrayRef<Value> trees) const {
  Values roots;
  for (Value tree : trees)
    roots.push_back(v.add(tree, 1));
  SmallVector<Type> types(roots.size(), v.b.getIndexType());
  auto steps = [&](OpBuilder &, Location, ValueRange begin) {
    Values at(begin), before;
    for (int64_t step = 0; step < kStepsAtOnce; ++step) {
      before = at;
      for (auto [i, row] : llvm::zip(at, rows))
        i = follow(row, i);
    }
    Value moved;
    for (auto [i, last] : llvm::zip(at, before)) {
      Value differs = v.create<arith::XOrIOp>(i, last);
      moved = moved ? v.create<arith::OrIOp>(moved, differs) : differs;
    }
    v.create<scf::ConditionOp>(v.ne(moved, v.index(0)), at);
  };
  auto again = [&](OpBuilder &, Location, ValueRange at) {
    v.create<scf::YieldOp>(at);
  };
  auto walk = v.create<scf::WhileOp>(types, roots, steps, again);
  Values leaves;
  for (Value at : walk.getResults())
    leaves.push_back(readLeaf(at));
  return leaves;
}

/// Sums of a block of rows.
class RowSums {
public:
  RowSums(const TensorBuilder &v, TreeSumsOp op, TreeSumsOp::Adaptor adaptor)
      : v(v), walks(v, op, adaptor), leaves(adaptor.getLeaves()),
        treeTargets(adaptor.getTreeTargets()), trees(op.getTrees()),
        targets(op.getTargets()), numWalks(getNumWalks(op)),
        aggregate(op.getAggregate()) {}

  /// Fills `tile`, [rows, targets], for the rows from `begin` on.
  Value build(Value begin, Value rows, Value tile) const {
    OpFoldResult columns = v.b.getIndexAttr(targets);
    tile = v.loops({OpFoldResult(rows), columns}, tile,
                   [&](ValueRange i, ValueRange tiles) -> Values {
                     return {v.insert(neutral(), tiles[0], i)};
                   })[0];
    Value groups = v.div(rows, numWalks);
    tile = addGroups(begin, groups, tile);
    return addRows(begin, v.mul(groups, numWalks), rows, tile);
  }

private:
  const TensorBuilder &v;
  Walks walks;
  Value leaves, treeTargets;
  int64_t trees, targets, numWalks;
  StringRef aggregate;

  Type getElement() const { return getElementTypeOrSelf(leaves); }
  int64_t getWidth() const {
    return cast<RankedTensorType>(leaves.getType()).getDimSize(1);
  }
  bool isSum() const { return aggregate == "SUM"; }
  Value neutral() const {
    return v.constant(getElement(),
                      isSum() ? -0.0
                              : std::numeric_limits<double>::quiet_NaN());
  }
  Value combine(Value sum, Value leaf) const {
    if (isSum())
      return v.add(sum, leaf);
    return aggregate == "MIN" ? v.minNumber(sum, leaf) : v.maxNumber(sum, leaf);
  }

  Value addGroups(Value begin, Value groups, Value tile) const;
  Value addRows(Value begin, Value from, Value to, Value tile) const;
  Value addTrees(Value row, Value inTile, Value tile) const;
  Value getTarget(Value tree) const;

  /// Walks and where they arrived. Of some `counts` is false: they only fill
  /// up.
  struct Arrived {
    Values inTile, trees, leaves, counts;
  };
  Value read(const Arrived &walks, size_t number, Value column) const;
  Value addTo(Value tile, const Arrived &walks) const;
};

Value RowSums::getTarget(Value tree) const {
  return treeTargets ? v.fromInteger(v.extract(treeTargets, tree)) : v.index(0);
}

Value RowSums::read(const Arrived &walks, size_t number, Value column) const {
  Value held = v.extract(leaves, {walks.leaves[number], column});
  if (walks.counts.empty())
    return held;
  return v.select(walks.counts[number], held, neutral());
}

/// Adds what the leaves hold to rows of the tile, one after the other.
Value RowSums::addTo(Value tile, const Arrived &walks) const {
  auto add = [&](Value to, Value target, Value column) {
    for (size_t i = 0; i < walks.leaves.size(); ++i) {
      Value place[] = {walks.inTile[i],
                       target ? target : getTarget(walks.trees[i])};
      Value sum = combine(v.extract(to, place), read(walks, i, column));
      to = v.insert(sum, to, place);
    }
    return to;
  };
  if (getWidth() == 1)
    return add(tile, Value(), v.index(0));
  OpFoldResult count = v.b.getIndexAttr(getWidth());
  return v.loops(count, tile, [&](ValueRange i, ValueRange tiles) -> Values {
    return {add(tiles[0], i[0], i[0])};
  })[0];
}

/// Tree by tree, a group of rows at a time.
Value RowSums::addGroups(Value begin, Value groups, Value tile) const {
  Value zero = v.index(0);
  return v.loops({zero, zero}, {v.index(trees), groups}, tile,
                 [&](ValueRange i, ValueRange tiles) -> Values {
                   Values rows;
                   Arrived arrived;
                   arrived.trees.assign(numWalks, i[0]);
                   Value first = v.mul(i[1], numWalks);
                   for (int64_t walk = 0; walk < numWalks; ++walk) {
                     arrived.inTile.push_back(v.add(first, walk));
                     rows.push_back(v.add(begin, arrived.inTile.back()));
                   }
                   arrived.leaves = walks.findLeaves(rows, arrived.trees);
                   return {addTo(tiles[0], arrived)};
                 })[0];
}

/// Row by row, a group of trees at a time.
Value RowSums::addRows(Value begin, Value from, Value to, Value tile) const {
  return v.loop(from, to, tile, [&](Value row, Value tile) {
    return addTrees(v.add(begin, row), row, tile);
  });
}

/// The last group begins early enough to be full, and what earlier ones added
/// does not count again.
Value RowSums::addTrees(Value row, Value inTile, Value tile) const {
  int64_t count = std::min<int64_t>(numWalks, llvm::bit_floor(uint64_t(trees)));
  Value groups = v.index(llvm::divideCeil(trees, count));
  Values rows(count, row);
  auto arrive = [&](Value group) {
    Arrived arrived;
    arrived.inTile.assign(count, inTile);
    Value next = v.mul(group, count);
    Value first = v.min(next, v.index(trees - count));
    for (int64_t walk = 0; walk < count; ++walk) {
      Value tree = v.add(first, walk);
      arrived.trees.push_back(tree);
      if (trees % count != 0)
        arrived.counts.push_back(v.ge(tree, next));
    }
    arrived.leaves = walks.findLeaves(rows, arrived.trees);
    return arrived;
  };
  if (targets > 1)
    return v.loop(v.index(0), groups, tile, [&](Value group, Value tile) {
      return addTo(tile, arrive(group));
    });
  // The sum stays in a register.
  Value sum =
      v.loop(v.index(0), groups, neutral(), [&](Value group, Value sum) {
        Arrived arrived = arrive(group);
        for (int64_t walk = 0; walk < count; ++walk)
          sum = combine(sum, read(arrived, walk, v.index(0)));
        return sum;
      });
  return v.insert(sum, tile, {inTile, v.index(0)});
}

struct LowerTreeSums : OpConversionPattern<TreeSumsOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(TreeSumsOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto kernel = op->getParentOfType<func::FuncOp>();
    StringAttr noVectors = rewriter.getStringAttr("noimplicitfloat");
    rewriter.modifyOpInPlace(kernel, [&] {
      kernel->setAttr("passthrough", rewriter.getArrayAttr(noVectors));
    });
    TensorBuilder v(rewriter, op.getLoc());
    Value rows = readSizes(rewriter, op, op.getX())[0];
    int64_t most = getRowsOfTask(op);
    OpFoldResult targets = rewriter.getIndexAttr(op.getTargets());
    RowSums sums(v, op, adaptor);
    auto begin = [&](Value task) { return v.mul(task, most); };
    auto count = [&](Value task) {
      return v.min(v.index(most), v.sub(rows, begin(task)));
    };
    auto place = [&](ValueRange task, unsigned) -> Tile {
      return {{begin(task[0]), rewriter.getIndexAttr(0)},
              {count(task[0]), targets},
              {true, true}};
    };
    auto body = [&](ValueRange task, ValueRange tiles) -> Values {
      return {sums.build(begin(task[0]), count(task[0]), tiles[0])};
    };
    OpFoldResult tasks = v.ceilDiv(rows, most);
    Value init = createEmpty(rewriter, op.getLoc(), op->getResult(0));
    rewriter.replaceOp(op, v.forall(tasks, init, place, body));
    return success();
  }

private:
  /// So many that their features fill half of the first cache.
  static int64_t getRowsOfTask(TreeSumsOp op) {
    auto type = cast<RankedTensorType>(op.getX().getType());
    int64_t bytes = type.getElementTypeBitWidth() / 8;
    if (!type.isDynamicDim(1))
      bytes *= std::max<int64_t>(type.getDimSize(1), 1);
    int64_t most = int64_t(getMachine(op).l1Bytes) / 2 / bytes;
    return std::clamp(most / kWalks * kWalks, kWalks, kMostRows);
  }
};

/// What shape inference leaves.
template <typename Op> struct RefuseTrees : OpConversionPattern<Op> {
  using OpConversionPattern<Op>::OpConversionPattern;

  LogicalResult
  matchAndRewrite(Op op, typename Op::Adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    return rewriter.notifyMatchFailure(
        op, "its leaves have weights of several targets, and a table of all "
            "targets for each leaf would take more than a GiB");
  }
};

} // namespace

void onnxc::populateTreeEnsembleLowering(RewritePatternSet &patterns,
                                         TypeConverter &types) {
  patterns.add<LowerTreeSums, RefuseTrees<TreeEnsembleOp>,
               RefuseTrees<TreeEnsembleRegressorOp>,
               RefuseTrees<TreeEnsembleClassifierOp>>(types,
                                                      patterns.getContext());
}
