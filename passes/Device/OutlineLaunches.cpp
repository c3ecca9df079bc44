//===- OutlineLaunches.cpp - Parallel loops become functions of a device --===//
//
// A kernel of @main stays a function of the host, which launches functions of
// the device one after the other:
//
//   scf.forall (%i, %j) in (8, 12) { body }
//
// becomes gpu.launch_func of a function whose thread t computes the task
// (t / 12, t % 12), so that neighbouring threads are neighbours along the last
// loop. A gpu.launch, whose threads know of each other, stays what it is, with
// its groups and their memory. What lies between these and works on tensors
// runs as a launch of one thread: it is rare and short, and nothing has to come
// back to the host. A loop around such loops, as that over the steps of a
// recurrence, is a loop of the host around launches.
//
// The host knows sizes only. Index arithmetic on them is done there and passed;
// loads of what the kernel does not write, and arithmetic on it, are repeated
// in each launch.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/plan/Kernels.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/SCF/Transforms/Transforms.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "mlir/Transforms/RegionUtils.h"
#include "passes/Device/DeviceLaunch.h"
#include "passes/Device/DevicePasses.h"
#include "passes/Device/Launches.h"
#include "passes/Device/ParallelLoops.h"
#include "llvm/ADT/SetVector.h"

namespace onnxc {
#define GEN_PASS_DEF_OUTLINELAUNCHES
#include "passes/Device/DevicePasses.h.inc"
} // namespace onnxc

using namespace mlir;
using namespace onnxc;

namespace {

Value index(OpBuilder &b, Location loc, int64_t value) {
  return arith::ConstantIndexOp::create(b, loc, value);
}

Value getBase(Value buffer) {
  while (auto view = buffer.getDefiningOp<ViewLikeOpInterface>())
    buffer = view.getViewSource();
  return buffer;
}

class Outliner {
public:
  Outliner(func::FuncOp kernel, int64_t threads, unsigned &number)
      : kernel(kernel), threads(threads), launches(kernel, number) {
    kernel.walk([&](Operation *op) {
      if (auto store = dyn_cast<memref::StoreOp>(op))
        written.insert(getBase(store.getMemRef()));
      else if (auto store = dyn_cast<vector::StoreOp>(op))
        written.insert(getBase(store.getBase()));
    });
  }

  LogicalResult run() { return visit(kernel.getBody().front()); }

private:
  using Ops = SmallVector<Operation *>;

  Side getSideOfOperands(Operation *op) {
    Side side = Side::Host;
    for (Value operand : op->getOperands())
      side = std::max(side, launches.getSide(operand));
    return side;
  }

  Side classify(Operation *op) {
    Side operands = getSideOfOperands(op);
    if (operands == Side::Device || op->getNumRegions() > 0)
      return Side::Device;
    if (auto load = dyn_cast<memref::LoadOp>(op))
      return written.contains(getBase(load.getMemRef())) ? Side::Device
                                                         : Side::Anywhere;
    return isMemoryEffectFree(op) ? operands : Side::Device;
  }

  /// Whether the loop runs on the host, around launches.
  bool isHostLoop(Operation *op) {
    auto loop = dyn_cast<scf::ForOp>(op);
    if (!loop || loop.getNumResults() != 0 ||
        getSideOfOperands(op) != Side::Host)
      return false;
    bool hasTasks = false;
    op->walk([&](Operation *inner) {
      hasTasks |= isa<scf::ForallOp, gpu::LaunchOp>(inner);
    });
    return hasTasks;
  }

  bool usesDeviceValues(Operation *op) {
    llvm::SetVector<Value> used;
    for (Region &region : op->getRegions())
      getUsedValuesDefinedAbove(region, used);
    used.insert(op->operand_begin(), op->operand_end());
    return llvm::any_of(used, [&](Value value) {
      return launches.getSide(value) == Side::Device;
    });
  }

  bool isUsedFrom(const Ops &ops, Operation *from) {
    for (Operation *op : ops)
      for (Operation *user : op->getUsers()) {
        Operation *at = from->getBlock()->findAncestorOpInBlock(*user);
        if (at && !at->isBeforeInBlock(from))
          return true;
      }
    return false;
  }

  LogicalResult visit(Block &block) {
    Ops pending, all, kept;
    for (Operation &op : block.without_terminator())
      all.push_back(&op);
    for (Operation *op : all) {
      Side side = classify(op);
      for (Value result : op->getResults())
        launches.sides[result] = side;
      if (side != Side::Device) {
        kept.push_back(op);
        continue;
      }
      auto forall = dyn_cast<scf::ForallOp>(op);
      auto groups = dyn_cast<gpu::LaunchOp>(op);
      bool isLaunch = (forall || groups) && getSideOfOperands(op) == Side::Host;
      if ((isLaunch || isHostLoop(op)) && !usesDeviceValues(op) &&
          !isUsedFrom(pending, op)) {
        if (failed(flush(pending)))
          return failure();
        LogicalResult done =
            !isLaunch ? visit(cast<scf::ForOp>(op).getRegion().front())
            : groups  ? launchGroups(groups)
                      : launchTasks(forall);
        if (failed(done))
          return failure();
        continue;
      }
      pending.push_back(op);
    }
    if (failed(flush(pending)))
      return failure();
    // The launches have copies of these ops.
    for (Operation *op : llvm::reverse(kept))
      if (isa<memref::LoadOp>(op) ? op->use_empty() : isOpTriviallyDead(op))
        erase(op);
      else if (getSideOfResults(op) != Side::Host)
        return op->emitError("cannot run on the device");
    return success();
  }

  Side getSideOfResults(Operation *op) {
    Side side = Side::Host;
    for (Value result : op->getResults())
      side = std::max(side, launches.getSide(result));
    return side;
  }

  LogicalResult flush(Ops &pending) {
    if (pending.empty())
      return success();
    Ops ops = std::exchange(pending, {});
    DeviceLaunch launch(launches, ops.front()->getLoc(), ops.back());
    llvm::SetVector<Value> used;
    for (Operation *op : ops) {
      for (Region &region : op->getRegions())
        getUsedValuesDefinedAbove(region, used);
      used.insert(op->operand_begin(), op->operand_end());
    }
    llvm::SmallPtrSet<Operation *, 8> own(ops.begin(), ops.end());
    SmallVector<Value> outside;
    for (Value value : used)
      if (!value.getDefiningOp() || !own.contains(value.getDefiningOp()))
        outside.push_back(value);
    if (failed(launch.begin(outside, /*threads=*/1)))
      return failure();
    for (Operation *op : ops)
      launch.clone(op);
    if (failed(launch.finish(index(launch.host, launch.loc, 1))))
      return failure();
    for (Operation *op : llvm::reverse(ops))
      erase(op);
    return success();
  }

  /// Values made later may lie where those of the op did.
  void erase(Operation *op) {
    for (Value result : op->getResults())
      launches.sides.erase(result);
    op->erase();
  }

  /// How many tasks there are along each loop, and in all.
  struct TaskCounts {
    SmallVector<Value> counts;
    Value total;
    std::optional<int64_t> known;
  };

  static TaskCounts countTasks(OpBuilder &host, scf::ForallOp forall) {
    Location loc = forall.getLoc();
    auto hostIndex = [&](OpFoldResult ofr) {
      return getValueOrCreateConstantIndexOp(host, loc, ofr);
    };
    TaskCounts tasks;
    tasks.total = index(host, loc, 1);
    for (auto [low, high, step] :
         llvm::zip(forall.getMixedLowerBound(), forall.getMixedUpperBound(),
                   forall.getMixedStep())) {
      Value length = host.createOrFold<arith::SubIOp>(loc, hostIndex(high),
                                                      hostIndex(low));
      tasks.counts.push_back(
          host.createOrFold<arith::CeilDivUIOp>(loc, length, hostIndex(step)));
      tasks.total = host.createOrFold<arith::MulIOp>(loc, tasks.total,
                                                     tasks.counts.back());
    }
    tasks.known = getConstantIntValue(tasks.total);
    return tasks;
  }

  /// Whether each thread has one task at most.
  static bool hasThreadEach(const TaskCounts &tasks, int64_t group) {
    return tasks.known && *tasks.known <= kMaxGroups * group;
  }

  /// The number of the thread's task, for which the builder is left; where
  /// there are more tasks than threads, each thread takes every so many.
  static Value beginTask(DeviceLaunch &launch, const TaskCounts &tasks,
                         int64_t group) {
    OpBuilder &b = launch.device;
    Location loc = launch.loc;
    Value groupId = gpu::BlockIdOp::create(b, loc, gpu::Dimension::x);
    Value threadId = gpu::ThreadIdOp::create(b, loc, gpu::Dimension::x);
    Value task = arith::AddIOp::create(
        b, loc, arith::MulIOp::create(b, loc, groupId, index(b, loc, group)),
        threadId);
    Value end = launch.mapping.lookup(tasks.total);
    if (!hasThreadEach(tasks, group)) {
      Value all = arith::MulIOp::create(
          b, loc, gpu::GridDimOp::create(b, loc, gpu::Dimension::x),
          index(b, loc, group));
      auto loop = scf::ForOp::create(b, loc, task, end, all);
      task = loop.getInductionVar();
      b.setInsertionPointToStart(loop.getBody());
    } else if (*tasks.known % group) {
      Value isTask =
          arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ult, task, end);
      auto branch = scf::IfOp::create(b, loc, isTask);
      b.setInsertionPointToStart(branch.thenBlock());
    }
    return task;
  }

  /// Maps the variables of the loops to those of the task.
  static void mapTask(DeviceLaunch &launch, scf::ForallOp forall,
                      const TaskCounts &tasks, Value task) {
    OpBuilder &b = launch.device;
    Location loc = launch.loc;
    IRMapping &mapping = launch.mapping;
    SmallVector<Value> places(tasks.counts.size());
    Value rest = task;
    for (size_t i = tasks.counts.size(); i-- > 0;) {
      Value count = mapping.lookup(tasks.counts[i]);
      bool isOutermost = i == 0;
      places[i] =
          isOutermost ? rest : b.createOrFold<arith::RemUIOp>(loc, rest, count);
      if (!isOutermost)
        rest = b.createOrFold<arith::DivUIOp>(loc, rest, count);
    }
    auto deviceIndex = [&](OpFoldResult ofr) -> Value {
      if (auto value = dyn_cast<Value>(ofr))
        return mapping.lookup(value);
      return index(b, loc, *getConstantIntValue(ofr));
    };
    for (auto [argument, place, low, step] :
         llvm::zip(forall.getInductionVars(), places,
                   forall.getMixedLowerBound(), forall.getMixedStep()))
      mapping.map(
          argument,
          b.createOrFold<arith::AddIOp>(
              loc, b.createOrFold<arith::MulIOp>(loc, place, deviceIndex(step)),
              deviceIndex(low)));
  }

  LogicalResult launchTasks(scf::ForallOp forall) {
    DeviceLaunch launch(launches, forall.getLoc(), forall);
    OpBuilder &host = launch.host;
    Location loc = forall.getLoc();
    TaskCounts tasks = countTasks(host, forall);
    llvm::SetVector<Value> used;
    getUsedValuesDefinedAbove(forall.getRegion(), used);
    used.insert(forall->operand_begin(), forall->operand_end());
    for (Value count : tasks.counts)
      used.insert(count);
    used.insert(tasks.total);
    int64_t group = threads;
    while (tasks.known && group > 1 && *tasks.known <= group / 2)
      group /= 2;
    if (failed(launch.begin(used.getArrayRef(), group)))
      return failure();
    mapTask(launch, forall, tasks, beginTask(launch, tasks, group));
    for (Operation &op : forall.getBody()->without_terminator())
      launch.clone(&op);
    Value groups = host.createOrFold<arith::CeilDivUIOp>(
        loc, tasks.total, index(host, loc, group));
    if (!hasThreadEach(tasks, group))
      groups = arith::MinSIOp::create(host, loc, groups,
                                      index(host, loc, kMaxGroups));
    forall.erase();
    return launch.finish(groups);
  }

  /// Groups of threads that know of each other are what they are.
  LogicalResult launchGroups(gpu::LaunchOp op) {
    DeviceLaunch launch(launches, op.getLoc(), op);
    Location loc = op.getLoc();
    std::optional<int64_t> group = getConstantIntValue(op.getBlockSizeX());
    if (!group)
      return op.emitError("has groups of no known size");
    llvm::SetVector<Value> used;
    getUsedValuesDefinedAbove(op.getBody(), used);
    used.insert(op.getGridSizeX());
    if (failed(launch.begin(used.getArrayRef(), *group)))
      return failure();
    OpBuilder &b = launch.device;
    IRMapping &mapping = launch.mapping;
    mapping.map(op.getBlockIds().x,
                gpu::BlockIdOp::create(b, loc, gpu::Dimension::x));
    mapping.map(op.getThreadIds().x,
                gpu::ThreadIdOp::create(b, loc, gpu::Dimension::x));
    mapping.map(op.getGridSize().x,
                gpu::GridDimOp::create(b, loc, gpu::Dimension::x));
    mapping.map(op.getBlockSize().x, index(b, loc, *group));
    for (BlockArgument memory : op.getWorkgroupAttributions())
      mapping.map(memory, launch.addSharedMemory(memory.getType()));
    for (Operation &inner : op.getBody().front().without_terminator())
      launch.clone(&inner);
    Value groups = op.getGridSizeX();
    op.erase();
    return launch.finish(groups);
  }

  func::FuncOp kernel;
  int64_t threads;
  KernelLaunches launches;
  llvm::DenseSet<Value> written;
};

struct OutlineLaunches : onnxc::impl::OutlineLaunchesBase<OutlineLaunches> {
  using OutlineLaunchesBase::OutlineLaunchesBase;

  void runOnOperation() override {
    getOperation()->setAttr(gpu::GPUDialect::getContainerModuleAttrName(),
                            UnitAttr::get(&getContext()));
    SmallVector<func::FuncOp> kernels;
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (isKernel(function) && !function.isExternal())
        kernels.push_back(function);
    unsigned number = 0;
    int64_t threads = getMachine(getOperation()).groupThreads;
    for (func::FuncOp kernel : kernels) {
      findParallelLoops(kernel);
      if (failed(Outliner(kernel, threads, number).run()))
        return signalPassFailure();
    }
  }
};

} // namespace
