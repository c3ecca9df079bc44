//===- ReuseInputs.cpp - Results take the memory of inputs that die -------===//
//
// A kernel that reads an element of an input for the last time before it writes
// the same element of its result can write onto the input. Which arguments
// these are is read off the kernel's body:
//
//   linalg.generic ins(%x) outs(%t)       reads x in any order; it is before
//   linalg.generic ins(%t, %x) outs(%y)   the first op that writes y, and here
//                                         both go element by element
//
// In a scf.forall the same holds of the slices that a task takes of both. Where
// memory is scarce, some convolutions copy what they have yet to read.
//
// Where @main passes a value that nothing reads afterwards, a variant of the
// kernel is called that has one argument for both. So no two arguments of a
// kernel overlap, and the passes behind see what is read and written.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/SymbolicShape.h"
#include "dialects/plan/Contractions.h"
#include "dialects/plan/Kernels.h"
#include "dialects/plan/Plan.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "passes/Loops/BlockedConvGeometry.h"
#include "passes/Loops/LoopsPasses.h"
#include "llvm/ADT/BitVector.h"
#include <map>

namespace onnxc {
#define GEN_PASS_DEF_REUSEINPUTS
#include "passes/Loops/LoopsPasses.h.inc"
} // namespace onnxc

using namespace mlir;
using namespace onnxc;
using plan::getSource;

namespace {

/// A buffer under all its shapes, and what reads or writes it.
struct Accesses {
  SmallVector<OpOperand *> uses;

  explicit Accesses(ArrayRef<Value> buffers) {
    SmallVector<Value> views(buffers);
    while (!views.empty())
      for (OpOperand &use : views.pop_back_val().getUses()) {
        Operation *user = use.getOwner();
        if (isa<memref::CollapseShapeOp, memref::ExpandShapeOp, memref::CastOp>(
                user))
          views.push_back(user->getResult(0));
        else if (!isa<memref::DimOp>(user))
          uses.push_back(&use);
      }
  }
};

/// Whether two operands of the same type show their buffers in the same way.
bool haveEqualViews(OpOperand *a, OpOperand *b, ArrayRef<Value> buffers) {
  auto type = dyn_cast<MemRefType>(a->get().getType());
  return type && type == b->get().getType() &&
         (type.hasStaticShape() || (llvm::is_contained(buffers, a->get()) &&
                                    llvm::is_contained(buffers, b->get())));
}

/// Whether the op goes through input and result element by element.
bool isElementwise(linalg::LinalgOp op, ArrayRef<OpOperand *> ins,
                   ArrayRef<OpOperand *> outs, ArrayRef<Value> buffers) {
  if (op.getNumReductionLoops() != 0 ||
      !llvm::all_of(*op.getBlock(), [](Operation &inner) {
        return isMemoryEffectFree(&inner) && inner.getNumRegions() == 0;
      }))
    return false;
  for (OpOperand *out : outs)
    for (OpOperand *in : ins) {
      AffineMap map = op.getMatchingIndexingMap(out);
      if (!op.isDpsInit(out) || !map.isPermutation() ||
          map != op.getMatchingIndexingMap(in) ||
          !haveEqualViews(in, out, buffers))
        return false;
    }
  return true;
}

bool isReadBeforeWritten(Block &block, ArrayRef<Value> input,
                         ArrayRef<Value> result, int64_t copyBytes = 0);

/// Whether the use is as the image of a convolution that may write onto it.
bool isOverwrittenImage(OpOperand *use, int64_t copyBytes) {
  auto load = dyn_cast<memref::LoadOp>(use->getOwner());
  auto conv = load ? dyn_cast<linalg::GenericOp>(load->getParentOp())
                   : linalg::GenericOp();
  if (!copyBytes || !conv || !getConvolution(conv))
    return false;
  // Any machine will do whose vectors are as long as a block of channels.
  auto result = cast<MemRefType>(conv.getDpsInits()[0].getType());
  RegisterFile any(getMachine(nullptr));
  any.vectorBits = result.getShape().back() * result.getElementTypeBitWidth();
  std::optional<Contraction> contraction = matchContraction(conv);
  if (!contraction)
    return false;
  std::optional<BlockedConvGeometry> g = matchBlockedConv(*contraction, any);
  return g && canWriteOntoImage(*g, copyBytes);
}

/// A factor of a product is read while finished elements are written.
bool isFactor(Operation *reader) {
  for (; reader; reader = reader->getParentOp())
    if (isContraction(reader))
      return true;
  return false;
}

/// Whether each task has one slice of input and result, the same of both.
bool takesEqualSlices(scf::ForallOp op, ArrayRef<OpOperand *> ins,
                      ArrayRef<OpOperand *> outs) {
  SmallVector<Value> inSlices, outSlices;
  memref::SubViewOp first;
  auto collect = [&](ArrayRef<OpOperand *> uses, SmallVector<Value> &slices) {
    for (OpOperand *use : uses) {
      auto slice = dyn_cast<memref::SubViewOp>(use->getOwner());
      if (!slice || slice->getBlock() != op.getBody())
        return false;
      if (!first)
        first = slice;
      if (slice.getType() != first.getType() ||
          slice.getSource().getType() != first.getSource().getType() ||
          slice.getMixedOffsets() != first.getMixedOffsets() ||
          slice.getMixedSizes() != first.getMixedSizes() ||
          slice.getMixedStrides() != first.getMixedStrides())
        return false;
      slices.push_back(slice);
    }
    return true;
  };
  return collect(ins, inSlices) && collect(outs, outSlices) &&
         isReadBeforeWritten(*op.getBody(), inSlices, outSlices);
}

/// Whether no element of the input is read after the result's was written.
bool isReadBeforeWritten(Block &block, ArrayRef<Value> input,
                         ArrayRef<Value> result, int64_t copyBytes) {
  Accesses reads(input), writes(result);
  Operation *first = nullptr;
  // The emitter of such a convolution has no need of the zeros in its sums.
  bool isOverwritten = llvm::any_of(reads.uses, [&](OpOperand *use) {
    return isOverwrittenImage(use, copyBytes);
  });
  for (OpOperand *use : writes.uses) {
    if (isOverwritten && isa<linalg::FillOp>(use->getOwner()))
      continue;
    Operation *op = block.findAncestorOpInBlock(*use->getOwner());
    if (!op)
      return false;
    if (!first || op->isBeforeInBlock(first))
      first = op;
  }
  if (!first)
    return false;
  SmallVector<OpOperand *> ins, outs;
  for (OpOperand *use : reads.uses) {
    Operation *op = block.findAncestorOpInBlock(*use->getOwner());
    if (!op || (op != first && !op->isBeforeInBlock(first)))
      return false;
    if (isOverwrittenImage(use, copyBytes))
      continue;
    if (isFactor(use->getOwner()))
      return false;
    if (op == first)
      ins.push_back(use);
  }
  if (ins.empty())
    return true;
  for (OpOperand *use : writes.uses)
    if (block.findAncestorOpInBlock(*use->getOwner()) == first)
      outs.push_back(use);
  if (auto forall = dyn_cast<scf::ForallOp>(first))
    return takesEqualSlices(forall, ins, outs);
  SmallVector<Value> buffers(input);
  buffers.append(result.begin(), result.end());
  if (isa<memref::CopyOp>(first))
    return ins.size() == 1 && outs.size() == 1 &&
           haveEqualViews(ins[0], outs[0], buffers);
  auto linalgOp = dyn_cast<linalg::LinalgOp>(first);
  return linalgOp && isElementwise(linalgOp, ins, outs, buffers);
}

/// Whether nothing but the call reads the value from the call on.
bool diesAt(Value source, plan::CallOp call) {
  SmallVector<Value> names = {source};
  while (!names.empty())
    for (Operation *user : names.pop_back_val().getUsers()) {
      if (auto view = dyn_cast<plan::ViewOp>(user))
        names.push_back(view);
      Operation *op = call->getBlock()->findAncestorOpInBlock(*user);
      if (!op || (op != call.getOperation() && !op->isBeforeInBlock(call) &&
                  !isa<plan::ViewOp>(user)))
        return false;
    }
  return true;
}

/// Changes one module; a pass may see several.
class InputReuse {
public:
  InputReuse(ModuleOp module, int64_t copyBytes)
      : module(module), copyBytes(copyBytes) {}

  void run() {
    auto main = module.lookupSymbol<func::FuncOp>("main");
    if (!main)
      return;
    for (Type type : main.getArgumentTypes())
      numInputSymbols += type.isIndex();
    SymbolTable symbols(module);
    main.walk([&](plan::CallOp call) { visit(call, symbols); });

    llvm::DenseSet<StringRef> called;
    main.walk([&](plan::CallOp call) { called.insert(call.getCallee()); });
    for (auto kernel :
         llvm::make_early_inc_range(module.getOps<func::FuncOp>()))
      if (replaced.contains(kernel) && !called.contains(kernel.getName()))
        symbols.erase(kernel);
  }

private:
  ModuleOp module;
  int64_t copyBytes;
  /// For each result the number of the input that it takes over, or -1.
  using Reused = SmallVector<int64_t>;

  void visit(plan::CallOp call, SymbolTable &symbols) {
    auto kernel = symbols.lookup<func::FuncOp>(call.getCallee());
    Reused reused;
    bool any = false;
    for (size_t i = 0; i < call.getResults().size(); ++i) {
      reused.push_back(chooseInput(call, kernel, i, reused));
      any |= reused.back() >= 0;
    }
    if (!any)
      return;
    func::FuncOp &variant = variants[{kernel.getOperation(), reused}];
    if (!variant) {
      variant = makeVariant(kernel, reused, call.getInputs().size());
      symbols.insert(variant, std::next(Block::iterator(kernel)));
    }
    replaced.insert(kernel);
    call.setCallee(variant.getName());
    call.setReused(reused);
  }

  /// What does is allocated when its size is known, and a view of it may have
  /// a size that does not.
  bool dependsOnData(Value value) const {
    std::optional<onnx::Dims> dims = onnx::getDims(value);
    return !dims || onnx::getNumSymbols(*dims) > numInputSymbols;
  }

  int64_t chooseInput(plan::CallOp call, func::FuncOp kernel, size_t result,
                      ArrayRef<int64_t> taken) {
    Value output = call.getResult(result);
    unsigned to = call.getInputs().size() + result;
    if (dependsOnData(output) || output.use_empty())
      return -1;
    for (size_t i = 0; i < call.getInputs().size(); ++i) {
      Value source = getSource(call.getInputs()[i]);
      if (!source.getDefiningOp<plan::CallOp>() || dependsOnData(source) ||
          source.getParentBlock() != call->getBlock() ||
          llvm::is_contained(taken, int64_t(i)) ||
          llvm::count_if(call.getInputs(), [&](Value other) {
            return getSource(other) == source;
          }) != 1)
        continue;
      if (kernel.getArgument(i).getType() != kernel.getArgument(to).getType() ||
          plan::attrs::Dims::get(kernel, i) !=
              plan::attrs::Dims::get(kernel, to))
        continue;
      if (diesAt(source, call) && mayReuse(kernel, i, to))
        return i;
    }
    return -1;
  }

  bool mayReuse(func::FuncOp kernel, unsigned input, unsigned result) {
    auto [it, isNew] = known.insert({{kernel, {input, result}}, false});
    if (isNew)
      it->second = isReadBeforeWritten(kernel.getBody().front(),
                                       {kernel.getArgument(input)},
                                       {kernel.getArgument(result)}, copyBytes);
    return it->second;
  }

  static func::FuncOp makeVariant(func::FuncOp kernel, ArrayRef<int64_t> reused,
                                  unsigned numInputs) {
    func::FuncOp variant = kernel.clone();
    variant.setName((kernel.getName() + "_in_place").str());
    llvm::BitVector erased(variant.getNumArguments());
    for (auto [result, input] : llvm::enumerate(reused)) {
      if (input < 0)
        continue;
      variant.getArgument(input).replaceAllUsesWith(
          variant.getArgument(numInputs + result));
      erased.set(input);
    }
    (void)variant.eraseArguments(erased);
    return variant;
  }

  unsigned numInputSymbols = 0;
  llvm::DenseMap<std::pair<Operation *, std::pair<unsigned, unsigned>>, bool>
      known;
  std::map<std::pair<Operation *, Reused>, func::FuncOp> variants;
  llvm::DenseSet<Operation *> replaced;
};

struct ReuseInputs : onnxc::impl::ReuseInputsBase<ReuseInputs> {
  using ReuseInputsBase::ReuseInputsBase;

  void runOnOperation() override {
    // Where memory is short, a convolution writes onto its image if a copy of
    // some of it fits on the stack.
    MachineModel machine = getMachine(getOperation());
    InputReuse(getOperation(), machine.hasThreads ? 0 : machine.stackBytes)
        .run();
  }
};

} // namespace
