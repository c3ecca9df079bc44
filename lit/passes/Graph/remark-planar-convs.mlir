// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --attach-machine='machine="vectorBits = 128, numVectorRegisters = 16"' \
// RUN:   --choose-layouts --remarks-filter-missed='layout' --remark-format=emitRemark \
// RUN:   -o /dev/null 2>&1 | FileCheck %s

// A convolution that keeps its planes says why; one in blocks says nothing.

// CHECK-NOT: "blocked"
// CHECK-DAG: its weights are computed while the model runs
// CHECK-DAG: its 7 filters are no multiple of {{[24]}}, which a block has
// CHECK-DAG: its 2 groups have several channels
func.func @main(%x: tensor<1x4x8x8xf32>, %v: tensor<8x4x1x1xf32>)
    -> (tensor<1x8x8x8xf32>, tensor<1x8x8x8xf32>, tensor<1x7x8x8xf32>, tensor<1x8x8x8xf32>) {
  %a = onnx.Constant() {value = dense<1.0> : tensor<8x4x1x1xf32>} : tensor<8x4x1x1xf32>
  %b = onnx.Constant() {value = dense<1.0> : tensor<7x4x1x1xf32>} : tensor<7x4x1x1xf32>
  %c = onnx.Constant() {value = dense<1.0> : tensor<8x2x1x1xf32>} : tensor<8x2x1x1xf32>
  %0 = onnx.Conv(%x, %a, _) : (tensor<1x4x8x8xf32>, tensor<8x4x1x1xf32>) -> tensor<1x8x8x8xf32> loc("blocked")
  %1 = onnx.Conv(%x, %v, _) : (tensor<1x4x8x8xf32>, tensor<8x4x1x1xf32>) -> tensor<1x8x8x8xf32>
  %2 = onnx.Conv(%x, %b, _) : (tensor<1x4x8x8xf32>, tensor<7x4x1x1xf32>) -> tensor<1x7x8x8xf32>
  %3 = onnx.Conv(%x, %c, _) {group = 2 : i64} : (tensor<1x4x8x8xf32>, tensor<8x2x1x1xf32>) -> tensor<1x8x8x8xf32>
  return %0, %1, %2, %3 : tensor<1x8x8x8xf32>, tensor<1x8x8x8xf32>, tensor<1x7x8x8xf32>, tensor<1x8x8x8xf32>
}
