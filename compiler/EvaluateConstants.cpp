//===- EvaluateConstants.cpp - Compile constant ops and run them here -----===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/EvaluateConstants.h"
#include "codegen/LowerToLLVM.h"
#include "codegen/Weights.h"
#include "compiler/Pipeline.h"
#include "dialects/onnx/ElementTypes.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "passes/Passes.h"
#include "targets/RuntimeABI.h"
#include "targets/Target.h"
#include "llvm/ExecutionEngine/Orc/AbsoluteSymbols.h"
#include "llvm/ExecutionEngine/Orc/ExecutionUtils.h"
#include "llvm/ExecutionEngine/Orc/JITTargetMachineBuilder.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/Support/AlignOf.h"
#include "llvm/Support/TargetSelect.h"

using namespace mlir;
using namespace onnxc;

namespace {

/// Memory aligned as an arena.
class AlignedBuffer {
public:
  explicit AlignedBuffer(size_t bytes)
      : bytes(bytes), memory(llvm::allocate_buffer(std::max<size_t>(bytes, 1),
                                                   abi::kArenaAlignment)) {}
  AlignedBuffer(AlignedBuffer &&other)
      : bytes(other.bytes), memory(std::exchange(other.memory, nullptr)) {}
  AlignedBuffer(const AlignedBuffer &) = delete;
  ~AlignedBuffer() {
    if (memory)
      llvm::deallocate_buffer(memory, std::max<size_t>(bytes, 1),
                              abi::kArenaAlignment);
  }
  char *data() const { return static_cast<char *>(memory); }
  size_t size() const { return bytes; }
  /// The memory as a blob that owns it.
  AsmResourceBlob release() {
    ArrayRef<char> content(data(), bytes);
    size_t size = std::max<size_t>(bytes, 1);
    return AsmResourceBlob(
        content, abi::kArenaAlignment,
        [memory = std::exchange(memory, nullptr), size](void *, size_t,
                                                        size_t) {
          llvm::deallocate_buffer(memory, size, abi::kArenaAlignment);
        },
        /*dataIsMutable=*/false);
  }

private:
  size_t bytes;
  void *memory;
};

/// Writes into memory that is there.
class BufferStream : public llvm::raw_ostream {
public:
  explicit BufferStream(const AlignedBuffer &buffer)
      : raw_ostream(/*unbuffered=*/true), buffer(buffer) {}

private:
  const AlignedBuffer &buffer;
  uint64_t at = 0;

  void write_impl(const char *data, size_t size) override {
    size = std::min<size_t>(size, buffer.size() - at);
    std::copy_n(data, size, buffer.data() + at);
    at += size;
  }
  uint64_t current_pos() const override { return at; }
};

// Longer values are kept outside of the context's uniquer.
constexpr size_t kMaxUniquedBytes = 1024;

ElementsAttr buildElements(RankedTensorType type, AlignedBuffer &buffer) {
  ArrayRef<char> bytes(buffer.data(), buffer.size());
  if (type.getElementType().isInteger(1)) {
    SmallVector<bool> bools(bytes.size());
    for (auto [to, from] : llvm::zip(bools, bytes))
      to = from != 0;
    return DenseElementsAttr::get(type, ArrayRef<bool>(bools));
  }
  if (bytes.size() <= kMaxUniquedBytes)
    return DenseElementsAttr::getFromRawBuffer(type, bytes);
  return DenseResourceElementsAttr::get(type, "folded", buffer.release());
}

llvm::Expected<std::unique_ptr<llvm::orc::LLJIT>>
createJIT(std::unique_ptr<llvm::Module> module,
          std::unique_ptr<llvm::LLVMContext> context, const Target &target,
          const AlignedBuffer &weights) {
  using namespace llvm::orc;
  JITTargetMachineBuilder machine(target.triple);
  machine.setCPU(target.cpu);
  // The weights may lie anywhere.
  machine.setCodeModel(llvm::CodeModel::Large);
  machine.getOptions().AllowFPOpFusion = llvm::FPOpFusion::Strict;
  auto jit = LLJITBuilder().setJITTargetMachineBuilder(machine).create();
  if (!jit)
    return jit.takeError();
  JITDylib &library = (*jit)->getMainJITDylib();
  auto process = DynamicLibrarySearchGenerator::GetForCurrentProcess(
      (*jit)->getDataLayout().getGlobalPrefix());
  if (!process)
    return process.takeError();
  library.addGenerator(std::move(*process));
  if (llvm::Error error = library.define(
          absoluteSymbols({{(*jit)->mangleAndIntern("onnxc_weights"),
                            {ExecutorAddr::fromPtr(weights.data()),
                             llvm::JITSymbolFlags::Exported}}})))
    return error;
  if (llvm::Error error = (*jit)->addIRModule(
          ThreadSafeModule(std::move(module), std::move(context))))
    return error;
  return jit;
}

} // namespace

FailureOr<SmallVector<ElementsAttr>>
onnxc::evaluateConstants(OwningOpRef<ModuleOp> module) {
  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  Location loc = module->getLoc();
  auto fail = [&](llvm::Error error) {
    return emitError(loc, "constants cannot be evaluated: ")
           << llvm::toString(std::move(error));
  };
  auto main = module->lookupSymbol<func::FuncOp>("main");
  SmallVector<RankedTensorType> types;
  for (Type type : main.getResultTypes())
    types.push_back(cast<RankedTensorType>(type));

  llvm::Expected<Target> target = resolveTarget("", "");
  if (!target)
    return fail(target.takeError());
  PassManager pm(module->getContext());
  PipelineOptions options;
  options.machine = target->machine;
  stateMachine(*module, options);
  buildGraphPhase(pm, options);
  buildTensorPhase(pm, options);
  buildLoopsPhase(pm, options);
  buildMemoryPhase(pm, options);
  buildCodePhase(pm, options);
  if (failed(pm.run(*module)))
    return failure();

  FailureOr<WeightsBlob> blob = readWeights(*module);
  if (failed(blob))
    return failure();
  AlignedBuffer weights(blob->totalBytes);
  BufferStream stream(weights);
  if (failed(blob->write(llvm::sys::IsBigEndianHost, stream)))
    return failure();

  auto context = std::make_unique<llvm::LLVMContext>();
  std::unique_ptr<llvm::Module> ir =
      translateToLLVMIR(*module, *target, *context);
  if (!ir)
    return failure();
  // Nobody asks, and scheduling its stores would take the square of their
  // number.
  if (llvm::Function *shapes = ir->getFunction("onnxc_output_shapes"))
    shapes->eraseFromParent();
  module = nullptr;
  auto jit = createJIT(std::move(ir), std::move(context), *target, weights);
  if (!jit)
    return fail(jit.takeError());
  auto entry = (*jit)->lookup("onnxc_entry");
  auto arenaBytes = (*jit)->lookup("onnxc_arena_bytes");
  if (!entry || !arenaBytes)
    return fail(llvm::joinErrors(entry.takeError(), arenaBytes.takeError()));

  AlignedBuffer arena(arenaBytes->toPtr<int64_t(const int64_t *)>()(nullptr));
  void *call[abi::NumContextFields] = {};
  call[abi::Arena] = arena.data();
  call[abi::ArenaBytes] = reinterpret_cast<void *>(arena.size());
  SmallVector<AlignedBuffer> buffers;
  SmallVector<void *> outputs;
  for (RankedTensorType type : types) {
    buffers.emplace_back(type.getNumElements() *
                         onnx::getStorageBytes(type.getElementType()));
    outputs.push_back(buffers.back().data());
  }
  int32_t status =
      entry->toPtr<int32_t(void *, int64_t *, const void *const *, void **)>()(
          static_cast<void *>(call), nullptr, nullptr, outputs.data());
  if (status != abi::Ok)
    return emitError(loc, "constants cannot be evaluated: status ") << status;

  SmallVector<ElementsAttr> values;
  for (auto [type, buffer] : llvm::zip(types, buffers))
    values.push_back(buildElements(type, buffer));
  return values;
}
