//===- JoinParts.cpp - The device's parts go into the host's module -------===//
//
// The entry point of part k becomes @onnxc_record_k. The memory that it needs
// is told by @onnxc_part_arena_bytes_k and @onnxc_part_tensor_bytes_k.
// Functions of the device are numbered through all parts; what records them
// counts from the part's first.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/plan/PlanAttrs.h"
#include "passes/Device/DevicePasses.h"
#include "passes/Entry/SizeFunctions.h"

namespace onnxc {
#define GEN_PASS_DEF_JOINPARTS
#include "passes/Device/DevicePasses.h.inc"
} // namespace onnxc

using namespace mlir;
using namespace onnxc;

namespace {

struct JoinParts : onnxc::impl::JoinPartsBase<JoinParts> {
  using JoinPartsBase::JoinPartsBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    Builder b(&getContext());
    SmallVector<Attribute> rows;
    int64_t numFunctions = 0;
    for (ModuleOp part : llvm::make_early_inc_range(module.getOps<ModuleOp>()))
      if (plan::PartAttr attr = plan::attrs::Part::get(part)) {
        rows.push_back(
            plan::RecordedPartAttr::get(&getContext(), numFunctions, attr));
        if (failed(join(part, attr, numFunctions)))
          return signalPassFailure();
      }
    plan::attrs::DeviceParts::set(module, b.getArrayAttr(rows));
    module->setAttr(gpu::GPUDialect::getContainerModuleAttrName(),
                    b.getUnitAttr());
  }

private:
  static LogicalResult join(ModuleOp part, plan::PartAttr attr,
                            int64_t &numFunctions) {
    std::string number = std::to_string(attr.getNumber());
    SymbolTable symbols(part);
    if (Operation *shapes = symbols.lookup("onnxc_output_shapes"))
      symbols.erase(shapes);
    int64_t first = numFunctions;
    for (Operation &op : part) {
      StringAttr name = SymbolTable::getSymbolName(&op);
      std::string newName = "part_" + number + "_" + name.str();
      if (auto code = dyn_cast<gpu::GPUModuleOp>(op)) {
        auto own = plan::attrs::Launch::get(code);
        plan::attrs::Launch::set(
            code,
            plan::LaunchAttr::get(op.getContext(), first + own.getNumber(),
                                  own.getBuffers(), own.getThreads()));
        ++numFunctions;
      }
      if (name == "onnxc_entry")
        newName = "onnxc_record_" + number;
      else if (name == "onnxc_arena_bytes")
        newName = "onnxc_part_arena_bytes_" + number;
      if (failed(symbols.rename(&op, newName)))
        return failure();
    }
    for (Operation &op : llvm::make_early_inc_range(*part.getBody()))
      op.moveBefore(part);
    OpBuilder b(part);
    buildSizes(b, part.getLoc(), "onnxc_part_tensor_bytes_" + number,
               attr.getBytes().getExprs());
    part.erase();
    return success();
  }
};

} // namespace
