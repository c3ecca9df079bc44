//===- LowerDeviceCopies.cpp - Copies of tensors that a device holds ------===//
//
// The entry point runs on the host, the tensors are the device's: what it
// copies goes through context->copy, like the launches around it.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Device/DevicePasses.h"
#include "targets/RuntimeABI.h"

namespace onnxc {
#define GEN_PASS_DEF_LOWERDEVICECOPIES
#include "passes/Device/DevicePasses.h.inc"
} // namespace onnxc

using namespace mlir;
using namespace onnxc;

namespace {

struct LowerDeviceCopies
    : onnxc::impl::LowerDeviceCopiesBase<LowerDeviceCopies> {
  using LowerDeviceCopiesBase::LowerDeviceCopiesBase;

  void runOnOperation() override {
    auto entry = getOperation().lookupSymbol<func::FuncOp>("onnxc_entry");
    if (!entry)
      return;
    SmallVector<LLVM::MemcpyOp> copies;
    entry.walk([&](LLVM::MemcpyOp copy) { copies.push_back(copy); });
    for (LLVM::MemcpyOp copy : copies) {
      OpBuilder b(copy);
      Location loc = copy.getLoc();
      Type pointer = LLVM::LLVMPointerType::get(b.getContext());
      Value context = entry.getArgument(0);
      Value address =
          LLVM::GEPOp::create(b, loc, pointer, pointer, context,
                              ArrayRef<LLVM::GEPArg>{int32_t(abi::Copy)});
      Value function = LLVM::LoadOp::create(b, loc, pointer, address);
      auto type = LLVM::LLVMFunctionType::get(
          LLVM::LLVMVoidType::get(b.getContext()),
          {pointer, pointer, pointer, copy.getLen().getType()});
      LLVM::CallOp::create(b, loc, type,
                           ValueRange{function, context, copy.getDst(),
                                      copy.getSrc(), copy.getLen()});
      copy.erase();
    }
  }
};

} // namespace
