// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Kernels of a device, and the manifest that says what they take.
//
// RUN: onnxc %s --target=vulkan --emit=spirv -o %t.json
// RUN: FileCheck %s --check-prefix=VULKAN < %t.json
// RUN: onnxc %s --target=vulkan --emit=spirv -o %t.named.spv
// RUN: FileCheck %s --check-prefix=VULKAN < %t.named.json
// RUN: onnxc %s --target=nvptx64 --emit=ptx -o %t.ptx
// RUN: FileCheck %s --check-prefix=PTX < %t.ptx
// RUN: not onnxc %s --emit=ptx -o %t.x 2>&1 | FileCheck %s --check-prefix=CPU
// RUN: not onnxc %s --target=vulkan --emit=ptx -o %t.x 2>&1 \
// RUN:   | FileCheck %s --check-prefix=CPU
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// VULKAN: "interface": "vulkan"
// VULKAN: "name": "kernel_0_Relu"
// VULKAN-NEXT: "file": "{{.*}}kernel_0_Relu.spv"
// VULKAN-NEXT: "buffers": 2

// PTX: .target sm_80
// PTX: .visible .entry kernel_0_Relu(
// PTX: .maxntid 128
// PTX: st.global

// CPU: --emit=ptx goes with --target=nvptx64
func.func @main(%x: tensor<1000xf32> {onnx.name = "x"})
    -> (tensor<1000xf32> {onnx.name = "y"}) {
  %0 = onnx.Relu(%x) : (tensor<1000xf32>) -> tensor<1000xf32>
  return %0 : tensor<1000xf32>
}
