// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --resolve-sizes | FileCheck %s

// Nothing but the pair that begins with it defines s1: types and sizes have the
// expression in its place, and the symbol goes. The other pair is a check.

// CHECK: #[[M:.*]] = affine_map<()[s0] -> (s0 + 2)>
// CHECK-LABEL: func.func @main
// CHECK-SAME: -> tensor<?xf32, #onnx.dims<[s0 + 2]>>
// CHECK-SAME: onnx.equal_sizes = [#onnx.equal<[s0, s0 + 2], "add">], onnx.symbols = ["n"]
// CHECK: %[[S:.*]] = plan.size #[[M]]
// CHECK: plan.call @k(%arg0) [%[[S]]] : {{.*}} -> tensor<?xf32, #onnx.dims<[s0 + 2]>>
func.func @main(%x: tensor<?xf32, #onnx.dims<[s0]>>, %s0: index)
    -> tensor<?xf32, #onnx.dims<[s1]>>
    attributes {onnx.symbols = ["n", "broadcast_1"],
                onnx.equal_sizes = [#onnx.equal<[s1, s0 + 2], "">, #onnx.equal<[s0, s1], "add">]} {
  %s1 = plan.size affine_map<()[s0, s1] -> (s1)>
  %y = plan.call @k(%x) [%s1] : (tensor<?xf32, #onnx.dims<[s0]>>) -> tensor<?xf32, #onnx.dims<[s1]>>
  return %y : tensor<?xf32, #onnx.dims<[s1]>>
}
func.func private @k(tensor<?xf32>, index) -> tensor<?xf32> attributes {plan.kernel}
