// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --fuse-linalg | FileCheck %s

#row = affine_map<(d0) -> (d0)>

// exp(x) + y is one loop: the exponential is computed where it is added.

// CHECK-LABEL: func.func private @chain
// CHECK: linalg.generic
// CHECK-NEXT: ^bb0
// CHECK-NEXT: %[[E:.*]] = math.exp
// CHECK-NEXT: %[[S:.*]] = arith.addf %[[E]]
// CHECK-NEXT: linalg.yield %[[S]]
// CHECK-NOT: linalg.generic
func.func private @chain(%x: tensor<8xf32>, %y: tensor<8xf32>) -> tensor<8xf32> attributes {plan.kernel} {
  %empty = tensor.empty() : tensor<8xf32>
  %e = linalg.generic {indexing_maps = [#row, #row], iterator_types = ["parallel"]}
      ins(%x : tensor<8xf32>) outs(%empty : tensor<8xf32>) {
  ^bb0(%a: f32, %out: f32):
    %r = math.exp %a : f32
    linalg.yield %r : f32
  } -> tensor<8xf32>
  %s = linalg.generic {indexing_maps = [#row, #row, #row], iterator_types = ["parallel"]}
      ins(%e, %y : tensor<8xf32>, tensor<8xf32>) outs(%empty : tensor<8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %r = arith.addf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<8xf32>
  return %s : tensor<8xf32>
}
