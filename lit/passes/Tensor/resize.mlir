// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Resize reads elements and weights off tables, one axis after the other.
//
// RUN: onnxc-opt %s --pass-pipeline="builtin.module(func.func(lower-to-linalg))" \
// RUN:   | FileCheck %s

// CHECK-LABEL: func.func private @resize
// CHECK: linalg.generic {{.*}} outs(%{{.*}} : tensor<8x4xi64>)
// CHECK: linalg.generic {{.*}} outs(%{{.*}} : tensor<8x4xf32>)
// CHECK: linalg.generic {{.*}} outs(%{{.*}} : tensor<1x1x2x8xf32>)
// CHECK: linalg.generic {{.*}} outs(%{{.*}} : tensor<1x1x4x8xf32>)
func.func private @resize(%x: tensor<1x1x2x4xf32>) -> tensor<1x1x4x8xf32> attributes {plan.kernel} {
  %s = onnx.Constant() {value = dense<[1.0, 1.0, 2.0, 2.0]> : tensor<4xf32>} : () -> tensor<4xf32>
  %0 = onnx.Resize(%x, _, %s, _) {mode = "cubic"} : (tensor<1x1x2x4xf32>, tensor<4xf32>) -> tensor<1x1x4x8xf32>
  return %0 : tensor<1x1x4x8xf32>
}
