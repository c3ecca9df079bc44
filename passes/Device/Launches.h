//===- Launches.h - What is known of a function of a device ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_DEVICE_LAUNCHES_H
#define ONNXC_PASSES_DEVICE_LAUNCHES_H

#include "llvm/ADT/StringRef.h"

namespace onnxc {

/// Of a gpu.func's memory of a group: the multiple of bytes that it begins at.
constexpr llvm::StringLiteral kMemoryAlignName = "llvm.align";

/// What every device can launch along one dimension.
constexpr int64_t kMaxGroups = 65535;

} // namespace onnxc

#endif // ONNXC_PASSES_DEVICE_LAUNCHES_H
