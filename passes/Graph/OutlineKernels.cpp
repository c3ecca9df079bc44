//===- OutlineKernels.cpp - Cut the graph into kernels --------------------===//
//
// Each group of ops moves into a function of its own. The function's symbols
// are numbered anew, from s0, and scalars that are constants move along, so
// that equal work gives equal functions, of which one is kept. Where several
// would differ in the values of scalars only, as the scales of a quantised
// model do, those become arguments:
//
//   Mul(x, 0.5), Mul(x, 0.25)  ->  kernel(x, s) = Mul(x, s), called twice
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/PiecewiseExpr.h"
#include "dialects/onnx/ShapeOps.h"
#include "dialects/plan/Kernels.h"
#include "dialects/plan/Makers.h"
#include "mlir/IR/IRMapping.h"
#include "passes/Graph/GraphPasses.h"
#include "passes/Graph/KernelGroups.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

namespace onnxc {
#define GEN_PASS_DEF_OUTLINEKERNELS
#include "passes/Graph/GraphPasses.h.inc"
} // namespace onnxc

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

/// Gives a kernel symbols of its own, in the order of their first use. What
/// has cases (PiecewiseExpr.h) is one symbol, which @main computes.
class SymbolMap {
public:
  explicit SymbolMap(MLIRContext *context) : context(context) {}

  AffineExpr map(AffineExpr expr) { return simplify(replace(expr)); }

  Type map(Type type) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    std::optional<Dims> dims = getDims(type);
    if (!tensor || !dims)
      return type;
    for (AffineExpr &dim : *dims)
      dim = map(dim);
    return getTensorType(*dims, tensor.getElementType());
  }

  /// What the kernel's symbols are to @main.
  ArrayRef<AffineExpr> getUsed() const { return used.getArrayRef(); }

private:
  MLIRContext *context;
  llvm::SetVector<AffineExpr> used;

  AffineExpr getSymbol(AffineExpr expr) {
    used.insert(expr);
    return getAffineSymbolExpr(
        std::distance(used.begin(), llvm::find(used, expr)), context);
  }

  AffineExpr replace(AffineExpr expr) {
    if (isa<AffineSymbolExpr>(expr))
      return getSymbol(expr);
    auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
    if (!binary)
      return expr;
    if (isPiecewise(expr)) {
      // A symbol is not negative; a sign is at least -1.
      if (isKnownNonNegative(expr))
        return getSymbol(expr);
      if (getSignArgument(expr))
        return getSymbol(expr + 1) - 1;
    }
    return getAffineBinaryOpExpr(expr.getKind(), replace(binary.getLHS()),
                                 replace(binary.getRHS()));
  }
};

DimsAttr getDimsAttr(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor ? dyn_cast_or_null<DimsAttr>(tensor.getEncoding()) : DimsAttr();
}

/// Constants that a kernel is specialised for: scalars, short lists (axes,
/// shapes, scales), and what is computed from symbols. Complex numbers are no
/// constants of arith.
bool movesAlong(Operation *op) {
  if (isa_and_nonnull<DimsOp>(op))
    return true;
  auto constant = dyn_cast_or_null<ConstantOp>(op);
  if (!constant || !isa_and_nonnull<DenseElementsAttr>(constant.getElements()))
    return false;
  auto type = cast<RankedTensorType>(constant.getType());
  int64_t count = type.getNumElements();
  if (!type.getElementType().isIntOrFloat())
    return false;
  return count == 1 ||
         (type.getRank() == 1 &&
          count <= (isa<IntegerType>(type.getElementType()) ? 32 : 8));
}

/// A scalar that elementwise ops alone read: it may as well be an argument.
bool isParameter(Value value) {
  auto constant = value.getDefiningOp<ConstantOp>();
  return constant && cast<RankedTensorType>(value.getType()).getRank() == 0 &&
         llvm::all_of(value.getUsers(),
                      [](Operation *user) { return isa<ElementwiseOp>(user); });
}

/// What a kernel takes and gives.
struct Boundary {
  llvm::SetVector<Value> inputs;
  SmallVector<Value> outputs;
};

Boundary getBoundary(const KernelGroup &group, bool takesParameters) {
  llvm::SmallPtrSet<Operation *, 8> members(group.begin(), group.end());
  Boundary result;
  for (Operation *op : group) {
    for (Value operand : op->getOperands()) {
      Operation *producer = operand.getDefiningOp();
      if (!producer || (!members.contains(producer) &&
                        (!movesAlong(producer) ||
                         (takesParameters && isParameter(operand)))))
        result.inputs.insert(operand);
    }
    for (Value output : op->getResults())
      if (llvm::any_of(output.getUsers(), [&](Operation *user) {
            return !members.contains(user);
          }))
        result.outputs.push_back(output);
  }
  return result;
}

std::string print(func::FuncOp kernel) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  kernel->print(stream, OpPrintingFlags().assumeVerified());
  return text;
}

struct OutlineKernels : onnxc::impl::OutlineKernelsBase<OutlineKernels> {
  using OutlineKernelsBase::OutlineKernelsBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto main = module.lookupSymbol<func::FuncOp>("main");
    if (!main) {
      module.emitError("has no function @main");
      return signalPassFailure();
    }
    separateParameters(main);
    separateAlignments(main);
    main.walk([&](Block *block) { outlineBlock(*block, main); });
    eraseDeadConstants(main);
  }

private:
  llvm::StringMap<StringAttr> kernels;

  void outlineBlock(Block &block, func::FuncOp main) {
    SmallVector<KernelGroup> groups = findKernelGroups(block);
    llvm::BitVector takesParameters = findParameterised(groups);
    for (auto [i, group] : llvm::enumerate(groups))
      outlineGroup(group, main, takesParameters[i]);
    for (Operation &op : llvm::make_early_inc_range(block)) {
      if (!op.hasTrait<IsView>() || !isa<OnnxDialect>(op.getDialect()))
        continue;
      OpBuilder b(&op);
      Value view = plan::ViewOp::create(b, op.getLoc(), op.getResultTypes()[0],
                                        op.getOperand(0));
      op.getResult(0).replaceAllUsesWith(view);
      op.erase();
    }
  }

  /// One for each use: that two are equal must not tell kernels apart.
  void separateParameters(func::FuncOp main) {
    SmallVector<ConstantOp> shared;
    main.walk([&](ConstantOp op) {
      if (!op->hasOneUse() && !op->use_empty() && isParameter(op.getOutput()))
        shared.push_back(op);
    });
    for (ConstantOp op : shared) {
      OpBuilder b(op);
      for (OpOperand &use :
           llvm::make_early_inc_range(llvm::drop_begin(op->getUses())))
        use.set(b.clone(*op)->getResult(0));
    }
  }

  /// An Expand that most often does nothing is part of each kernel that reads
  /// its result.
  void separateAlignments(func::FuncOp main) {
    SmallVector<ExpandOp> shared;
    main.walk([&](ExpandOp op) {
      if (op.isAlignment() && !op->use_empty())
        shared.push_back(op);
    });
    for (ExpandOp op : shared)
      for (OpOperand &use :
           llvm::make_early_inc_range(llvm::drop_begin(op->getUses()))) {
        OpBuilder b(op);
        use.set(b.clone(*op)->getResult(0));
      }
  }

  llvm::BitVector findParameterised(ArrayRef<KernelGroup> groups);
  void outlineGroup(KernelGroup &group, func::FuncOp main,
                    bool takesParameters);
  func::FuncOp buildKernel(const KernelGroup &group, ArrayRef<Value> inputs,
                           ArrayRef<Value> outputs, SymbolMap &symbols);
  StringAttr insertKernel(func::FuncOp kernel, KernelGroup &group);

  void eraseDeadConstants(func::FuncOp main) {
    SmallVector<Operation *> dead;
    main.walk([&](Operation *op) {
      if (isa<ConstantOp, DimsOp, plan::ViewOp>(op))
        dead.push_back(op);
    });
    for (Operation *op : llvm::reverse(dead))
      if (op->use_empty())
        op->erase();
  }
};

/// The groups whose kernels differ from others in such scalars only.
llvm::BitVector
OutlineKernels::findParameterised(ArrayRef<KernelGroup> groups) {
  auto describe = [&](const KernelGroup &group, bool takesParameters) {
    Boundary boundary = getBoundary(group, takesParameters);
    if (boundary.outputs.empty())
      return std::string();
    SymbolMap symbols(&getContext());
    func::FuncOp kernel = buildKernel(group, boundary.inputs.getArrayRef(),
                                      boundary.outputs, symbols);
    std::string text = print(kernel);
    kernel->destroy();
    return text;
  };
  // From a kernel with parameters to those without, and who would call it.
  struct Variants {
    llvm::StringSet<> texts;
    SmallVector<unsigned> callers;
  };
  llvm::StringMap<Variants> variants;
  for (auto [i, group] : llvm::enumerate(groups)) {
    bool hasParameters = llvm::any_of(group, [](Operation *op) {
      return llvm::any_of(op->getOperands(), isParameter);
    });
    if (!hasParameters)
      continue;
    Variants &entry = variants[describe(group, /*takesParameters=*/true)];
    entry.texts.insert(describe(group, /*takesParameters=*/false));
    entry.callers.push_back(i);
  }
  llvm::BitVector result(groups.size());
  for (auto &[text, entry] : variants)
    if (entry.texts.size() > 1)
      for (unsigned caller : entry.callers)
        result.set(caller);
  return result;
}

void OutlineKernels::outlineGroup(KernelGroup &group, func::FuncOp main,
                                  bool takesParameters) {
  llvm::SmallPtrSet<Operation *, 8> members(group.begin(), group.end());
  auto [inputs, outputs] = getBoundary(group, takesParameters);
  Operation *root = group.back();
  if (outputs.empty()) {
    for (Operation *op : llvm::reverse(group))
      op->erase();
    return;
  }

  SymbolMap symbols(&getContext());
  func::FuncOp kernel =
      buildKernel(group, inputs.getArrayRef(), outputs, symbols);
  StringAttr name = insertKernel(kernel, group);

  OpBuilder b(root);
  SmallVector<Value> symbolValues;
  for (AffineExpr expr : symbols.getUsed()) {
    // A symbol that nothing defines is an expression (`resolve-sizes`).
    if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
      if (Value value = getSymbolValue(b, main, symbol.getPosition())) {
        symbolValues.push_back(value);
        continue;
      }
    auto map = AffineMap::get(0, getNumSymbols(expr), expr);
    symbolValues.push_back(plan::SizeOp::create(
        b, root->getLoc(), b.getIndexType(), AffineMapAttr::get(map)));
  }
  SmallVector<Location> locs, makers;
  for (Operation *op : group)
    locs.push_back(op->getLoc());
  for (Value output : outputs)
    makers.push_back(output.getDefiningOp()->getLoc());
  auto call = plan::CallOp::create(
      b, getCallLoc(&getContext(), locs, makers),
      ValueRange(outputs).getTypes(), FlatSymbolRefAttr::get(name),
      inputs.getArrayRef(), symbolValues, /*reused=*/DenseI64ArrayAttr());
  for (auto [output, result] : llvm::zip(outputs, call.getResults()))
    output.replaceUsesWithIf(result, [&](OpOperand &use) {
      return !members.contains(use.getOwner());
    });
  for (Operation *op : llvm::reverse(group))
    op->erase();
}

func::FuncOp OutlineKernels::buildKernel(const KernelGroup &group,
                                         ArrayRef<Value> inputs,
                                         ArrayRef<Value> outputs,
                                         SymbolMap &symbols) {
  OpBuilder b(&getContext());
  Location loc = group.back()->getLoc();
  SmallVector<Type> types;
  for (Value input : inputs)
    types.push_back(symbols.map(input.getType()));
  auto kernel = func::FuncOp::create(loc, "kernel", b.getFunctionType({}, {}));
  Block *body = kernel.addEntryBlock();
  IRMapping mapping;
  for (auto [input, type] : llvm::zip(inputs, types))
    mapping.map(input, body->addArgument(type, loc));

  b.setInsertionPointToStart(body);
  auto clone = [&](Operation *op) {
    Operation *copy = b.clone(*op, mapping);
    if (auto dims = dyn_cast<DimsOp>(copy)) {
      Dims exprs;
      for (AffineExpr expr : dims.getValue().getExprs())
        exprs.push_back(symbols.map(expr));
      dims.setValueAttr(DimsAttr::get(&getContext(), exprs));
    }
    for (Value result : copy->getResults())
      result.setType(symbols.map(result.getType()));
  };
  for (Operation *op : group) {
    for (Value operand : op->getOperands())
      if (Operation *producer = operand.getDefiningOp();
          movesAlong(producer) && !mapping.contains(operand))
        clone(producer);
    clone(op);
  }
  SmallVector<Value> results;
  for (Value output : outputs)
    results.push_back(mapping.lookup(output));
  func::ReturnOp::create(b, loc, results);

  for (size_t i = 0, e = symbols.getUsed().size(); i < e; ++i)
    body->addArgument(b.getIndexType(), loc);
  kernel.setType(b.getFunctionType(body->getArgumentTypes(),
                                   ValueRange(results).getTypes()));
  // Lowering drops the types' expressions; the arguments keep them.
  for (auto [i, argument] : llvm::enumerate(body->getArguments()))
    if (auto dims = getDimsAttr(argument.getType()))
      plan::attrs::Dims::set(kernel, i, dims);
  for (auto [i, result] : llvm::enumerate(results))
    if (auto dims = getDimsAttr(result.getType()))
      plan::attrs::Dims::setOfResult(kernel, i, dims);
  kernel.setPrivate();
  markKernel(kernel);
  return kernel;
}

StringAttr OutlineKernels::insertKernel(func::FuncOp kernel,
                                        KernelGroup &group) {
  StringAttr &known = kernels[print(kernel)];
  if (known) {
    kernel->destroy();
    return known;
  }
  std::string name = "kernel_" + std::to_string(kernels.size() - 1);
  for (Operation *op : ArrayRef(group).take_front(4))
    name += "_" + op->getName().stripDialect().str();
  known = StringAttr::get(&getContext(), name);
  kernel.setName(known);
  getOperation().push_back(kernel);
  return known;
}

} // namespace
