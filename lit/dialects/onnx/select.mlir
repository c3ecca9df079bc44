// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An op whose result size depends on data becomes its padded companion and a
// slice, even where the model states a size.
//
// RUN: onnxc-opt %s --pass-pipeline="builtin.module(func.func(infer-shapes))" \
// RUN:   | FileCheck %s

// CHECK-LABEL: func.func @nonzero
// CHECK: %[[Y:.*]], %[[COUNT:.*]] = onnx.NonZeroPadded(%{{.*}} -> (tensor<2x6xi64>, tensor<1xi64>)
// CHECK: plan.symbol 0 = %[[COUNT]][0]
// CHECK: onnx.Slice(%[[Y]]{{.*}} -> tensor<2x?xi64, #onnx.dims<[2, s1]>>
// CHECK-NOT: onnx.NonZero(
func.func @nonzero(%x: tensor<2x3xf32>) -> tensor<2x4xi64> {
  %0 = onnx.NonZero(%x) : (tensor<2x3xf32>) -> tensor<2x4xi64>
  return %0 : tensor<2x4xi64>
}
