// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Ops print as they were read, and elementwise ops infer broadcast shapes.
//
// RUN: onnxc-opt %s | onnxc-opt | FileCheck %s
// RUN: onnxc-opt %s --pass-pipeline="builtin.module(func.func(infer-shapes))" \
// RUN:   | FileCheck %s --check-prefix=SHAPES

// CHECK-LABEL: func.func @main
// CHECK: onnx.Add(%{{.*}}, %{{.*}}) : (tensor<4x8xf32>, tensor<8xf32>)
// CHECK-SAME: tensor<*xf32>
// SHAPES-LABEL: func.func @main
// SHAPES: onnx.Add{{.*}} tensor<4x8xf32>
func.func @main(%x: tensor<4x8xf32>, %b: tensor<8xf32>) -> tensor<*xf32> {
  %0 = onnx.Add(%x, %b) : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}
