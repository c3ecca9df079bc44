//===- VersionKernels.cpp - A version of a kernel for equal sizes ---------===//
//
// A free dimension that another one broadcasts is expanded, in case that it is
// 1. Exporters name dimensions apart that are equal, so that this is rarely so:
// where sizes are equal the kernel's version does without, and its loops are
// those of dimensions with one name.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ShapeOps.h"
#include "dialects/plan/Kernels.h"
#include "dialects/plan/MachineModel.h"
#include "passes/Tensor/TensorPasses.h"

namespace onnxc {
#define GEN_PASS_DEF_VERSIONKERNELS
#include "passes/Tensor/TensorPasses.h.inc"
} // namespace onnxc

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

/// The sizes that are equal as a rule, in pairs.
Dims getSizesToCompare(func::FuncOp kernel) {
  Dims sizes;
  llvm::DenseSet<std::pair<AffineExpr, AffineExpr>> seen;
  kernel.walk([&](ExpandOp op) {
    for (auto pair : op.getSizesToCompare())
      if (seen.insert(pair).second)
        sizes.append({pair.first, pair.second});
  });
  return sizes;
}

struct VersionKernels : onnxc::impl::VersionKernelsBase<VersionKernels> {
  using VersionKernelsBase::VersionKernelsBase;

  void runOnOperation() override {
    // What a device records does not branch.
    if (getMachine(getOperation()).isDevice())
      return;
    for (auto kernel :
         llvm::make_early_inc_range(getOperation().getOps<func::FuncOp>())) {
      if (!isKernel(kernel))
        continue;
      Dims sizes = getSizesToCompare(kernel);
      if (!sizes.empty())
        addVersion(kernel, sizes);
    }
  }

private:
  void addVersion(func::FuncOp kernel, const Dims &sizes) {
    func::FuncOp version = kernel.clone();
    version.setName((kernel.getName() + "_of_equal").str());
    plan::attrs::VersionOf::set(
        version, FlatSymbolRefAttr::get(kernel.getSymNameAttr()));
    plan::attrs::WhenEqual::set(version, DimsAttr::get(&getContext(), sizes));
    kernel->getBlock()->getOperations().insertAfter(kernel->getIterator(),
                                                    version);
    version.walk([](ExpandOp op) {
      if (!op.isAlignment())
        return;
      op.getOutput().replaceAllUsesWith(op.getInput());
      op.erase();
    });
    Block &body = version.getBody().front();
    version.setType(FunctionType::get(&getContext(), body.getArgumentTypes(),
                                      body.getTerminator()->getOperandTypes()));
  }
};

} // namespace
