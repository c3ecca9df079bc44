//===- SizeRecords.cpp - What takes memory, for messages and tests --------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Memory/SizeRecords.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/ElementTypes.h"
#include "dialects/plan/Kernels.h"

using namespace mlir;
using namespace onnxc;

static plan::MemoryUseAttr describe(Location owner, int64_t bytes,
                                    StringRef what = "") {
  Builder b(owner.getContext());
  return plan::MemoryUseAttr::get(
      b.getContext(), bytes, b.getStringAttr(getNodeNames(owner)),
      what.empty() ? StringAttr() : b.getStringAttr(what));
}

/// The largest first, equal ones in the order of their numbers.
static void sortBySize(SmallVectorImpl<size_t> &numbers,
                       ArrayRef<int64_t> bytes) {
  llvm::sort(numbers, [&](size_t i, size_t j) {
    return bytes[i] != bytes[j] ? bytes[i] > bytes[j] : i < j;
  });
}

static void recordWeights(ModuleOp module, func::FuncOp main) {
  constexpr size_t kNamed = 8;
  SmallVector<onnx::ConstantOp> constants;
  main.walk([&](onnx::ConstantOp constant) { constants.push_back(constant); });
  SmallVector<int64_t> bytes;
  for (onnx::ConstantOp constant : constants) {
    ElementsAttr elements = constant.getElements();
    bytes.push_back(elements.getNumElements() *
                    onnx::getStorageBytes(elements.getElementType()));
  }
  auto largest = llvm::to_vector(llvm::seq<size_t>(0, bytes.size()));
  sortBySize(largest, bytes);
  Builder b(module.getContext());
  SmallVector<Attribute> names;
  for (size_t i : ArrayRef(largest).take_front(kNamed))
    names.push_back(describe(constants[i].getLoc(), bytes[i]));
  plan::attrs::LargestWeights::set(module, b.getArrayAttr(names));
}

/// The buffers at the step that needs most, the largest first.
static SmallVector<size_t> findFullest(ArrayRef<ArenaBuffer> buffers,
                                       ArrayRef<int64_t> bytes) {
  int64_t most = -1;
  SmallVector<size_t> fullest;
  for (const ArenaBuffer &buffer : buffers) {
    int64_t sum = 0;
    SmallVector<size_t> alive;
    for (auto [i, other] : llvm::enumerate(buffers))
      if (other.first <= buffer.first && buffer.first <= other.last) {
        alive.push_back(i);
        sum += bytes[i];
      }
    if (sum > most) {
      most = sum;
      fullest = alive;
    }
  }
  sortBySize(fullest, bytes);
  return fullest;
}

static void recordArena(ModuleOp module, const MemoryPlan &memory) {
  std::optional<int64_t> total = onnx::getConstant(memory.arenaBytes);
  std::optional<int64_t> live = getMostLiveBytes(memory.buffers);
  if (!total || !live)
    return;
  SmallVector<int64_t> bytes;
  for (const ArenaBuffer &buffer : memory.buffers)
    bytes.push_back(*onnx::getConstant(buffer.bytes));
  Builder b(module.getContext());
  SmallVector<Attribute> list;
  for (size_t i : findFullest(memory.buffers, bytes)) {
    auto [owner, what] = memory.owners[i];
    list.push_back(describe(owner->getLoc(), bytes[i], what));
  }
  plan::attrs::Arena::set(module,
                          plan::ArenaAttr::get(b.getContext(), *total, *live,
                                               b.getArrayAttr(list)));
}

void onnxc::recordSizes(ModuleOp module, func::FuncOp main,
                        const MemoryPlan &memory) {
  recordWeights(module, main);
  recordArena(module, memory);
  if (!memory.allocating.empty())
    plan::attrs::Allocating::set(
        module,
        ArrayAttr::get(module.getContext(), memory.allocating.getArrayRef()));
}
