//===- SpreadRows.cpp - Rows that threads compute together ----------------===//
//
// A softmax, a normalisation or a reduction is a task a row, and in it loops
// over the row:
//
//   forall row     m = max over k of x[row, k]
//                  s = sum over k of (y[row, k] = exp(x[row, k] - m))
//                  for k: y[row, k] *= 1 / s
//
// A thread a row leaves a device idle where rows are few, and neighbouring
// threads read elements that are a row apart. So 32 threads that run together
// (a subgroup) take a row: thread t has the elements t, t + 32, ... of each
// loop. What a loop carries, it must only add up, or take the maximum of, and
// so on: each thread does so for its elements, and then they exchange values
// in five steps, t with t ^ 16, t ^ 8, ..., after which all have the whole. All
// else in the task is computed by all of them alike, and what is stored outside
// of loops by the first.
//
//   group of 128    row = 4 group + thread / 32, lane = thread % 32
//                   for k = lane, lane + 32, ...: part = max(part, x[row, k])
//                   part = max(part, shuffle(part ^ 16)), ...
//
// Rows that are very few and very long get a whole group: its subgroups leave
// their parts in shared memory and wait for each other.
//
// A buffer that the task writes has to be used by all loops in the same way, so
// that a thread never reads what another writes: element k in iteration k.
//
// Where elements of a row are not neighbours, those of a column usually are,
// and a thread a row reads well: then threads share a row only if there are too
// few rows.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/plan/Kernels.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "passes/Device/DevicePasses.h"
#include "passes/Device/HostValues.h"
#include "passes/Device/Launches.h"
#include "passes/Loops/VectorBuilder.h"

namespace onnxc {
#define GEN_PASS_DEF_SPREADROWS
#include "passes/Device/DevicePasses.h.inc"
} // namespace onnxc

using namespace mlir;
using namespace onnxc;

namespace {

/// Loops one in the other with nothing around the innermost, whose iterations
/// threads can share.
struct SharedLoop {
  SmallVector<scf::ForOp> nest;
  /// How each value that the innermost loop carries is combined.
  SmallVector<Operation *> combiners;

  scf::ForOp inner() const { return nest.back(); }
  std::optional<int64_t> getLength() const {
    int64_t length = 1;
    for (scf::ForOp loop : nest) {
      std::optional<llvm::APInt> count = loop.getStaticTripCount();
      if (!count)
        return std::nullopt;
      length *= count->getSExtValue();
    }
    return length;
  }
};

/// The op that alone adds to what the loop carries as argument `number`.
Operation *matchCombiner(scf::ForOp loop, unsigned number) {
  BlockArgument carried = loop.getRegionIterArg(number);
  Operation *op = loop.getYieldedValues()[number].getDefiningOp();
  if (!op || op->getBlock() != loop.getBody() || op->getNumOperands() != 2 ||
      !carried.hasOneUse() || *carried.user_begin() != op ||
      !op->getResult(0).hasOneUse() || !arith::getNeutralElement(op))
    return nullptr;
  return op;
}

std::optional<SharedLoop> matchLoop(scf::ForOp outer) {
  SharedLoop shared;
  for (scf::ForOp loop = outer;;) {
    shared.nest.push_back(loop);
    if (getConstantIntValue(loop.getStep()) != 1)
      return std::nullopt;
    auto inner = dyn_cast<scf::ForOp>(loop.getBody()->front());
    if (!inner || inner->getNextNode() != loop.getBody()->getTerminator())
      break;
    // It hands on what the inner one makes of what it is given.
    if (inner.getInitArgs() != loop.getRegionIterArgs() ||
        loop.getYieldedValues() != inner.getResults())
      return std::nullopt;
    loop = inner;
  }
  for (scf::ForOp loop : shared.nest)
    for (Value bound : {loop.getLowerBound(), loop.getUpperBound()})
      if (outer.getRegion().isAncestor(bound.getParentRegion()) &&
          !getConstantIntValue(bound))
        return std::nullopt;
  for (unsigned i = 0; i < shared.inner().getNumRegionIterArgs(); ++i) {
    Operation *combiner = matchCombiner(shared.inner(), i);
    // Threads exchange words, which an index is none of.
    if (!combiner || combiner->getResult(0).getType().isIndex())
      return std::nullopt;
    shared.combiners.push_back(combiner);
  }
  return shared;
}

/// A scf.forall whose tasks are rows.
class RowTasks {
public:
  explicit RowTasks(scf::ForallOp forall) : forall(forall) {}

  /// Whether threads can share its rows.
  bool match();
  bool isWorthIt(int64_t minThreads, int64_t subgroup);
  void emit(int64_t groupThreads);

private:
  /// How the task uses what is behind a buffer.
  struct Use {
    Value view;
    SmallVector<Value> indices;
    bool isWritten = false, isRead = false, isElsewhere = false;
    bool isByLoops = false;
    SharedLoop loop;
  };

  bool matchBody(SharedLoop &loop);
  void note(Value buffer, ValueRange indices, bool isWrite,
            const SharedLoop *loop);
  void noteOrder(ValueRange indices, const SharedLoop &loop);
  void emitTask(VectorBuilder &v, Value row);
  void emitLoop(VectorBuilder &v, const SharedLoop &loop);
  Value combine(VectorBuilder &v, Operation *combiner, Value l, Value r);
  Value exchange(VectorBuilder &v, Operation *combiner, Value part);

  scf::ForallOp forall;
  llvm::MapVector<Operation *, SharedLoop> loops;
  llvm::MapVector<Value, Use> uses;
  bool isStrided = false;
  std::optional<int64_t> numRows;

  // For emission.
  IRMapping mapping;
  gpu::LaunchOp launch;
  int64_t lanes = 0, subgroup = 0, threads = 0;
  Value thread, lane;
};

/// Whether two loops have the same iterations.
bool isSame(const SharedLoop &l, const SharedLoop &r) {
  if (l.nest.size() != r.nest.size())
    return false;
  for (auto [left, right] : llvm::zip(l.nest, r.nest)) {
    scf::ForOp one = left, other = right;
    if (!isEqualConstantIntOrValue(getAsOpFoldResult(one.getLowerBound()),
                                   getAsOpFoldResult(other.getLowerBound())) ||
        !isEqualConstantIntOrValue(getAsOpFoldResult(one.getUpperBound()),
                                   getAsOpFoldResult(other.getUpperBound())))
      return false;
  }
  return true;
}

/// Notes an access: whether it is one of an iteration to its own element.
void RowTasks::note(Value buffer, ValueRange indices, bool isWrite,
                    const SharedLoop *loop) {
  Value base = buffer;
  while (auto view = base.getDefiningOp<ViewLikeOpInterface>())
    base = view.getViewSource();
  auto [it, isNew] = uses.try_emplace(base);
  Use &use = it->second;
  use.isWritten |= isWrite;
  use.isRead |= !isWrite;
  // Each iteration its own element: the loops' variables are indices, in order.
  SmallVector<Value> variables;
  SmallVector<Value> others;
  bool isPlain = loop != nullptr;
  scf::ForOp outer = loop ? loop->nest.front() : scf::ForOp();
  if (loop)
    for (Value index : indices) {
      bool isVariable = llvm::any_of(loop->nest, [&](scf::ForOp each) {
        return each.getInductionVar() == index;
      });
      (isVariable ? variables : others).push_back(index);
      isPlain &=
          isVariable || !outer.getRegion().isAncestor(index.getParentRegion());
    }
  isPlain &= loop && variables.size() == loop->nest.size();
  if (isPlain)
    for (auto [variable, each] : llvm::zip(variables, loop->nest))
      isPlain &= variable == scf::ForOp(each).getInductionVar();
  if (!isPlain) {
    use.isElsewhere = true;
    use.isByLoops |= loop != nullptr;
  } else if (!use.isByLoops) {
    use.isByLoops = true;
    use.view = buffer;
    use.indices = others;
    use.loop = *loop;
  } else if (use.view != buffer || use.indices != others ||
             !isSame(use.loop, *loop)) {
    use.isElsewhere = true;
  }
}

/// Whether the value changes with the innermost loop.
bool changesWith(Value value, scf::ForOp loop) {
  if (value == loop.getInductionVar())
    return true;
  Operation *op = value.getDefiningOp();
  return op && op->getBlock() == loop.getBody() &&
         llvm::any_of(op->getOperands(), [&](Value operand) {
           return changesWith(operand, loop);
         });
}

void RowTasks::noteOrder(ValueRange indices, const SharedLoop &loop) {
  if (indices.empty() || indices.back() == loop.inner().getInductionVar())
    return;
  for (Value index : indices)
    isStrided |= changesWith(index, loop.inner());
}

bool RowTasks::matchBody(SharedLoop &loop) {
  for (Operation &op : loop.inner().getBody()->without_terminator()) {
    if (auto load = dyn_cast<memref::LoadOp>(op)) {
      note(load.getMemRef(), load.getIndices(), /*isWrite=*/false, &loop);
      noteOrder(load.getIndices(), loop);
    } else if (auto store = dyn_cast<memref::StoreOp>(op)) {
      note(store.getMemRef(), store.getIndices(), /*isWrite=*/true, &loop);
      noteOrder(store.getIndices(), loop);
    } else if (op.getNumRegions() != 0 || !isMemoryEffectFree(&op)) {
      return false;
    }
  }
  return true;
}

bool RowTasks::match() {
  if (forall.getNumResults() != 0 || !forall.isNormalized())
    return false;
  for (Operation &op : forall.getBody()->without_terminator()) {
    if (auto loop = dyn_cast<scf::ForOp>(op)) {
      std::optional<SharedLoop> shared = matchLoop(loop);
      if (!shared || !matchBody(*shared))
        return false;
      loops.insert({&op, *shared});
    } else if (auto load = dyn_cast<memref::LoadOp>(op)) {
      note(load.getMemRef(), load.getIndices(), /*isWrite=*/false, nullptr);
    } else if (auto store = dyn_cast<memref::StoreOp>(op)) {
      note(store.getMemRef(), store.getIndices(), /*isWrite=*/true, nullptr);
    } else if (op.getNumRegions() != 0 ||
               !(isMemoryEffectFree(&op) || isa<memref::AllocaOp>(op))) {
      return false;
    }
  }
  if (loops.empty())
    return false;
  for (auto &[base, use] : uses) {
    // Written by the first thread, or each element by the one that has it.
    bool isClear = !use.isElsewhere || (!use.isByLoops && !use.isRead);
    if (use.isWritten && !isClear)
      return false;
  }
  int64_t rows = 1;
  for (OpFoldResult bound : forall.getMixedUpperBound()) {
    std::optional<int64_t> size = getConstantIntValue(bound);
    if (!size)
      return true;
    rows *= *size;
  }
  numRows = rows;
  return true;
}

bool RowTasks::isWorthIt(int64_t minThreads, int64_t newSubgroup) {
  subgroup = newSubgroup;
  int64_t longest = 0;
  bool isKnown = true;
  for (auto &[op, loop] : loops) {
    std::optional<int64_t> length = loop.getLength();
    isKnown &= length.has_value();
    longest = std::max(longest, length.value_or(0));
  }
  if (isKnown && longest < subgroup)
    return false;
  bool isFew = numRows && *numRows * subgroup <= minThreads;
  if (isStrided && !(isFew && isKnown && longest >= 8 * subgroup))
    return false;
  // A group a row, where subgroups are not half of what the device has.
  lanes = isFew && *numRows * subgroup * 8 <= minThreads && isKnown &&
                  longest >= 32 * subgroup
              ? 8 * subgroup
              : subgroup;
  return true;
}

Value RowTasks::combine(VectorBuilder &v, Operation *combiner, Value l,
                        Value r) {
  Operation *op = combiner->cloneWithoutRegions();
  op->setOperands({l, r});
  v.b.insert(op);
  return op->getResult(0);
}

/// Values of fewer than 32 bits are exchanged as words.
Value widen(VectorBuilder &v, Value value) {
  unsigned bits = value.getType().getIntOrFloatBitWidth();
  if (bits >= 32)
    return value;
  value = v.b.createOrFold<arith::BitcastOp>(v.loc, v.b.getIntegerType(bits),
                                             value);
  return arith::ExtUIOp::create(v.b, v.loc, v.b.getI32Type(), value);
}

Value narrow(VectorBuilder &v, Value word, Type type) {
  unsigned bits = type.getIntOrFloatBitWidth();
  if (bits >= 32)
    return word;
  Value value =
      arith::TruncIOp::create(v.b, v.loc, v.b.getIntegerType(bits), word);
  return v.b.createOrFold<arith::BitcastOp>(v.loc, type, value);
}

/// The values that all threads of a row share.
Value RowTasks::exchange(VectorBuilder &v, Operation *combiner, Value part) {
  auto constant = [&](int64_t value) -> Value {
    return arith::ConstantIntOp::create(v.b, v.loc, v.b.getI32Type(), value);
  };
  for (int64_t distance = subgroup / 2; distance > 0; distance /= 2) {
    Value other =
        gpu::ShuffleOp::create(v.b, v.loc, widen(v, part), constant(distance),
                               constant(subgroup), gpu::ShuffleMode::XOR)
            .getShuffleResult();
    part = combine(v, combiner, part, narrow(v, other, part.getType()));
  }
  if (lanes == subgroup)
    return part;
  int64_t subgroups = lanes / subgroup;
  auto space = gpu::AddressSpaceAttr::get(
      v.b.getContext(), gpu::GPUDialect::getWorkgroupAddressSpace());
  Value memory = launch.addWorkgroupAttribution(
      MemRefType::get({subgroups}, part.getType(), MemRefLayoutAttrInterface(),
                      space),
      v.loc);
  Value number = v.div(thread, subgroup);
  v.ifThen(v.equal(v.rem(thread, subgroup), v.index(0)),
           [&] { memref::StoreOp::create(v.b, v.loc, part, memory, number); });
  gpu::BarrierOp::create(v.b, v.loc);
  for (int64_t i = 0; i < subgroups; ++i) {
    Value other =
        memref::LoadOp::create(v.b, v.loc, memory, ValueRange{v.index(i)});
    part = i == 0 ? other : combine(v, combiner, part, other);
  }
  // Before anybody leaves the next part there.
  gpu::BarrierOp::create(v.b, v.loc);
  return part;
}

void RowTasks::emitLoop(VectorBuilder &v, const SharedLoop &shared) {
  SmallVector<Value> lengths;
  Value total = v.index(1);
  for (scf::ForOp loop : shared.nest) {
    lengths.push_back(v.sub(mapping.lookupOrDefault(loop.getUpperBound()),
                            mapping.lookupOrDefault(loop.getLowerBound())));
    // There may be none.
    if (!getConstantIntValue(lengths.back()))
      lengths.back() = v.max(lengths.back(), v.index(0));
    total = v.mul(total, lengths.back());
  }
  SmallVector<Value> neutral;
  for (Operation *combiner : shared.combiners)
    neutral.push_back(arith::ConstantOp::create(
        v.b, v.loc, *arith::getNeutralElement(combiner)));
  scf::ForOp inner = shared.inner();
  SmallVector<Value> parts =
      v.loop(lane, total, lanes, neutral, [&](Value at, ValueRange carried) {
        for (size_t i = shared.nest.size(); i-- > 0;) {
          scf::ForOp loop = shared.nest[i];
          Value place =
              i == 0 ? at
                     : v.b.createOrFold<arith::RemUIOp>(v.loc, at, lengths[i]);
          if (i > 0)
            at = v.b.createOrFold<arith::DivUIOp>(v.loc, at, lengths[i]);
          mapping.map(
              loop.getInductionVar(),
              v.add(place, mapping.lookupOrDefault(loop.getLowerBound())));
        }
        mapping.map(inner.getRegionIterArgs(), carried);
        for (Operation &op : inner.getBody()->without_terminator())
          v.b.clone(op, mapping);
        SmallVector<Value> results;
        for (Value value : inner.getYieldedValues())
          results.push_back(mapping.lookupOrDefault(value));
        return results;
      });
  scf::ForOp outer = shared.nest.front();
  for (auto [i, part] : llvm::enumerate(parts)) {
    Value whole = exchange(v, shared.combiners[i], part);
    mapping.map(outer.getResult(i),
                combine(v, shared.combiners[i],
                        mapping.lookupOrDefault(outer.getInitArgs()[i]),
                        whole));
  }
}

void RowTasks::emitTask(VectorBuilder &v, Value row) {
  auto bounds = forall.getMixedUpperBound();
  auto variables = forall.getInductionVars();
  for (size_t i = bounds.size(); i-- > 0;) {
    Value bound = getValueOrCreateConstantIndexOp(v.b, v.loc, bounds[i]);
    mapping.map(variables[i],
                i == 0 ? row
                       : v.b.createOrFold<arith::RemUIOp>(v.loc, row, bound));
    if (i > 0)
      row = v.b.createOrFold<arith::DivUIOp>(v.loc, row, bound);
  }
  for (Operation &op : forall.getBody()->without_terminator()) {
    auto *loop = loops.find(&op);
    if (loop != loops.end())
      emitLoop(v, loop->second);
    else if (isa<memref::StoreOp>(op))
      v.ifThen(v.equal(lane, v.index(0)), [&] { v.b.clone(op, mapping); });
    else
      v.b.clone(op, mapping);
  }
}

void RowTasks::emit(int64_t groupThreads) {
  OpBuilder b(forall);
  VectorBuilder v(b, forall.getLoc(), 1);
  int64_t rowsOfGroup = lanes > subgroup ? 1 : groupThreads / subgroup;
  while (numRows && rowsOfGroup > 1 && *numRows <= rowsOfGroup / 2)
    rowsOfGroup /= 2;
  threads = rowsOfGroup * lanes;
  Value total = v.index(1);
  for (OpFoldResult bound : forall.getMixedUpperBound())
    total = v.mul(total, getValueOrCreateConstantIndexOp(b, v.loc, bound));
  bool fits = numRows && *numRows <= kMaxGroups * rowsOfGroup;
  Value groups = v.ceilDiv(total, rowsOfGroup);
  if (!fits)
    groups = v.min(groups, v.index(kMaxGroups));
  Value one = v.index(1);
  launch = gpu::LaunchOp::create(b, v.loc, groups, one, one, v.index(threads),
                                 one, one);
  b.setInsertionPointToEnd(&launch.getBody().front());
  gpu::TerminatorOp::create(b, v.loc);
  b.setInsertionPointToStart(&launch.getBody().front());
  thread = launch.getThreadIds().x;
  lane = v.rem(thread, lanes);
  Value row =
      v.add(v.mul(launch.getBlockIds().x, rowsOfGroup), v.div(thread, lanes));
  if (!fits) {
    auto loop = scf::ForOp::create(b, v.loc, row, total,
                                   v.mul(launch.getGridSize().x, rowsOfGroup));
    b.setInsertionPointToStart(loop.getBody());
    emitTask(v, loop.getInductionVar());
  } else if (*numRows % rowsOfGroup != 0) {
    // A subgroup has a row or none.
    v.ifThen(v.less(row, total), [&] { emitTask(v, row); });
  } else {
    emitTask(v, row);
  }
  forall.erase();
}

/// Makes a task of sums that the kernel has outside of all tasks, and of what
/// follows them and is used by nothing else.
void wrapSums(Block &block) {
  SmallVector<scf::ForOp> sums;
  for (auto loop : block.getOps<scf::ForOp>())
    if (loop.getNumResults() != 0 && matchLoop(loop))
      sums.push_back(loop);
  llvm::SmallPtrSet<Operation *, 16> wrapped;
  for (scf::ForOp sum : sums) {
    if (wrapped.contains(sum))
      continue;
    SmallVector<Operation *> ops;
    size_t closed = 0;
    for (Operation *op = sum; op != block.getTerminator();
         op = op->getNextNode()) {
      auto loop = dyn_cast<scf::ForOp>(op);
      if (loop ? !matchLoop(loop).has_value()
               : !(isa<memref::LoadOp, memref::StoreOp>(op) ||
                   (op->getNumRegions() == 0 && isMemoryEffectFree(op))))
        break;
      ops.push_back(op);
      bool isClosed = llvm::all_of(ops, [&](Operation *each) {
        return llvm::all_of(each->getUsers(), [&](Operation *user) {
          return llvm::is_contained(ops, block.findAncestorOpInBlock(*user));
        });
      });
      if (isClosed)
        closed = ops.size();
    }
    if (closed == 0)
      continue;
    OpBuilder b(sum);
    auto forall = scf::ForallOp::create(
        b, sum.getLoc(), ArrayRef<OpFoldResult>(b.getIndexAttr(1)),
        ValueRange(), std::nullopt);
    for (Operation *op : ArrayRef(ops).take_front(closed)) {
      op->moveBefore(forall.getTerminator());
      wrapped.insert(op);
    }
  }
}

struct SpreadRows : onnxc::impl::SpreadRowsBase<SpreadRows> {
  using SpreadRowsBase::SpreadRowsBase;

  void runOnOperation() override {
    MachineModel device = getMachine(getOperation());
    if (!isKernel(getOperation()) || device.subgroupThreads == 0)
      return;
    wrapSums(getOperation().getBody().front());
    SmallVector<scf::ForallOp> foralls;
    getOperation().walk<WalkOrder::PreOrder>([&](Operation *op) {
      if (auto forall = dyn_cast<scf::ForallOp>(op)) {
        foralls.push_back(forall);
        return WalkResult::skip();
      }
      return isa<gpu::LaunchOp>(op) ? WalkResult::skip()
                                    : WalkResult::advance();
    });
    for (scf::ForallOp forall : foralls) {
      RowTasks tasks(forall);
      if (canLaunch(forall) && tasks.match() &&
          tasks.isWorthIt(device.minThreads, device.subgroupThreads))
        tasks.emit(device.groupThreads);
    }
  }
};

} // namespace
