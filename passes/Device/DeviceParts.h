//===- DeviceParts.h - What the host knows of the device's parts ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_DEVICE_DEVICEPARTS_H
#define ONNXC_PASSES_DEVICE_DEVICEPARTS_H

#include "llvm/ADT/StringRef.h"

namespace onnxc {

/// Of the module of a part: its number; the bytes of its inputs and then of its
/// outputs (#onnx.dims); how many of these are inputs; for each the slot, which
/// is where the device keeps it, and whether the host gives or takes it.
constexpr llvm::StringLiteral kPartNumberName = "onnxc.part";
constexpr llvm::StringLiteral kPartBytesName = "onnxc.part_bytes";
constexpr llvm::StringLiteral kPartInputsName = "onnxc.part_inputs";
constexpr llvm::StringLiteral kPartSlotsName = "onnxc.part_slots";
constexpr llvm::StringLiteral kPartTransfersName = "onnxc.part_transfers";

/// Of the host's module: how many of the weights' first bytes the device reads;
/// a list of {first, inputs, slots, transfers}, where `first` is the number of
/// a part's first function.
constexpr llvm::StringLiteral kDeviceWeightsName = "onnxc.device_weights";
constexpr llvm::StringLiteral kDevicePartsName = "onnxc.device_parts";

/// The functions of a part, followed by its number.
constexpr llvm::StringLiteral kPartRecordPrefix = "onnxc_record_";
constexpr llvm::StringLiteral kPartArenaPrefix = "onnxc_part_arena_bytes_";
constexpr llvm::StringLiteral kPartTensorsPrefix = "onnxc_part_tensor_bytes_";

} // namespace onnxc

#endif // ONNXC_PASSES_DEVICE_DEVICEPARTS_H
