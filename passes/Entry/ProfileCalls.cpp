//===- ProfileCalls.cpp - Tell a profiler about every kernel call ---------===//
//
// Before a kernel's call in @onnxc_entry the context's profiler, if the
// application has set one, is called with the call's number, and behind it with
// -1, so that what lies between two kernels is nobody's time. The module's
// attribute `plan.steps` says what the numbers mean: the names of the ONNX
// nodes, and the kernel's.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/plan/Kernels.h"
#include "passes/Entry/EntryPasses.h"
#include "targets/RuntimeABI.h"

namespace onnxc {
#define GEN_PASS_DEF_PROFILECALLS
#include "passes/Entry/EntryPasses.h.inc"
} // namespace onnxc

using namespace mlir;
using namespace onnxc;

namespace {

struct ProfileCalls : onnxc::impl::ProfileCallsBase<ProfileCalls> {
  using ProfileCallsBase::ProfileCallsBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto entry = module.lookupSymbol<func::FuncOp>("onnxc_entry");
    if (!entry)
      return;
    OpBuilder b(&getContext());
    b.setInsertionPointToStart(&entry.getBody().front());
    Value context = entry.getArgument(0);
    Value profile = loadField(b, entry.getLoc(), context, abi::Profile);
    Value profiler = loadField(b, entry.getLoc(), context, abi::Profiler);
    Value null = LLVM::ZeroOp::create(b, entry.getLoc(), profile.getType());
    Value isSet = LLVM::ICmpOp::create(b, entry.getLoc(),
                                       LLVM::ICmpPredicate::ne, profile, null);

    SmallVector<Attribute> steps;
    entry.walk([&](Operation *call) {
      StringRef callee = getCallee(module, call);
      if (callee.empty())
        return;
      auto tell = [&](int64_t step) {
        Location loc = call->getLoc();
        auto guarded = scf::IfOp::create(b, loc, isSet);
        OpBuilder inner = guarded.getThenBodyBuilder();
        Value number =
            arith::ConstantIntOp::create(inner, loc, b.getI32Type(), step);
        auto type =
            LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(&getContext()),
                                        {profiler.getType(), b.getI32Type()});
        LLVM::CallOp::create(inner, loc, type,
                             ValueRange{profile, profiler, number});
      };
      b.setInsertionPoint(call);
      tell(int64_t(steps.size()));
      b.setInsertionPointAfter(call);
      tell(-1);
      steps.push_back(plan::StepAttr::get(
          &getContext(), b.getStringAttr(getNodeNames(call->getLoc())),
          b.getStringAttr(callee)));
    });
    plan::attrs::Steps::set(module, b.getArrayAttr(steps));
  }

private:
  /// The kernel, or the application's function, that is called; empty for what
  /// is no such call.
  static StringRef getCallee(ModuleOp module, Operation *op) {
    if (auto call = dyn_cast<func::CallOp>(op))
      if (isKernel(module.lookupSymbol<func::FuncOp>(call.getCallee())))
        return call.getCallee();
    auto functions = plan::attrs::CustomFunctions::get(module);
    auto call = dyn_cast<LLVM::CallOp>(op);
    if (!functions || !call || !call.getCallee())
      return {};
    for (auto function : functions.getAsRange<plan::CustomFunctionAttr>())
      if (function.getSymbol() == *call.getCallee())
        return function.getName();
    return {};
  }

  static Value loadField(OpBuilder &b, Location loc, Value context,
                         abi::ContextField field) {
    Type pointer = context.getType();
    Value address = LLVM::GEPOp::create(b, loc, pointer, pointer, context,
                                        ArrayRef<LLVM::GEPArg>{int32_t(field)});
    return LLVM::LoadOp::create(b, loc, pointer, address);
  }
};

} // namespace
