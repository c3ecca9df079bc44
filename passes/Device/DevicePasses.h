//===- DevicePasses.h - The passes for models on devices ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_DEVICE_DEVICEPASSES_H
#define ONNXC_PASSES_DEVICE_DEVICEPASSES_H

#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"
#include "passes/Loops/LoopsPasses.h"

namespace onnxc {

#define GEN_PASS_DECL
#include "passes/Device/DevicePasses.h.inc"

#define GEN_PASS_REGISTRATION
#include "passes/Device/DevicePasses.h.inc"

} // namespace onnxc

#endif // ONNXC_PASSES_DEVICE_DEVICEPASSES_H
