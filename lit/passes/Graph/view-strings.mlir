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
