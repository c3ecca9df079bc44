// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --attach-machine='machine="vectorBits = 256, blockBits = 512, numVectorRegisters = 16"' \
// RUN:   --pad-channels --choose-layouts=fill | FileCheck %s --check-prefixes=CHECK,HALF
// RUN: onnxc-opt %s --attach-machine='machine="vectorBits = 512, blockBits = 512, numVectorRegisters = 32"' \
// RUN:   --pad-channels --choose-layouts=fill | FileCheck %s --check-prefixes=CHECK,WHOLE

// Of 24 channels a block of 16 would be filled with 8 zeros. Half a block needs
// none, but is half a vector where that is as long as a block.

// CHECK-LABEL: func.func @main
// HALF: onnx.BlockedConv({{.*}} -> tensor<1x3x9x9x8xf32>
// WHOLE: onnx.BlockedConv({{.*}} -> tensor<1x2x9x9x16xf32>
func.func @main(%x: tensor<1x3x9x9xf32>) -> tensor<1x32x9x9xf32> {
  %w = onnx.Constant() {value = dense<1.0> : tensor<24x3x1x1xf32>} : tensor<24x3x1x1xf32>
  %v = onnx.Constant() {value = dense<1.0> : tensor<32x24x1x1xf32>} : tensor<32x24x1x1xf32>
  %0 = onnx.Conv(%x, %w, _) : (tensor<1x3x9x9xf32>, tensor<24x3x1x1xf32>)
      -> tensor<1x24x9x9xf32>
  %1 = onnx.Conv(%0, %v, _) : (tensor<1x24x9x9xf32>, tensor<32x24x1x1xf32>)
      -> tensor<1x32x9x9xf32>
  return %1 : tensor<1x32x9x9xf32>
}
