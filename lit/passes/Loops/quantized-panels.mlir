// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --attach-machine='target=x86_64 cpu=x86-64-v4' \
// RUN:   --infer-shapes --lower-to-linalg --fuse-linalg --bufferize-kernel \
// RUN:   --emit-contractions --canonicalize | FileCheck %s

// A word is loaded for eight elements of sixteen columns; one row is multiplied
// as they are unpacked.

// CHECK-LABEL: func.func @row
// CHECK-NOT: memref.alloca
// CHECK: %[[WORDS:.*]] = vector.load {{.*}} : memref<{{.*}}xi32>, vector<16xi32>
// CHECK: arith.andi %[[WORDS]], %{{.*}} : vector<16xi32>
// CHECK: arith.shrui %[[WORDS]], %{{.*}} : vector<16xi32>
// CHECK-NOT: linalg
func.func @row(%a: tensor<1x64xf32>, %words: tensor<2x8x32xui32>,
    %scales: tensor<2x2x32xf32>) -> tensor<1x64xf32> attributes {plan.kernel} {
  %0 = onnx.NBitsMatMul(%a, %words, %scales, _) {bits = 4 : i64, block_size = 32 : i64, columns = 64 : i64} :
      (tensor<1x64xf32>, tensor<2x8x32xui32>, tensor<2x2x32xf32>) -> tensor<1x64xf32>
  return %0 : tensor<1x64xf32>
}

// Many rows share a copy in floats.

// CHECK-LABEL: func.func @rows
// CHECK: %[[COPY:.*]] = memref.alloca() {{.*}} : memref<{{.*}}xf32>
// CHECK: vector.store {{.*}}, %[[COPY]]
// CHECK-NOT: linalg
func.func @rows(%a: tensor<100x64xf32>, %words: tensor<2x8x32xui32>,
    %scales: tensor<2x2x32xf32>) -> tensor<100x64xf32> attributes {plan.kernel} {
  %0 = onnx.NBitsMatMul(%a, %words, %scales, _) {bits = 4 : i64, block_size = 32 : i64, columns = 64 : i64} :
      (tensor<100x64xf32>, tensor<2x8x32xui32>, tensor<2x2x32xf32>) -> tensor<100x64xf32>
  return %0 : tensor<100x64xf32>
}
