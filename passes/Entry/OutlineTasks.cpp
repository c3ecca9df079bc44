//===- OutlineTasks.cpp - Independent tasks run on the context's threads --===//
//
// A scf.forall that takes long enough,
//
//   scf.forall (%i, %j) in (8, 12) { body }
//
// becomes
//
//   func @kernel_0_task_0(%x, ..., %begin, %end) {     body for begin <= t <
//   end
//     i, j = begin / 12, begin % 12                    divided once,
//     for t = begin to end { body; count i, j up }     then counted up
//   }
//   func @kernel_0_tasks_0(%args, %begin, %end) {      what parallel_for calls
//     kernel_0_task_0(args->x, ..., begin, end)
//   }
//
// and in its place: with a parallel_for in the context, and work for more than
// kWorthwhile, a call of that, else one of @kernel_0_task_0 with all tasks. So
// the code of the tasks is there once, with arguments that do not alias. What
// is computed in front of the loop from the kernel's arguments is computed
// again in the task; only arguments and what was loaded are passed.
//
// A task is the same whoever runs it: results have the same bits for any number
// of threads.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/plan/Kernels.h"
#include "mlir/Conversion/LLVMCommon/MemRefBuilder.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/Transforms/Transforms.h"
#include "mlir/Transforms/RegionUtils.h"
#include "passes/Entry/EntryPasses.h"
#include "passes/Entry/TaskCost.h"
#include "targets/RuntimeABI.h"
#include "llvm/ADT/SetVector.h"

namespace onnxc {
#define GEN_PASS_DEF_OUTLINETASKS
#include "passes/Entry/EntryPasses.h.inc"
} // namespace onnxc

using namespace mlir;
using namespace onnxc;

namespace {

// In tenths of a nanosecond. Waking a thread takes 5 to 50 microseconds.
constexpr int64_t kWorthwhile = 1'000'000;
constexpr int64_t kPiece = 300'000;

Value index(OpBuilder &b, Location loc, int64_t value) {
  return arith::ConstantIndexOp::create(b, loc, value);
}

/// Scratch on the stack lasts for a task; in a loop it would grow.
void hoistScratch(scf::ForallOp forall, Block &entry) {
  SmallVector<memref::AllocaOp> scratch;
  forall->walk([&](memref::AllocaOp alloca) { scratch.push_back(alloca); });
  for (memref::AllocaOp alloca : scratch)
    if (alloca.getType().hasStaticShape())
      alloca->moveBefore(&entry, entry.begin());
}

/// One scf.forall that becomes a function.
class Outlining {
public:
  Outlining(scf::ForallOp forall, func::FuncOp kernel, StringRef number,
            const LowerToLLVMOptions &options)
      : forall(forall), kernel(kernel), loc(forall.getLoc()),
        b(kernel.getContext()), types(kernel.getContext(), options),
        pointer(LLVM::LLVMPointerType::get(kernel.getContext())) {
    taskName = (kernel.getName() + "_task_" + number).str();
    bodyName = (kernel.getName() + "_tasks_" + number).str();
  }

  /// Whether all that the tasks use can be passed or computed again.
  bool isPossible() {
    collect();
    return llvm::all_of(passed, [](Value value) {
      auto type = dyn_cast<MemRefType>(value.getType());
      return !type || (type.hasStaticShape() && type.getLayout().isIdentity());
    });
  }

  /// Replaces the loop. `cost` is that of a task, `count` their number.
  void run(Value cost, Value count, SymbolTable &symbols) {
    symbols.insert(buildTask(), std::next(Block::iterator(kernel)));
    symbols.insert(buildBody(), std::next(Block::iterator(kernel)));
    replace(cost, count);
  }

private:
  /// Finds what the loop uses: values to pass and ops to repeat.
  void collect() {
    llvm::SetVector<Value> used;
    getUsedValuesDefinedAbove(forall.getRegion(), used);
    used.insert(forall->operand_begin(), forall->operand_end());
    for (Value value : used)
      collect(value);
  }

  void collect(Value value) {
    if (!seen.insert(value).second)
      return;
    Operation *op = value.getDefiningOp();
    if (op && op->getNumRegions() == 0 && isMemoryEffectFree(op)) {
      for (Value operand : op->getOperands())
        collect(operand);
      if (repeatedOps.insert(op).second)
        repeated.push_back(op);
      return;
    }
    passed.push_back(value);
    if (isa<MemRefType>(value.getType()))
      argumentTypes.push_back(pointer);
    else
      argumentTypes.push_back(value.getType());
  }

  /// The function over a range of tasks.
  func::FuncOp buildTask() {
    SmallVector<Type> inputs(argumentTypes);
    inputs.append(2, b.getIndexType());
    b.clearInsertionPoint();
    auto task =
        func::FuncOp::create(b, loc, taskName, b.getFunctionType(inputs, {}));
    task.setPrivate();
    SmallVector<Attribute> flags;
    if (auto inherited = kernel->getAttrOfType<ArrayAttr>("passthrough"))
      llvm::append_range(flags, inherited);
    flags.push_back(b.getStringAttr("noinline"));
    task->setAttr("passthrough", b.getArrayAttr(flags));

    Block *entry = task.addEntryBlock();
    b.setInsertionPointToStart(entry);
    IRMapping mapping;
    for (auto [i, value] : llvm::enumerate(passed)) {
      Value argument = entry->getArgument(i);
      if (auto type = dyn_cast<MemRefType>(value.getType())) {
        Value descriptor =
            MemRefDescriptor::fromStaticShape(b, loc, types, type, argument);
        argument = UnrealizedConversionCastOp::create(b, loc, type, descriptor)
                       .getResult(0);
      }
      mapping.map(value, argument);
      if (entry->getArgument(i).getType() == pointer)
        task.setArgAttr(i, LLVM::LLVMDialect::getNoAliasAttrName(),
                        b.getUnitAttr());
    }
    for (Operation *op : repeated)
      b.clone(*op, mapping);
    buildLoop(entry->getArgument(passed.size()),
              entry->getArgument(passed.size() + 1), mapping);
    b.setInsertionPointToEnd(entry);
    func::ReturnOp::create(b, loc);
    return task;
  }

  /// for t = begin to end, with the loop's indices counted along.
  void buildLoop(Value begin, Value end, IRMapping &mapping) {
    SmallVector<Value> sizes, from, steps;
    auto get = [&](OpFoldResult ofr) {
      if (auto value = dyn_cast<Value>(ofr))
        return mapping.lookup(value);
      return index(b, loc, *getConstantIntValue(ofr));
    };
    for (auto [low, high, step] :
         llvm::zip(forall.getMixedLowerBound(), forall.getMixedUpperBound(),
                   forall.getMixedStep())) {
      from.push_back(get(low));
      steps.push_back(get(step));
      sizes.push_back(b.createOrFold<arith::CeilDivUIOp>(
          loc, b.createOrFold<arith::SubIOp>(loc, get(high), from.back()),
          steps.back()));
    }
    // The first task's indices; the outermost size is of no interest. Where
    // there are no tasks a size is 0.
    SmallVector<Value> first(sizes.size());
    Value zero = index(b, loc, 0), one = index(b, loc, 1);
    Value rest = begin;
    for (size_t i = sizes.size() - 1; i > 0; --i) {
      Value size = b.createOrFold<arith::MaxUIOp>(loc, sizes[i], one);
      first[i] = b.createOrFold<arith::RemUIOp>(loc, rest, size);
      rest = b.createOrFold<arith::DivUIOp>(loc, rest, size);
    }
    first[0] = rest;
    auto loop = scf::ForOp::create(b, loc, begin, end, one, first);
    b.setInsertionPointToStart(loop.getBody());
    SmallVector<Value> at(loop.getRegionIterArgs());
    for (auto [argument, place, low, step] :
         llvm::zip(forall.getInductionVars(), at, from, steps))
      mapping.map(
          argument,
          b.createOrFold<arith::AddIOp>(
              loc, b.createOrFold<arith::MulIOp>(loc, place, step), low));
    for (Operation &op : forall.getBody()->without_terminator())
      b.clone(op, mapping);
    Value carries = arith::ConstantIntOp::create(b, loc, b.getI1Type(), 1);
    for (size_t i = sizes.size(); i-- > 0;) {
      Value next = arith::AddIOp::create(b, loc, at[i], one);
      next = arith::SelectOp::create(b, loc, carries, next, at[i]);
      if (i > 0) {
        carries = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, next,
                                        sizes[i]);
        next = arith::SelectOp::create(b, loc, carries, zero, next);
      }
      at[i] = next;
    }
    scf::YieldOp::create(b, loc, at);
    // Only tasks' own scratch is left in the loop.
    Block *entry = loop->getBlock();
    SmallVector<memref::AllocaOp> scratch;
    loop->walk([&](memref::AllocaOp alloca) { scratch.push_back(alloca); });
    for (memref::AllocaOp alloca : scratch)
      alloca->moveBefore(entry, entry->begin());
  }

  Type getFieldType(Type type) {
    return type.isIndex() ? b.getI64Type() : type;
  }
  LLVM::LLVMStructType getArgsType() {
    SmallVector<Type> fields;
    for (Type type : argumentTypes)
      fields.push_back(getFieldType(type));
    return LLVM::LLVMStructType::getLiteral(b.getContext(), fields);
  }
  Value getField(Value args, int32_t number) {
    return LLVM::GEPOp::create(b, loc, pointer, getArgsType(), args,
                               ArrayRef<LLVM::GEPArg>{0, number});
  }
  Value toIndex(Value word) {
    return arith::IndexCastOp::create(b, loc, b.getIndexType(), word);
  }
  Value toWord(Value value) {
    return arith::IndexCastOp::create(b, loc, b.getI64Type(), value);
  }

  /// The onnxc_parallel_body.
  func::FuncOp buildBody() {
    Type word = b.getI64Type();
    b.clearInsertionPoint();
    auto body = func::FuncOp::create(
        b, loc, bodyName, b.getFunctionType({pointer, word, word}, {}));
    body.setPrivate();
    Block *entry = body.addEntryBlock();
    b.setInsertionPointToStart(entry);
    SmallVector<Value> arguments;
    for (auto [i, type] : llvm::enumerate(argumentTypes)) {
      Value value =
          LLVM::LoadOp::create(b, loc, getFieldType(type),
                               getField(entry->getArgument(0), int32_t(i)));
      arguments.push_back(type.isIndex() ? toIndex(value) : value);
    }
    arguments.push_back(toIndex(entry->getArgument(1)));
    arguments.push_back(toIndex(entry->getArgument(2)));
    func::CallOp::create(b, loc, taskName, TypeRange(), arguments);
    func::ReturnOp::create(b, loc);
    return body;
  }

  void replace(Value cost, Value count) {
    Block &entry = kernel.getBody().front();
    b.setInsertionPointToStart(&entry);
    Value args = LLVM::AllocaOp::create(
        b, loc, pointer, getArgsType(),
        arith::ConstantIntOp::create(b, loc, b.getI32Type(), 1));
    b.setInsertionPoint(forall);
    SmallVector<Value> arguments;
    for (Value value : passed) {
      if (auto type = dyn_cast<MemRefType>(value.getType())) {
        Value descriptor = UnrealizedConversionCastOp::create(
                               b, loc, types.convertType(type), value)
                               .getResult(0);
        value = MemRefDescriptor(descriptor).alignedPtr(b, loc);
      }
      arguments.push_back(value);
    }
    Value context = entry.getArgument(0);
    Value parallelFor = loadField(context, abi::ParallelFor);
    Value isParallel =
        LLVM::ICmpOp::create(b, loc, LLVM::ICmpPredicate::ne, parallelFor,
                             LLVM::ZeroOp::create(b, loc, pointer));
    if (!getConstantIntValue(cost) || !getConstantIntValue(count)) {
      Value work = arith::MulIOp::create(b, loc, cost, count);
      Value isLong = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::sge,
                                           work, index(b, loc, kWorthwhile));
      isParallel = arith::AndIOp::create(b, loc, isParallel, isLong);
    }
    auto branch = scf::IfOp::create(b, loc, isParallel,
                                    /*withElseRegion=*/true);
    b.setInsertionPoint(branch.elseBlock()->getTerminator());
    SmallVector<Value> all(arguments);
    all.append({index(b, loc, 0), count});
    func::CallOp::create(b, loc, taskName, TypeRange(), all);

    b.setInsertionPoint(branch.thenBlock()->getTerminator());
    for (auto [i, value] : llvm::enumerate(arguments))
      LLVM::StoreOp::create(b, loc,
                            value.getType().isIndex() ? toWord(value) : value,
                            getField(args, int32_t(i)));
    Type word = b.getI64Type();
    auto bodyType = b.getFunctionType({pointer, word, word}, {});
    Value body = func::ConstantOp::create(b, loc, bodyType, bodyName);
    body =
        UnrealizedConversionCastOp::create(b, loc, pointer, body).getResult(0);
    Value least = arith::MaxSIOp::create(b, loc, cost, index(b, loc, 1));
    Value grain =
        arith::CeilDivUIOp::create(b, loc, index(b, loc, kPiece), least);
    auto type =
        LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(b.getContext()),
                                    {pointer, pointer, pointer, word, word});
    LLVM::CallOp::create(b, loc, type,
                         ValueRange{parallelFor, loadField(context, abi::Pool),
                                    body, args, toWord(count), toWord(grain)});
    forall.erase();
  }

  Value loadField(Value context, abi::ContextField field) {
    Value address = LLVM::GEPOp::create(b, loc, pointer, pointer, context,
                                        ArrayRef<LLVM::GEPArg>{int32_t(field)});
    return LLVM::LoadOp::create(b, loc, pointer, address);
  }

  scf::ForallOp forall;
  func::FuncOp kernel;
  Location loc;
  OpBuilder b;
  LLVMTypeConverter types;
  Type pointer;
  std::string taskName, bodyName;
  llvm::DenseSet<Value> seen;
  llvm::DenseSet<Operation *> repeatedOps;
  SmallVector<Operation *> repeated;
  SmallVector<Value> passed;
  SmallVector<Type> argumentTypes;
};

struct OutlineTasks : onnxc::impl::OutlineTasksBase<OutlineTasks> {
  using OutlineTasksBase::OutlineTasksBase;

  void runOnOperation() override {
    SymbolTable symbols(getOperation());
    SmallVector<func::FuncOp> kernels;
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (isKernel(function) && !function.isExternal())
        kernels.push_back(function);
    LowerToLLVMOptions options(&getContext());
    MachineModel machine = getMachine(getOperation());
    hasThreads = machine.hasThreads;
    options.overrideIndexBitwidth(machine.pointerBits);
    for (func::FuncOp kernel : kernels)
      if (failed(visit(kernel, symbols, options)))
        return signalPassFailure();
  }

private:
  bool hasThreads = true;

  LogicalResult visit(func::FuncOp kernel, SymbolTable &symbols,
                      const LowerToLLVMOptions &options) {
    SmallVector<scf::ForallOp> foralls;
    kernel.walk<WalkOrder::PreOrder>([&](scf::ForallOp forall) {
      foralls.push_back(forall);
      return WalkResult::skip();
    });
    unsigned number = 0;
    for (scf::ForallOp forall : foralls) {
      OpBuilder b(forall);
      Value cost = buildTaskCost(b, forall);
      Value count = buildCount(b, forall);
      std::optional<int64_t> knownCost = getConstantIntValue(cost);
      std::optional<int64_t> knownCount = getConstantIntValue(count);
      bool isShort =
          !hasThreads || knownCount == 1 || knownCount == 0 ||
          (knownCost && knownCount &&
           llvm::divideCeil(kWorthwhile, std::max<int64_t>(*knownCost, 1)) >
               uint64_t(*knownCount));
      Outlining outlining(forall, kernel, std::to_string(number), options);
      if (isShort || !outlining.isPossible()) {
        hoistScratch(forall, kernel.getBody().front());
        IRRewriter rewriter(forall);
        if (failed(scf::forallToForLoop(rewriter, forall)))
          return failure();
        continue;
      }
      if (number == 0 &&
          failed(kernel.insertArgument(
              0, LLVM::LLVMPointerType::get(kernel.getContext()),
              b.getDictionaryAttr(plan::attrs::Context::named(b.getContext())),
              kernel.getLoc())))
        return failure();
      outlining.run(cost, count, symbols);
      ++number;
    }
    return success();
  }

  static Value buildCount(OpBuilder &b, scf::ForallOp forall) {
    Location loc = forall.getLoc();
    Value count = index(b, loc, 1);
    for (auto [low, high, step] :
         llvm::zip(forall.getLowerBound(b), forall.getUpperBound(b),
                   forall.getStep(b))) {
      Value size = b.createOrFold<arith::CeilDivUIOp>(
          loc, b.createOrFold<arith::SubIOp>(loc, high, low), step);
      count = b.createOrFold<arith::MulIOp>(loc, count, size);
    }
    return count;
  }
};

} // namespace
