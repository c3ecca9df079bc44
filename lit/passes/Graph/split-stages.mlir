// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --split-stages=stages=2 | FileCheck %s

// The cut is where eight floats go over it. The second stage is given %z for
// the size s1, which no other input has; its symbols are numbered anew.

// CHECK-LABEL: module @stage_0
// CHECK: func.func @main(%arg0: tensor<?x64xf32, #onnx.dims<[s0, 64]>> {onnx.name = "x"}, %arg1: index
// CHECK-SAME: -> (tensor<?x8xf32, #onnx.dims<[s0, 8]>> {onnx.name = "down"})
// CHECK: onnx.Constant
// CHECK: onnx.MatMul
// CHECK: onnx.Relu
// CHECK-LABEL: module @stage_1
// CHECK: func.func @main(%arg0: tensor<?xf32, #onnx.dims<[s0]>> {onnx.name = "z"},
// CHECK-SAME: %arg1: tensor<?x8xf32, #onnx.dims<[s1, 8]>> {onnx.name = "down"},
// CHECK-SAME: onnx.symbols = ["m", "n"]
// CHECK: onnx.Dims(){{.*}}s1, s0, 8
!wide = tensor<?x64xf32, #onnx.dims<[s0, 64]>>
!line = tensor<?xf32, #onnx.dims<[s1]>>
!down = tensor<?x8xf32, #onnx.dims<[s0, 8]>>
!column = tensor<?x1x8xf32, #onnx.dims<[s0, 1, 8]>>
!all = tensor<?x?x8xf32, #onnx.dims<[s0, s1, 8]>>
func.func @main(%x: !wide {onnx.name = "x"}, %z: !line {onnx.name = "z"},
                %s0: index, %s1: index) -> (!all {onnx.name = "y"})
    attributes {onnx.symbols = ["n", "m"],
                onnx.symbol_bounds = array<i64: 0, -1, 0, -1>} {
  %w = onnx.Constant() {value = dense<0.5> : tensor<64x8xf32>} : tensor<64x8xf32>
  %one = onnx.Constant() {value = dense<[1]> : tensor<1xi64>} : tensor<1xi64>
  %p = onnx.MatMul(%x, %w) : (!wide, tensor<64x8xf32>) -> !down
  %d = onnx.Relu(%p) : !down loc("down")
  %v = onnx.Constant() {value = dense<0.5> : tensor<8x8xf32>} : tensor<8x8xf32>
  %q = onnx.MatMul(%d, %v) : (!down, tensor<8x8xf32>) -> !down
  %u = onnx.Unsqueeze(%q, %one) : (!down, tensor<1xi64>) -> !column
  %shape = onnx.Dims() {value = #onnx.dims<[s0, s1, 8]>} : tensor<3xi64>
  %y = onnx.Expand(%u, %shape) : (!column, tensor<3xi64>) -> !all
  return %y : !all
}
