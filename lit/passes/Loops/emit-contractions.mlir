// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --infer-shapes --lower-to-linalg --fuse-linalg --bufferize-kernel \
// RUN:   --emit-contractions --canonicalize | FileCheck %s

// The bias is added to sums in registers: no buffer between, no linalg left.
// CHECK-LABEL: func.func @gemm
// CHECK-SAME: (%{{[^,]*}}: memref<12x24xf32>, %{{[^,]*}}: memref<24x32xf32>, %{{[^,]*}}:
// CHECK-SAME: memref<32xf32>, %{{[^,]*}}: memref<12x32xf32>)
// CHECK-NOT: linalg
// CHECK: scf.for {{.*}} iter_args
// CHECK: arith.addf {{.*}}fastmath<contract>
// CHECK: scf.yield
// CHECK: arith.addf
// CHECK: vector.store
func.func @gemm(%a: tensor<12x24xf32>, %b: tensor<24x32xf32>, %c: tensor<32xf32>)
    -> tensor<12x32xf32> attributes {plan.kernel} {
  %0 = onnx.Gemm(%a, %b, %c) : (tensor<12x24xf32>, tensor<24x32xf32>, tensor<32xf32>) -> tensor<12x32xf32>
  return %0 : tensor<12x32xf32>
}

// CHECK-LABEL: func.func @conv
// CHECK-NOT: linalg
// CHECK: arith.addf {{.*}}fastmath<contract>
func.func @conv(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) -> tensor<1x6x8x8xf32> attributes {plan.kernel} {
  %0 = onnx.Conv(%x, %w, _) {pads = array<i64: 1, 1, 1, 1>} :
      (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x8x8xf32>
  return %0 : tensor<1x6x8x8xf32>
}
