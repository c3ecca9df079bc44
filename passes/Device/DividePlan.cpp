//===- DividePlan.cpp - @main is divided between device and host ----------===//
//
// Launches are recorded before any of them runs, so nothing on the way may
// depend on data that only the device has. A device has all kernels that it can
// carry; the host has branches, loops, what reads sizes from tensors, and the
// kernels that decide them:
//
//   %1 = plan.call @conv(%0)              %2:2 = plan.offload 0(%0)
//   %2 = plan.call @boxes(%1)             %3 = plan.call @suppress(%2#0, %2#1)
//   %3 = plan.call @suppress(%2, %1)      %n = plan.symbol 0 = %3[0]
//   %n = plan.symbol 0 = %3[0]            %4 = plan.offload 1(%3)
//   %4 = plan.call @gather(%2, %3)[%n]
//
// Each part becomes a module with a @main of its own, to which all symbols are
// arguments: when it runs they are known, whoever decided them. Branches and
// loops have parts of their own inside. A tensor of the host goes to the device
// once for all parts that surely run after it, and what they hand to each other
// does not come back: it stays in a slot, memory of the device to itself.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/ControlFlowOps.h"
#include "dialects/onnx/ElementTypes.h"
#include "dialects/onnx/ModelAttrs.h"
#include "dialects/plan/Kernels.h"
#include "dialects/plan/Plan.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Iterators.h"
#include "mlir/Transforms/RegionUtils.h"
#include "passes/Device/CarriedKernels.h"
#include "passes/Device/DevicePasses.h"
#include "passes/Device/PlanOrder.h"
#include "passes/Memory/WeightPlaces.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringSet.h"

namespace onnxc {
#define GEN_PASS_DEF_DIVIDEPLAN
#include "passes/Device/DevicePasses.h.inc"
} // namespace onnxc

using namespace mlir;
using namespace onnxc;

namespace {

/// Work on so few elements decides something and is not worth a launch.
constexpr int64_t kFewElements = 256;

/// Which kernels of a plan the device runs.
class Placement {
public:
  Placement(func::FuncOp main, CarriedKernels &kernels)
      : kernels(kernels), symbols(main->getParentOfType<ModuleOp>()) {
    main.walk([&](Operation *op) {
      if (auto symbol = dyn_cast<plan::SymbolOp>(op))
        keepDecision(symbol.getSource(), /*decidesSizes=*/true);
      if (auto branch = dyn_cast<onnx::IfOp>(op))
        keepDecision(branch.getCond());
      if (auto loop = dyn_cast<onnx::LoopOp>(op)) {
        keepDecision(loop.getM());
        keepDecision(loop.getCond());
        Block &body = loop.getBody().front();
        keepDecision(body.getTerminator()->getOperand(0));
      }
    });
    place(main.getBody().front(), /*isInLoop=*/false);
  }

  bool isOnDevice(Operation *op) const { return device.contains(op); }
  func::FuncOp getKernel(plan::CallOp call) {
    return symbols.lookup<func::FuncOp>(call.getCallee());
  }

private:
  CarriedKernels &kernels;
  SymbolTable symbols;
  llvm::DenseSet<Operation *> kept, device;

  static bool isSmall(Operation *op) {
    auto isFew = [](Value value) {
      auto type = dyn_cast<RankedTensorType>(value.getType());
      return !type ||
             (type.hasStaticShape() && type.getNumElements() <= kFewElements);
    };
    return llvm::all_of(op->getOperands(), isFew) &&
           llvm::all_of(op->getResults(), isFew);
  }

  /// The host is about to read the value.
  void keepDecision(Value value, bool decidesSizes = false) {
    if (!value)
      return;
    auto call = plan::getSource(value).getDefiningOp<plan::CallOp>();
    if (!call || kept.contains(call) ||
        !(isSmall(call) ||
          (decidesSizes && kernels.isSequential(getKernel(call)))))
      return;
    kept.insert(call);
    for (Value input : call.getInputs())
      keepDecision(input);
  }

  void place(Block &block, bool isInLoop) {
    SmallVector<Operation *> found;
    bool isWorthIt = !isInLoop;
    for (Operation &op : block) {
      for (Region &region : op.getRegions())
        place(region.front(), isInLoop || isa<onnx::LoopOp, onnx::ScanOp>(op));
      auto call = dyn_cast<plan::CallOp>(op);
      if (!call || kept.contains(call) || !kernels.canCarry(getKernel(call)))
        continue;
      found.push_back(call);
      isWorthIt |= kernels.isContraction(getKernel(call));
    }
    // A turn of the device in each iteration has to pay.
    if (isWorthIt)
      device.insert(found.begin(), found.end());
  }
};

/// A module in the making, for kernels that the device runs in one go.
class PartBuilder {
public:
  PartBuilder(func::FuncOp main, unsigned number, unsigned numSymbols)
      : main(main), number(number), numSymbols(numSymbols) {}

  llvm::SetVector<Value> inputs, outputs;

  ModuleOp build(ArrayRef<Operation *> calls, Placement &placement,
                 llvm::StringMap<unsigned> &copies) {
    Location loc = calls.front()->getLoc();
    OpBuilder b = OpBuilder::atBlockEnd(main->getBlock());
    part = ModuleOp::create(b, loc, "part_" + std::to_string(number));
    plan::attrs::WeightsFromContext::mark(part);
    b.setInsertionPointToStart(part.getBody());
    SmallVector<Type> inputTypes, outputTypes;
    for (Value input : inputs)
      inputTypes.push_back(input.getType());
    inputTypes.append(numSymbols, b.getIndexType());
    for (Value output : outputs)
      outputTypes.push_back(output.getType());
    auto entry = func::FuncOp::create(
        b, loc, "main", b.getFunctionType(inputTypes, outputTypes));
    if (auto names = onnx::attrs::Symbols::get(main))
      onnx::attrs::Symbols::set(entry, names);
    if (auto bounds = onnx::attrs::SymbolBounds::get(main))
      onnx::attrs::SymbolBounds::set(entry, bounds);
    Block *body = entry.addEntryBlock();
    for (auto [i, input] : llvm::enumerate(inputs))
      mapping.map(input, body->getArgument(i));
    symbolArguments = body->getArguments().drop_front(inputs.size());

    OpBuilder inside = OpBuilder::atBlockEnd(body);
    for (Operation *op : calls) {
      auto call = cast<plan::CallOp>(op);
      for (Value operand : call->getOperands())
        take(inside, operand);
      auto clone = cast<plan::CallOp>(inside.clone(*call, mapping));
      func::FuncOp kernel = placement.getKernel(call);
      StringAttr &name = names[kernel];
      if (!name) {
        func::FuncOp copy = kernel.clone();
        // Functions of the device have one name each, whatever part they are
        // of.
        unsigned known = copies[kernel.getName()]++;
        if (known)
          copy.setName((kernel.getName() + "_" + Twine(known + 1)).str());
        part.push_back(copy);
        name = copy.getNameAttr();
      }
      clone.setCallee(name.getValue());
    }
    SmallVector<Value> results;
    for (Value output : outputs)
      results.push_back(mapping.lookup(output));
    func::ReturnOp::create(inside, loc, results);
    return part;
  }

  /// Notes on the part what the host has to know of it, given the slot of each
  /// input and output, and whether the host gives or takes it.
  void describe(ArrayRef<int64_t> slots, ArrayRef<bool> transfers) {
    MLIRContext *context = main.getContext();
    onnx::Dims bytes;
    for (auto &values : {inputs.getArrayRef(), outputs.getArrayRef()})
      for (Value value : values)
        bytes.push_back(
            onnx::simplify(onnx::getProduct(context, *onnx::getDims(value)) *
                           onnx::getStorageBytes(onnx::getElementType(value))));
    plan::attrs::Part::set(
        part, plan::PartAttr::get(context, number, inputs.size(),
                                  onnx::DimsAttr::get(context, bytes),
                                  DenseI64ArrayAttr::get(context, slots),
                                  DenseBoolArrayAttr::get(context, transfers)));
  }

private:
  func::FuncOp main;
  unsigned number, numSymbols;
  ModuleOp part;
  IRMapping mapping;
  ValueRange symbolArguments;
  llvm::DenseMap<Operation *, StringAttr> names;

  /// Makes the value one of the part's.
  void take(OpBuilder &b, Value value) {
    if (mapping.contains(value))
      return;
    if (value.getType().isIndex()) {
      AffineExpr expr = getSymbolExpr(main, value);
      if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
        return mapping.map(value, symbolArguments[symbol.getPosition()]);
    }
    Operation *op = value.getDefiningOp();
    assert(op && isFreeInPlan(op) && "an input of the part was forgotten");
    for (Value operand : op->getOperands())
      take(b, operand);
    b.clone(*op, mapping);
  }
};

struct DividePlan : onnxc::impl::DividePlanBase<DividePlan> {
  using DividePlanBase::DividePlanBase;

  void runOnOperation() override {
    main = getOperation().lookupSymbol<func::FuncOp>("main");
    if (!main)
      return;
    if (auto names = onnx::attrs::Symbols::get(main))
      numSymbols = names.size();
    for (Type type : main.getArgumentTypes())
      numInputSymbols += type.isIndex();
    numSymbols = std::max(numSymbols, numInputSymbols);
    MachineModel device = getMachine(getOperation());
    CarriedKernels kernels(device.subgroupThreads > 1 ? device.groupThreads
                                                      : 1);
    Placement where(main, kernels);
    placement = &where;
    divide(main.getBody().front(), {});
    dropUnused();
    placeWeights();
    for (ModuleOp part : parts)
      setMachine(part, device);
    becomeHost(getOperation());
  }

private:
  using Values = llvm::DenseSet<Value>;
  func::FuncOp main;
  unsigned numSymbols = 0, numInputSymbols = 0;
  Placement *placement = nullptr;
  SmallVector<ModuleOp> parts;
  llvm::StringMap<unsigned> copies;
  llvm::DenseMap<Value, int64_t> slots;
  /// The device's value that one of the host's was taken from.
  llvm::DenseMap<Value, Value> originals;

  Value getOriginal(Value value) {
    value = plan::getSource(value);
    auto it = originals.find(value);
    return it == originals.end() ? value : it->second;
  }

  /// `resident` is what the device holds when the block is entered.
  void divide(Block &block, Values resident) {
    Operation *end = block.getTerminator();
    llvm::DenseSet<Operation *> placed;
    auto isOnDevice = [&](Operation *op) { return placement->isOnDevice(op); };
    for (PlanStep &step : orderPlan(block, isOnDevice)) {
      Operation *op =
          step.isDevice ? makePart(step.ops, resident, end) : step.ops.front();
      move(op, end, placed);
      for (Region &region : op->getRegions())
        divide(region.front(), resident);
    }
    move(end, nullptr, placed);
    // These ops run on the device, or only such ops used them: a view may have
    // been placed for those of a sub-graph.
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
      if (!placed.contains(&op) || (isFreeInPlan(&op) && op.use_empty())) {
        assert(op.use_empty() && "the host reads what the device keeps");
        op.erase();
      }
  }

  /// Puts the op before the end of its block, and what it reads before it.
  void move(Operation *op, Operation *end,
            llvm::DenseSet<Operation *> &placed) {
    if (!placed.insert(op).second)
      return;
    llvm::SetVector<Value> used(op->operand_begin(), op->operand_end());
    for (Region &region : op->getRegions())
      getUsedValuesDefinedAbove(region, used);
    for (Value value : used)
      if (Operation *source = value.getDefiningOp())
        if (source->getBlock() == op->getBlock() && isFreeInPlan(source))
          move(source, end ? end : op, placed);
    if (end)
      op->moveBefore(end);
  }

  /// Whether anyone but the device reads the value.
  bool isReadByHost(Value value) {
    return llvm::any_of(value.getUsers(), [&](Operation *user) {
      if (auto view = dyn_cast<plan::ViewOp>(user))
        return isReadByHost(view.getResult());
      return !placement->isOnDevice(user);
    });
  }

  static bool isReadOutside(Value value,
                            const llvm::SmallPtrSet<Operation *, 16> &own) {
    return llvm::any_of(value.getUsers(), [&](Operation *user) {
      if (auto view = dyn_cast<plan::ViewOp>(user))
        return isReadOutside(view.getResult(), own);
      return !own.contains(user);
    });
  }

  int64_t getSlot(Value value) {
    return slots.insert({value, int64_t(slots.size())}).first->second;
  }

  /// The part as a module, and the op that runs it.
  Operation *makePart(ArrayRef<Operation *> calls, Values &resident,
                      Operation *end) {
    PartBuilder builder(main, parts.size(), numSymbols);
    llvm::SmallPtrSet<Operation *, 16> own(calls.begin(), calls.end());
    for (Operation *op : calls)
      for (Value input : cast<plan::CallOp>(op).getInputs()) {
        Value source = plan::getSource(input);
        Operation *producer = source.getDefiningOp();
        if (!producer ||
            !(own.contains(producer) || isa<onnx::ConstantOp>(producer)))
          builder.inputs.insert(source);
      }
    SmallVector<int64_t> slotsOf;
    SmallVector<bool> transfers;
    SmallVector<Value> given, taken;
    for (Value input : builder.inputs) {
      Value original = getOriginal(input);
      bool isNew = resident.insert(original).second;
      slotsOf.push_back(getSlot(original));
      transfers.push_back(isNew);
      if (isNew)
        given.push_back(input);
    }
    for (Operation *op : calls)
      for (Value result : op->getResults()) {
        if (!isReadOutside(result, own))
          continue;
        builder.outputs.insert(result);
        resident.insert(result);
        slotsOf.push_back(getSlot(result));
        transfers.push_back(isReadByHost(result));
        if (transfers.back())
          taken.push_back(result);
      }
    ModuleOp part = builder.build(calls, *placement, copies);
    builder.describe(slotsOf, transfers);

    OpBuilder host(end);
    auto offload = plan::OffloadOp::create(
        host, calls.front()->getLoc(), TypeRange(ValueRange(taken)),
        host.getI64IntegerAttr(parts.size()), given);
    for (auto [result, value] : llvm::zip(offload.getResults(), taken)) {
      originals[result] = value;
      value.replaceUsesWithIf(result, [&](OpOperand &use) {
        return !placement->isOnDevice(use.getOwner());
      });
    }
    parts.push_back(part);
    return offload;
  }

  /// Kernels and constants that the host has no use for.
  void dropUnused() {
    llvm::StringSet<> called;
    main.walk<WalkOrder::PostOrder, ReverseIterator>([&](Operation *op) {
      if (auto call = dyn_cast<plan::CallOp>(op))
        called.insert(call.getCallee());
      if (isFreeInPlan(op) && op->use_empty())
        op->erase();
    });
    for (auto kernel :
         llvm::make_early_inc_range(getOperation().getOps<func::FuncOp>()))
      if (isKernel(kernel) && !called.contains(kernel.getName()))
        kernel.erase();
  }

  /// One blob for both, what the device reads first.
  void placeWeights() {
    WeightPlaces weights;
    auto placeAll = [&](Operation *in) {
      in->walk([&](onnx::ConstantOp op) { weights.place(op.getElements()); });
    };
    for (ModuleOp part : parts)
      placeAll(part);
    Builder b(&getContext());
    plan::attrs::DeviceWeights::set(getOperation(),
                                    b.getI64IntegerAttr(weights.getBytes()));
    placeAll(main);
    ArrayAttr list = weights.getList(&getContext());
    for (ModuleOp part : parts)
      plan::attrs::SharedWeights::set(part, list);
    plan::attrs::SharedWeights::set(getOperation(), list);
  }
};

} // namespace
