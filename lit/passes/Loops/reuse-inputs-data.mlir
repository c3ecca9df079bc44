// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --reuse-inputs | FileCheck %s

// %0 has a size that only the run knows, and memory of its own, which is
// released when %0 is not read any more. A result is not written onto it, though
// a view of it has the result's size.

// CHECK-LABEL: func.func @main
// CHECK: %[[VIEW:.*]] = plan.view
// CHECK: plan.call @k(%[[VIEW]]) [] : (tensor<1xi64>) -> tensor<1xi64>
func.func @main(%x: tensor<i64>) -> tensor<1xi64>
    attributes {onnx.symbols = ["data_0"]} {
  %s = plan.symbol 0 = %x[0] : tensor<i64>
  %0 = plan.call @make() [%s] : () -> tensor<?xi64, #onnx.dims<[s0]>>
  %1 = plan.view %0 : tensor<?xi64, #onnx.dims<[s0]>> -> tensor<1xi64>
  %2 = plan.call @k(%1) [] : (tensor<1xi64>) -> tensor<1xi64>
  return %2 : tensor<1xi64>
}

func.func private @make(%y: memref<?xi64>, %n: index) attributes {plan.kernel} {
  return
}

func.func private @k(%a: memref<1xi64>, %y: memref<1xi64>)
    attributes {plan.kernel} {
  linalg.generic {
      indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>],
      iterator_types = ["parallel"]}
      ins(%a : memref<1xi64>) outs(%y : memref<1xi64>) {
  ^bb0(%l: i64, %out: i64):
    %0 = arith.addi %l, %l : i64
    linalg.yield %0 : i64
  }
  return
}
