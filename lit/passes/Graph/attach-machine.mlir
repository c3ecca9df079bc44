// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --attach-machine='target=thumbv7em-none-eabihf' \
// RUN:   | FileCheck %s --check-prefix=FIRMWARE
// RUN: onnxc-opt %s --attach-machine='target=x86_64 cpu=haswell' \
// RUN:   | FileCheck %s --check-prefix=HASWELL
// RUN: onnxc-opt %s --attach-machine='machine="vectorBits = 64"' \
// RUN:   | FileCheck %s --check-prefix=FIELDS
// RUN: onnxc-opt %s --attach-machine='target=vulkan' \
// RUN:   | FileCheck %s --check-prefix=DEVICE
// RUN: not onnxc-opt %s --attach-machine='target=x86_64 cpu=hasvell' 2>&1 \
// RUN:   | FileCheck %s --check-prefix=TYPO
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// A target by name, with its usual CPU or another; or a machine that is none.

// FIRMWARE: hasThreads = false
// FIRMWARE-SAME: numFloatRegisters = 32
// FIRMWARE-SAME: pointerBits = 32
// HASWELL: hasRounding = true
// HASWELL-SAME: vectorBits = 256
// FIELDS: plan.machine = #plan.machine<vectorBits = 64>
// DEVICE: plan.host_machine
// DEVICE-SAME: deviceCode = "spirv"
// TYPO: 'hasvell' is no CPU of the target {{.*}} 'haswell'?
module {
}
