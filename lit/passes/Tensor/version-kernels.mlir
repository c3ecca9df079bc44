// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --version-kernels | FileCheck %s

// Where s0 is s1 the Expand does nothing: the version has none.

// CHECK-LABEL: func.func private @kernel(
// CHECK: onnx.Expand
// CHECK-LABEL: func.func private @kernel_of_equal(
// CHECK-SAME: %[[X:.*]]: tensor<?xf32, #onnx.dims<[s0]>>, %[[Y:.*]]: tensor
// CHECK-SAME: plan.version_of = @kernel, plan.when_equal = #onnx.dims<[s0, s1]>
// CHECK-NOT: onnx.Expand
// CHECK: onnx.Add(%[[X]], %[[Y]])
func.func private @kernel(%x: tensor<?xf32, #onnx.dims<[s0]>>,
                          %y: tensor<?xf32, #onnx.dims<[s1]>>, %s0: index, %s1: index)
    -> tensor<?xf32, #onnx.dims<[s1]>> attributes {plan.kernel} {
  %s = onnx.Dims() {any_sign = false, value = #onnx.dims<[s1]>} : tensor<1xi64>
  %0 = onnx.Expand(%x, %s) : (tensor<?xf32, #onnx.dims<[s0]>>, tensor<1xi64>)
      -> tensor<?xf32, #onnx.dims<[s1]>>
  %1 = onnx.Add(%0, %y) : tensor<?xf32, #onnx.dims<[s1]>>
  return %1 : tensor<?xf32, #onnx.dims<[s1]>>
}

// A size of 1 that is known is broadcast by both: there is nothing to ask.

// CHECK-NOT: @known_of_equal
func.func private @known(%x: tensor<1xf32>, %s0: index)
    -> tensor<?xf32, #onnx.dims<[s0]>> attributes {plan.kernel} {
  %s = onnx.Dims() {any_sign = false, value = #onnx.dims<[s0]>} : tensor<1xi64>
  %0 = onnx.Expand(%x, %s) : (tensor<1xf32>, tensor<1xi64>) -> tensor<?xf32, #onnx.dims<[s0]>>
  return %0 : tensor<?xf32, #onnx.dims<[s0]>>
}
