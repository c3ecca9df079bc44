//===- JoinParts.cpp - The device's parts go into the host's module -------===//
//
// The entry point of part k becomes @onnxc_record_k, its other functions are
// named likewise. Functions of the device are numbered through all parts; what
// records them counts from the part's first.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Device/DeviceParts.h"
#include "passes/Device/DevicePasses.h"
#include "passes/Device/Launches.h"
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
      if (part->hasAttr(kPartNumberName)) {
        rows.push_back(b.getDictionaryAttr(
            {b.getNamedAttr("first", b.getI64IntegerAttr(numFunctions)),
             b.getNamedAttr("inputs", part->getAttr(kPartInputsName)),
             b.getNamedAttr("slots", part->getAttr(kPartSlotsName)),
             b.getNamedAttr("transfers", part->getAttr(kPartTransfersName))}));
        if (failed(join(part, numFunctions)))
          return signalPassFailure();
      }
    module->setAttr(kDevicePartsName, b.getArrayAttr(rows));
    module->setAttr(gpu::GPUDialect::getContainerModuleAttrName(),
                    b.getUnitAttr());
  }

private:
  LogicalResult join(ModuleOp part, int64_t &numFunctions) {
    std::string number = std::to_string(
        part->getAttrOfType<IntegerAttr>(kPartNumberName).getInt());
    auto bytes = part->getAttrOfType<onnx::DimsAttr>(kPartBytesName);
    SymbolTable symbols(part);
    if (Operation *shapes = symbols.lookup("onnxc_output_shapes"))
      symbols.erase(shapes);
    int64_t first = numFunctions;
    for (Operation &op : part) {
      StringAttr name = SymbolTable::getSymbolName(&op);
      std::string newName = "part_" + number + "_" + name.str();
      if (auto code = dyn_cast<gpu::GPUModuleOp>(op)) {
        auto own = code->getAttrOfType<IntegerAttr>(kLaunchNumberName);
        code->setAttr(kLaunchNumberName,
                      Builder(&op).getI32IntegerAttr(first + own.getInt()));
        ++numFunctions;
      }
      if (name == "onnxc_entry")
        newName = (kPartRecordPrefix + number).str();
      else if (name == "onnxc_arena_bytes")
        newName = (kPartArenaPrefix + number).str();
      if (failed(symbols.rename(&op, newName)))
        return failure();
    }
    for (Operation &op : llvm::make_early_inc_range(*part.getBody()))
      op.moveBefore(part);
    OpBuilder b(part);
    buildSizes(b, part.getLoc(), (kPartTensorsPrefix + number).str(),
               bytes.getExprs());
    part.erase();
    return success();
  }
};

} // namespace
