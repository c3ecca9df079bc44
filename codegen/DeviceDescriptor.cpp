//===- DeviceDescriptor.cpp - onnxc_device_code -------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "codegen/DeviceDescriptor.h"

using namespace llvm;

namespace onnxc {

static Constant *buildParts(TableBuilder &b, const DeviceCode &code,
                            FindPartFunction find) {
  SmallVector<Constant *> rows;
  for (auto [i, part] : llvm::enumerate(code.parts)) {
    SmallVector<Constant *> tensors;
    for (auto [slot, isTransferred] : llvm::zip(part.slots, part.transfers))
      tensors.push_back(b.record({b.int32(slot), b.int32(isTransferred)}));
    rows.push_back(b.record({find("record", i), find("part_arena_bytes", i),
                             find("part_tensor_bytes", i), b.array(tensors),
                             b.int32(part.numInputs),
                             b.int32(part.slots.size() - part.numInputs),
                             b.int32(part.firstFunction), b.int32(0)}));
  }
  return b.array(rows);
}

Constant *buildDeviceCode(TableBuilder &b, const DeviceCode &code,
                          LLVMContext &context, FindPartFunction find) {
  SmallVector<Constant *> rows;
  for (const DeviceFunction &function : code.functions) {
    Constant *words = b.null();
    if (!function.words.empty())
      words = b.constant(
          ConstantDataArray::get(context, ArrayRef<uint32_t>(function.words)));
    rows.push_back(b.record(
        {b.string(function.name), words, b.int64(4 * function.words.size()),
         b.int32(function.numBuffers), b.int32(function.numSizes),
         b.int32(function.threads), b.int32(0)}));
  }
  int32_t numSlots = 0;
  for (const DevicePart &part : code.parts)
    for (int32_t slot : part.slots)
      numSlots = std::max(numSlots, slot + 1);
  return b.constant(
      b.record({b.string(code.interface), b.int64(code.features),
                b.int64(code.level), b.array(rows), b.int32(rows.size()),
                b.int32(code.parts.size()), b.optionalString(code.image),
                // With the zero at its end.
                b.int64(code.image.empty() ? 0 : code.image.size() + 1),
                buildParts(b, code, find), b.int32(numSlots), b.int32(0),
                b.int64(code.weightsBytes)}));
}

} // namespace onnxc
