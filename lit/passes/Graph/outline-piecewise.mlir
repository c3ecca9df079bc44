// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --infer-shapes --outline-kernels | FileCheck %s

// A size with cases, min(s0, 4), is one symbol to a kernel; @main computes it.

// CHECK: affine_map<()[s0] -> (s0 + ((s0 - 4) floordiv 2305843009213693951 + 1) * (-s0 + 4))>
// CHECK-LABEL: func.func @main
// CHECK: %[[SIZE:.*]] = plan.size
// CHECK: plan.call @{{.*}}Slice(%arg0) [%arg1, %[[SIZE]]]
// CHECK: func.func private @{{.*}}Slice(%{{.*}}: tensor<?xf32,
// CHECK-SAME: #onnx.dims<[s0]>>{{.*}}) -> (tensor<?xf32, #onnx.dims<[s1]>>
func.func @main(%x: tensor<?xf32, #onnx.dims<[s0]>>, %s0: index)
    -> tensor<*xf32> attributes {onnx.symbols = ["n"]} {
  %s = onnx.Constant() {value = dense<0> : tensor<1xi64>} : tensor<1xi64>
  %e = onnx.Constant() {value = dense<4> : tensor<1xi64>} : tensor<1xi64>
  %0 = onnx.Slice(%x, %s, %e) : (tensor<?xf32, #onnx.dims<[s0]>>, tensor<1xi64>, tensor<1xi64>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}
