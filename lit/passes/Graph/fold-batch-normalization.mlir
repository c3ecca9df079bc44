// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --fold-batch-normalization | FileCheck %s

// After a convolution it goes into weights and bias.

// CHECK-LABEL: func.func @conv
// CHECK-NOT: onnx.BatchNormalization
// CHECK: %[[S:.*]] = onnx.Div
// CHECK: %[[W:.*]] = onnx.Mul(%{{.*}}, %{{.*}}) : tensor<2x1x1x1xf32>
// CHECK: %[[M:.*]] = onnx.Mul(%{{.*}}, %[[S]])
// CHECK: %[[B:.*]] = onnx.Add(%[[M]], %{{.*}})
// CHECK: %[[Y:.*]] = onnx.Conv(%arg0, %[[W]], %[[B]])
// CHECK: return %[[Y]]
func.func @conv(%x: tensor<1x1x4x4xf32>) -> tensor<1x2x4x4xf32> {
  %w = onnx.Constant() {value = dense<2.0> : tensor<2x1x1x1xf32>} : tensor<2x1x1x1xf32>
  %c = onnx.Constant() {value = dense<[1.0, 3.0]> : tensor<2xf32>} : tensor<2xf32>
  %0 = onnx.Conv(%x, %w, _) : (tensor<1x1x4x4xf32>, tensor<2x1x1x1xf32>) -> tensor<1x2x4x4xf32>
  %1:3 = onnx.BatchNormalization(%0, %c, %c, %c, %c) :
      (tensor<1x2x4x4xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>)
      -> (tensor<1x2x4x4xf32>, tensor<2xf32>, tensor<2xf32>)
  return %1#0 : tensor<1x2x4x4xf32>
}

// Elsewhere it is a product and a sum.

// CHECK-LABEL: func.func @alone
// CHECK: %[[P:.*]] = onnx.Mul(%arg0, %{{.*}}) : (tensor<1x2x4xf32>, tensor<2x1xf32>)
// CHECK: onnx.Add(%[[P]], %{{.*}}) : (tensor<1x2x4xf32>, tensor<2x1xf32>)
func.func @alone(%x: tensor<1x2x4xf32>) -> tensor<1x2x4xf32> {
  %c = onnx.Constant() {value = dense<[1.0, 3.0]> : tensor<2xf32>} : tensor<2xf32>
  %0:3 = onnx.BatchNormalization(%x, %c, %c, %c, %c) :
      (tensor<1x2x4xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>)
      -> (tensor<1x2x4xf32>, tensor<2xf32>, tensor<2xf32>)
  return %0#0 : tensor<1x2x4xf32>
}

// Constants that tell how many channels there are do not change a type.

// CHECK-LABEL: func.func @free_channels
// CHECK: %[[P:.*]] = onnx.Mul(%arg0, %{{.*}}) : (tensor<1x?xf32, #onnx.dims<[1, s0]>>,
// CHECK-SAME: tensor<2xf32>) -> tensor<1x?xf32, #onnx.dims<[1, s0]>>
// CHECK: onnx.Add(%[[P]], %{{.*}}) : {{.*}} -> tensor<1x?xf32, #onnx.dims<[1, s0]>>
func.func @free_channels(%x: tensor<1x?xf32, #onnx.dims<[1, s0]>>)
    -> tensor<1x?xf32, #onnx.dims<[1, s0]>> attributes {onnx.symbols = ["c"]} {
  %c = onnx.Constant() {value = dense<[1.0, 3.0]> : tensor<2xf32>} : tensor<2xf32>
  %0:3 = onnx.BatchNormalization(%x, %c, %c, %c, %c) :
      (tensor<1x?xf32, #onnx.dims<[1, s0]>>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>,
      tensor<2xf32>) -> (tensor<1x?xf32, #onnx.dims<[1, s0]>>, tensor<2xf32>, tensor<2xf32>)
  return %0#0 : tensor<1x?xf32, #onnx.dims<[1, s0]>>
}
