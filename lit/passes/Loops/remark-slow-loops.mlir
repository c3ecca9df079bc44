// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --lower-to-linalg --fuse-linalg --bufferize-kernel \
// RUN:   --emit-contractions --lower-kernel-loops --remarks-filter-missed='loops|packing' \
// RUN:   --remark-format=emitRemark -o /dev/null 2>&1 | FileCheck %s

// The right factor of a product that the compiler has not packed.
// CHECK-DAG: packing{{.*}}Function=product{{.*}}its right factor is copied into panels in each run
func.func @product(%a: tensor<65x70xf32>, %b: tensor<77x70xf32>) -> tensor<65x77xf32> attributes {plan.kernel} {
  %0 = onnx.Gemm(%a, %b, _) {transB = 1 : i64} : (tensor<65x70xf32>, tensor<77x70xf32>) -> tensor<65x77xf32>
  return %0 : tensor<65x77xf32>
}

// Sums of 64-bit integers have no tiles in registers.
// CHECK-DAG: loops{{.*}}Function=integers{{.*}}no tiles of such sums, which are i64
func.func @integers(%a: tensor<5x7xi64>, %b: tensor<7x6xi64>) -> tensor<5x6xi64> attributes {plan.kernel} {
  %0 = onnx.MatMul(%a, %b) : (tensor<5x7xi64>, tensor<7x6xi64>) -> tensor<5x6xi64>
  return %0 : tensor<5x6xi64>
}

// Columns that an index picks lie anywhere, the elements of a row side by side.
// CHECK-DAG: loops{{.*}}Function=columns{{.*}}its innermost loop reads elements that do not lie side by side
// CHECK-NOT: Function=rows
func.func @columns(%x: tensor<8x99xf32>, %i: tensor<30xi64>) -> tensor<8x30xf32> attributes {plan.kernel} {
  %0 = onnx.Gather(%x, %i) {axis = 1 : i64} : (tensor<8x99xf32>, tensor<30xi64>) -> tensor<8x30xf32>
  return %0 : tensor<8x30xf32>
}
func.func @rows(%x: tensor<99x64xf32>, %i: tensor<30xi64>) -> tensor<30x64xf32> attributes {plan.kernel} {
  %0 = onnx.Gather(%x, %i) : (tensor<99x64xf32>, tensor<30xi64>) -> tensor<30x64xf32>
  return %0 : tensor<30x64xf32>
}
