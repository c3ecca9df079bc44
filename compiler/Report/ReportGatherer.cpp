//===- ReportGatherer.cpp - Looks on while a model is compiled ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Report/ReportGatherer.h"
#include "dialects/onnx/BlockedOps.h"
#include "dialects/onnx/Cost.h"
#include "dialects/onnx/WinogradOps.h"
#include "dialects/plan/Kernels.h"
#include "dialects/plan/NodeNames.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Pass/PassInstrumentation.h"

using namespace mlir;

namespace onnxc {

/// "kernel_3_Conv_in_place" -> "kernel_3_Conv", "kernel_3_Conv_2" -> the same.
static StringRef shorten(StringRef name) {
  if (name.consume_back("_in_place"))
    return name;
  StringRef rest = name.rtrim("0123456789");
  return rest.size() < name.size() && rest.consume_back("_") ? rest
                                                             : StringRef();
}

const KernelFacts *ReportFacts::lookUp(StringRef callee) const {
  for (StringRef name = callee; !name.empty(); name = shorten(name))
    if (auto it = kernels.find(name); it != kernels.end())
      return &it->second;
  return nullptr;
}

/// Sees the IR between passes.
class ReportGatherer::Observer : public PassInstrumentation {
public:
  explicit Observer(ReportGatherer &gatherer) : gatherer(gatherer) {}

  void runBeforePass(Pass *pass, Operation *op) override {
    auto main = getMain(op);
    if (!main)
      return;
    if (pass->getArgument() == "infer-shapes")
      gatherer.readNodes(main);
    if (pass->getArgument() == "fold-constants")
      gatherer.isFolding = true;
    if (pass->getArgument() == "write-entry")
      gatherer.facts.plans.push_back(readPlanFacts(cast<ModuleOp>(op), main));
  }

  void runAfterPass(Pass *pass, Operation *op) override {
    if (pass->getArgument() == "infer-shapes")
      if (auto main = getMain(op))
        gatherer.countMacs(main);
    if (pass->getArgument() == "fold-constants")
      gatherer.isFolding = false;
  }

private:
  ReportGatherer &gatherer;

  static func::FuncOp getMain(Operation *op) {
    if (auto module = dyn_cast<ModuleOp>(op))
      return module.lookupSymbol<func::FuncOp>("main");
    auto function = dyn_cast<func::FuncOp>(op);
    return function && function.getName() == "main" ? function : func::FuncOp();
  }
};

/// Hears remarks.
class ReportGatherer::Listener : public remark::detail::MLIRRemarkStreamerBase {
public:
  explicit Listener(ReportGatherer &gatherer) : gatherer(gatherer) {}

  void streamOptimizationRemark(const remark::detail::Remark &remark) override {
    std::string text;
    for (const auto &argument : remark.getArgs())
      text += argument.val;
    gatherer.addRemark({remark.getCategoryName().str(), text,
                        remark.getFunction().str(), remark.getLocation()});
  }

private:
  ReportGatherer &gatherer;
};

ReportGatherer::ReportGatherer(MLIRContext &context) : context(context) {
  remark::RemarkCategories categories;
  categories.missed = ".*";
  (void)remark::enableOptimizationRemarks(
      context, std::make_unique<Listener>(*this),
      std::make_unique<remark::RemarkEmittingPolicyAll>(), categories);
}

ReportGatherer::~ReportGatherer() { context.setRemarkEngine(nullptr); }

void ReportGatherer::watch(PassManager &pm) {
  pm.addInstrumentation(std::make_unique<Observer>(*this));
}

void ReportGatherer::addRemark(RemarkFacts remark) {
  std::lock_guard<std::mutex> lock(mutex);
  if (isFolding)
    return;
  for (RemarkFacts &known : facts.remarks)
    if (known.text == remark.text && known.function == remark.function &&
        known.loc == remark.loc) {
      ++known.count;
      return;
    }
  facts.remarks.push_back(std::move(remark));
}

/// The node and the operator that the importer has put in a location; the
/// second is empty for what is no node.
static std::pair<StringRef, StringRef> getNode(Location loc) {
  StringRef node, op;
  loc->walk([&](Location inner) {
    if (auto name = dyn_cast<NameLoc>(inner))
      (node.empty() ? node : op) = name.getName();
    return op.empty() ? WalkResult::advance() : WalkResult::interrupt();
  });
  return {node, op};
}

void ReportGatherer::readNodes(func::FuncOp main) {
  main.walk<WalkOrder::PreOrder>([&](Operation *op) {
    auto [node, name] = getNode(op->getLoc());
    if (!name.empty())
      facts.nodes.insert({node, {name.str(), {}}});
  });
}

void ReportGatherer::countMacs(func::FuncOp main) {
  main.walk([&](Operation *op) {
    AffineExpr macs = onnx::countMacs(op);
    if (!macs)
      return;
    NodeFacts &node = facts.nodes[getNode(op->getLoc()).first];
    node.macs = node.macs ? node.macs + macs : macs;
  });
}

/// Products of a blocked op as they are computed: the channels and columns that
/// fill a block are computed as well.
static AffineExpr countPacked(Operation *op) {
  Value weights = op->getOperand(1), result = op->getResult(0);
  auto type = dyn_cast<RankedTensorType>(weights.getType());
  std::optional<onnx::Dims> dims = onnx::getDims(result);
  if (!type || !type.hasStaticShape() || !dims || dims->empty())
    return {};
  AffineExpr elements = onnx::getNumElements(result);
  if (isa<onnx::PackedMatMulOp>(op)) {
    AffineExpr depth = onnx::getNumElements(op->getOperand(0));
    // Of A's [..., K] or [..., K/g, g] and the result's [..., N].
    return depth * dims->back();
  }
  std::optional<int64_t> filters = onnx::getConstant((*dims)[1]);
  std::optional<int64_t> lanes = onnx::getConstant(dims->back());
  if (!filters || !lanes || *filters * *lanes == 0)
    return {};
  AffineExpr products =
      elements * (type.getNumElements() / (*filters * *lanes));
  // Those of a tile are shared by all of its pixels.
  if (auto conv = dyn_cast<onnx::WinogradConvOp>(op))
    return products.floorDiv(conv.getTile() * conv.getTile());
  return products;
}

static std::string describeLayout(Operation *op) {
  auto getLast = [](Value value, unsigned fromEnd) -> std::string {
    std::optional<onnx::Dims> dims = onnx::getDims(value);
    if (!dims || dims->size() < fromEnd)
      return "?";
    return std::to_string(
        onnx::getConstant((*dims)[dims->size() - fromEnd]).value_or(0));
  };
  if (auto conv = dyn_cast<onnx::WinogradConvOp>(op))
    return "channels in blocks of " + getLast(op->getResult(0), 1) +
           ", Winograd's tiles of " + std::to_string(conv.getTile());
  if (isa<onnx::BlockedConvOp>(op))
    return "channels in blocks of " + getLast(op->getResult(0), 1);
  if (auto product = dyn_cast<onnx::PackedMatMulOp>(op))
    return "weights in panels of " +
           getLast(product.getB(), product.getGroup() == 1 ? 1 : 2);
  return {};
}

void ReportGatherer::readKernels(ModuleOp module) {
  for (auto kernel : module.getOps<func::FuncOp>()) {
    if (!isKernel(kernel))
      continue;
    KernelFacts &known = facts.kernels[kernel.getName()];
    kernel.walk([&](Operation *op) {
      StringRef name = op->getName().getStringRef();
      if (!name.consume_front("onnx.") || name == "Constant" ||
          name == "Dims" || op->hasTrait<OpTrait::IsTerminator>())
        return;
      known.operators.push_back(name.str());
      KernelFacts::Work work;
      for (StringRef node : listNodeNames(op->getLoc())) {
        auto *at = llvm::find(known.nodes, node);
        work.nodes.push_back(at - known.nodes.begin());
        if (at == known.nodes.end())
          known.nodes.push_back(node);
      }
      if (known.layout.empty())
        known.layout = describeLayout(op);
      work.macs =
          isa<onnx::BlockedConvOp, onnx::WinogradConvOp, onnx::PackedMatMulOp>(
              op)
              ? countPacked(op)
              : onnx::countMacs(op);
      if (work.macs)
        known.work.push_back(std::move(work));
    });
  }
}

} // namespace onnxc
