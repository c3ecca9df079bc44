// RUN: onnxc-opt %s --view-strings | FileCheck %s
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// CHECK-LABEL: func @main
// CHECK-DAG: %[[TEXT:.*]] = onnx.Constant() {value = dense<{{\[\[}}97, 98, 99]]> : tensor<1x3xui8>}
// CHECK-DAG: %[[ENDS:.*]] = onnx.Constant() {value = dense<[2, 3]> : tensor<2xi64>}
// CHECK: %[[Y:.*]] = onnx.ViewText(%[[TEXT]], %[[ENDS]])
// CHECK: return %[[Y]]
func.func @main() -> tensor<2x!onnx.string> {
  %0 = onnx.Constant() {strings = ["ab", "c"]} : tensor<2x!onnx.string>
  return %0 : tensor<2x!onnx.string>
}

// What is picked from a list is made alone.
// CHECK-LABEL: func @pick
// CHECK: onnx.ViewText(%{{.*}}, %{{.*}}, %arg0)
// CHECK-NOT: onnx.Gather
func.func @pick(%i: tensor<3xi64>) -> tensor<3x!onnx.string> {
  %0 = onnx.Constant() {strings = ["ab", "c"]} : tensor<2x!onnx.string>
  %1 = onnx.Gather(%0, %i) {axis = 0 : i64}
      : (tensor<2x!onnx.string>, tensor<3xi64>) -> tensor<3x!onnx.string>
  return %1 : tensor<3x!onnx.string>
}
