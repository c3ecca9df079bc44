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
// A function of the device takes flat buffers, then 32-bit sizes.
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

/// Where a value can be computed.
enum class Side {
  /// From sizes alone.
  Host,
  /// By every launch that uses it, as it only reads what nobody writes.
  Anywhere,
  /// Where it is.
  Device
};

class Outliner {
public:
  Outliner(func::FuncOp kernel, int64_t threads, unsigned &number)
      : kernel(kernel), module(kernel->getParentOfType<ModuleOp>()),
        threads(threads), number(number) {
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

  Side getSide(Value value) {
    auto it = sides.find(value);
    if (it != sides.end())
      return it->second;
    // Arguments of the kernel and variables of the host's loops.
    return Side::Host;
  }

  Side getSideOfOperands(Operation *op) {
    Side side = Side::Host;
    for (Value operand : op->getOperands())
      side = std::max(side, getSide(operand));
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
    return llvm::any_of(
        used, [&](Value value) { return getSide(value) == Side::Device; });
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
        sides[result] = side;
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
      side = std::max(side, getSide(result));
    return side;
  }

  LogicalResult flush(Ops &pending) {
    if (pending.empty())
      return success();
    Ops ops = std::exchange(pending, {});
    Launch launch(*this, ops.front()->getLoc(), ops.back());
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
    if (failed(launch.begin(outside, /*numThreads=*/1)))
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
      sides.erase(result);
    op->erase();
  }

  /// One function of the device in the making.
  struct Launch {
    Launch(Outliner &outliner, Location loc, Operation *at)
        : outliner(outliner), loc(loc),
          host(at->getBlock(), std::next(Block::iterator(at))),
          device(at->getContext()) {}

    LogicalResult begin(ArrayRef<Value> used, int64_t newThreads);
    void clone(Operation *op) { device.clone(*op, mapping); }
    /// Memory of a group, as aligned as the widest copies want it.
    Value addSharedMemory(Type type) {
      Value memory = function.addWorkgroupAttribution(type, loc);
      function.setWorkgroupAttributionAttr(
          function.getNumWorkgroupAttributions() - 1, kMemoryAlignName,
          device.getI64IntegerAttr(16));
      return memory;
    }
    LogicalResult finish(Value groups);

    Outliner &outliner;
    Location loc;
    OpBuilder host, device;
    IRMapping mapping;
    gpu::GPUFuncOp function;
    int64_t numThreads = 1;
    SmallVector<Value> buffers, sizes;
    SmallVector<Operation *> repeated;

  private:
    LogicalResult collect(Value value);
    Value flatten(Value buffer);
    void restore(Value buffer, Value flat);
    llvm::DenseSet<Value> seen;
    /// The dynamic sizes of each buffer.
    llvm::DenseMap<Value, SmallVector<Value>> dims;
  };

  LogicalResult launchTasks(scf::ForallOp forall) {
    Launch launch(*this, forall.getLoc(), forall);
    OpBuilder &host = launch.host;
    Location loc = forall.getLoc();
    auto hostIndex = [&](OpFoldResult ofr) {
      return getValueOrCreateConstantIndexOp(host, loc, ofr);
    };
    SmallVector<Value> counts;
    Value total = index(host, loc, 1);
    for (auto [low, high, step] :
         llvm::zip(forall.getMixedLowerBound(), forall.getMixedUpperBound(),
                   forall.getMixedStep())) {
      Value length = host.createOrFold<arith::SubIOp>(loc, hostIndex(high),
                                                      hostIndex(low));
      counts.push_back(
          host.createOrFold<arith::CeilDivUIOp>(loc, length, hostIndex(step)));
      total = host.createOrFold<arith::MulIOp>(loc, total, counts.back());
    }
    llvm::SetVector<Value> used;
    getUsedValuesDefinedAbove(forall.getRegion(), used);
    used.insert(forall->operand_begin(), forall->operand_end());
    for (Value count : counts)
      used.insert(count);
    used.insert(total);
    std::optional<int64_t> known = getConstantIntValue(total);
    int64_t group = threads;
    while (known && group > 1 && *known <= group / 2)
      group /= 2;
    if (failed(launch.begin(used.getArrayRef(), group)))
      return failure();

    OpBuilder &b = launch.device;
    IRMapping &mapping = launch.mapping;
    Value groupId = gpu::BlockIdOp::create(b, loc, gpu::Dimension::x);
    Value threadId = gpu::ThreadIdOp::create(b, loc, gpu::Dimension::x);
    Value task = arith::AddIOp::create(
        b, loc, arith::MulIOp::create(b, loc, groupId, index(b, loc, group)),
        threadId);
    Value end = mapping.lookup(total);
    bool fits = known && *known <= kMaxGroups * group;
    if (!fits) {
      // More tasks than threads: each thread takes every so many.
      Value all = arith::MulIOp::create(
          b, loc, gpu::GridDimOp::create(b, loc, gpu::Dimension::x),
          index(b, loc, group));
      auto loop = scf::ForOp::create(b, loc, task, end, all);
      task = loop.getInductionVar();
      b.setInsertionPointToStart(loop.getBody());
    } else if (*known % group) {
      Value isTask =
          arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ult, task, end);
      auto branch = scf::IfOp::create(b, loc, isTask);
      b.setInsertionPointToStart(branch.thenBlock());
    }
    SmallVector<Value> places(counts.size());
    Value rest = task;
    for (size_t i = counts.size(); i-- > 0;) {
      Value count = mapping.lookup(counts[i]);
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
    for (Operation &op : forall.getBody()->without_terminator())
      launch.clone(&op);
    Value groups = host.createOrFold<arith::CeilDivUIOp>(
        loc, total, index(host, loc, group));
    if (!fits)
      groups = arith::MinSIOp::create(host, loc, groups,
                                      index(host, loc, kMaxGroups));
    forall.erase();
    return launch.finish(groups);
  }

  /// Groups of threads that know of each other are what they are.
  LogicalResult launchGroups(gpu::LaunchOp op) {
    Launch launch(*this, op.getLoc(), op);
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
  ModuleOp module;
  int64_t threads;
  unsigned &number;
  unsigned numLaunches = 0;
  llvm::DenseSet<Value> written;
  llvm::DenseMap<Value, Side> sides;
};

/// Finds what the values are made of: buffers, sizes, ops to repeat.
LogicalResult Outliner::Launch::collect(Value value) {
  if (!seen.insert(value).second)
    return success();
  Operation *op = value.getDefiningOp();
  if (op && !isa<MemRefType>(value.getType()) && value.getType().isIndex() &&
      !matchPattern(value, m_Constant()) &&
      outliner.getSide(value) == Side::Host) {
    sizes.push_back(value);
    return success();
  }
  if (op && op->getNumRegions() == 0 &&
      outliner.getSide(value) != Side::Device) {
    for (Value operand : op->getOperands())
      if (failed(collect(operand)))
        return failure();
    if (!llvm::is_contained(repeated, op))
      repeated.push_back(op);
    return success();
  }
  if (value.getType().isIndex() && !op) {
    sizes.push_back(value);
    return success();
  }
  auto type = dyn_cast<MemRefType>(value.getType());
  if (op || !type || !type.getLayout().isIdentity())
    return emitError(loc) << "a launch cannot take a value of type "
                          << value.getType();
  buffers.push_back(value);
  OpBuilder::InsertionGuard guard(host);
  for (auto [i, size] : llvm::enumerate(type.getShape()))
    if (ShapedType::isDynamic(size) && type.getRank() > 1) {
      Value dim = memref::DimOp::create(host, loc, value, i);
      outliner.sides[dim] = Side::Host;
      dims[value].push_back(dim);
      sizes.push_back(dim);
    }
  return success();
}

/// The buffer as one row, for the launch.
Value Outliner::Launch::flatten(Value buffer) {
  auto type = cast<MemRefType>(buffer.getType());
  if (type.getRank() == 1)
    return buffer;
  if (type.getRank() == 0)
    return memref::ExpandShapeOp::create(
        host, loc, MemRefType::get({1}, type.getElementType()), buffer,
        ArrayRef<ReassociationIndices>());
  ReassociationIndices all;
  for (int64_t i = 0; i < type.getRank(); ++i)
    all.push_back(i);
  return memref::CollapseShapeOp::create(host, loc, buffer,
                                         ArrayRef<ReassociationIndices>{all});
}

/// The row as the buffer was, for the function's body.
void Outliner::Launch::restore(Value buffer, Value flat) {
  auto type = cast<MemRefType>(buffer.getType());
  if (type.getRank() == 1) {
    mapping.map(buffer, flat);
    return;
  }
  SmallVector<OpFoldResult> shape, strides(type.getRank());
  auto dynamic = dims[buffer].begin();
  for (int64_t size : type.getShape()) {
    if (!ShapedType::isDynamic(size)) {
      shape.push_back(device.getIndexAttr(size));
      continue;
    }
    shape.push_back(mapping.lookup(*dynamic++));
  }
  OpFoldResult stride = device.getIndexAttr(1);
  for (int64_t i = type.getRank() - 1; i >= 0; --i) {
    strides[i] = stride;
    if (i > 0)
      stride = affine::makeComposedFoldedAffineApply(
          device, loc,
          device.getAffineSymbolExpr(0) * device.getAffineSymbolExpr(1),
          {stride, shape[i]});
  }
  SmallVector<int64_t> staticStrides;
  SmallVector<Value> dynamicStrides;
  dispatchIndexOpFoldResults(strides, dynamicStrides, staticStrides);
  auto stridedType = MemRefType::get(
      type.getShape(), type.getElementType(),
      StridedLayoutAttr::get(type.getContext(), 0, staticStrides));
  Value cast = memref::ReinterpretCastOp::create(
      device, loc, stridedType, flat, device.getIndexAttr(0), shape, strides);
  // Addresses are made from the strides; the types of views stay as they are.
  if (cast.getType() != type)
    cast = memref::CastOp::create(device, loc, type, cast);
  mapping.map(buffer, cast);
}

LogicalResult Outliner::Launch::begin(ArrayRef<Value> used,
                                      int64_t newThreads) {
  for (Value value : used)
    if (failed(collect(value)))
      return failure();
  numThreads = newThreads;
  SmallVector<Type> types;
  for (Value buffer : buffers) {
    auto type = cast<MemRefType>(buffer.getType());
    int64_t size =
        type.hasStaticShape() ? type.getNumElements() : ShapedType::kDynamic;
    types.push_back(MemRefType::get({size}, type.getElementType()));
  }
  types.append(sizes.size(), host.getIndexType());
  std::string name = outliner.kernel.getName().str();
  if (outliner.numLaunches)
    name += "_" + std::to_string(outliner.numLaunches);
  ++outliner.numLaunches;
  device.setInsertionPointToEnd(outliner.module.getBody());
  auto holder = gpu::GPUModuleOp::create(device, loc, name + "_code");
  plan::attrs::Launch::set(
      holder, plan::LaunchAttr::get(holder.getContext(), outliner.number++,
                                    buffers.size(), numThreads));
  device.setInsertionPointToStart(holder.getBody());
  function = gpu::GPUFuncOp::create(device, loc, name,
                                    device.getFunctionType(types, {}));
  function->setAttr(gpu::GPUDialect::getKernelFuncAttrName(),
                    device.getUnitAttr());
  function.setKnownBlockSizeAttr(
      device.getDenseI32ArrayAttr({int32_t(numThreads), 1, 1}));
  Block &entry = function.getBody().front();
  device.setInsertionPointToEnd(&entry);
  gpu::ReturnOp::create(device, loc);
  device.setInsertionPoint(entry.getTerminator());
  for (auto [i, size] : llvm::enumerate(sizes))
    mapping.map(size, entry.getArgument(buffers.size() + i));
  for (auto [i, buffer] : llvm::enumerate(buffers))
    restore(buffer, entry.getArgument(i));
  for (Operation *op : repeated)
    device.clone(*op, mapping);
  return success();
}

LogicalResult Outliner::Launch::finish(Value groups) {
  // Tasks within a task are done one after the other.
  IRRewriter rewriter(device);
  SmallVector<scf::ForallOp> inner;
  function.walk([&](scf::ForallOp op) { inner.push_back(op); });
  for (scf::ForallOp op : inner) {
    rewriter.setInsertionPoint(op);
    if (failed(scf::forallToForLoop(rewriter, op)))
      return failure();
  }
  SmallVector<Value> operands;
  for (Value buffer : buffers)
    operands.push_back(flatten(buffer));
  operands.append(sizes);
  Value one = index(host, loc, 1), group = index(host, loc, numThreads);
  gpu::LaunchFuncOp::create(
      host, loc, function, gpu::KernelDim3{groups, one, one},
      gpu::KernelDim3{group, one, one}, Value(), operands);
  return success();
}

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
