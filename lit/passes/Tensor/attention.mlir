// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --lower-to-linalg | FileCheck %s

// Two contractions, and the rows of softmax between them. Four query heads
// share two key heads; K and V are read where they are, heads interleaved.

// CHECK-DAG: #[[Q:.*]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d3, d1, d2, d5)>
// CHECK-DAG: #[[K:.*]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d4, d1, d5)>
// CHECK-DAG: #[[V:.*]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d5, d1, d4)>
// CHECK-LABEL: func.func @attention
// CHECK: linalg.generic {indexing_maps = [#[[Q]], #[[K]], #{{.*}}]
// CHECK-SAME: ins(%{{.*}}, %{{.*}} : tensor<1x3x2x2x8xf32>, tensor<1x5x2x8xf32>)
// CHECK-SAME: outs(%{{.*}} : tensor<1x2x2x3x5xf32>) attrs = {plan.contraction = #plan.product}
// CHECK: scf.forall (%{{.*}}) in (1, 4, 3)
// CHECK: math.exp
// CHECK: linalg.generic {indexing_maps = [#{{.*}}, #[[V]], #{{.*}}]
func.func @attention(%q: tensor<1x3x32xf32>, %k: tensor<1x5x16xf32>,
                     %v: tensor<1x5x16xf32>) -> tensor<1x3x32xf32>
    attributes {plan.kernel} {
  %y, %pk, %pv, %qk = onnx.Attention(%q, %k, %v) {q_num_heads = 4 : i64, kv_num_heads = 2 : i64} :
      (tensor<1x3x32xf32>, tensor<1x5x16xf32>, tensor<1x5x16xf32>)
      -> (tensor<1x3x32xf32>, tensor<1x2x5x8xf32>, tensor<1x2x5x8xf32>, tensor<1x4x3x5xf32>)
  return %y : tensor<1x3x32xf32>
}
