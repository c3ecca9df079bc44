// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --lower-to-linalg --fuse-linalg --bufferize-kernel \
// RUN:   --emit-contractions --canonicalize | FileCheck %s
// RUN: onnxc-opt %s \
// RUN:   --attach-machine='machine="vectorBits = 128, numVectorRegisters = 16"' \
// RUN:   --lower-to-linalg --fuse-linalg --bufferize-kernel \
// RUN:   --emit-contractions --canonicalize | FileCheck %s --check-prefix=PLAIN

module attributes {plan.machine = #plan.machine<
    vectorBits = 128, numVectorRegisters = 16, dot = {group = 4,
    intrinsics = {b128 = "llvm.x86.avx512.vpdpbusd.128"}}>} {

// Four channels of a pixel are one word, the same for all lanes; signed ones
// become unsigned by their highest bit.

// CHECK-LABEL: func.func @conv
// CHECK-NOT: linalg
// CHECK: vector.load {{.*}} : memref<{{.*}}xi8>, vector<16xi8>
// CHECK: vector.load {{.*}} : memref<{{.*}}xi8>, vector<4xi8>
// CHECK: vector.broadcast {{.*}} : i32 to vector<4xi32>
// CHECK: arith.xori
// CHECK: llvm.call_intrinsic "llvm.x86.avx512.vpdpbusd.128"({{.*}}) : (vector<4xi32>,
// CHECK-SAME: vector<16xi8>, vector<16xi8>) -> vector<4xi32>

// Without such an instruction lanes are picked out of the groups.

// PLAIN-LABEL: func.func @conv
// PLAIN: vector.shuffle {{.*}} [0, 4, 8, 12]
// PLAIN-NOT: call_intrinsic
func.func @conv(%x: tensor<1x2x4x4x4xi8>, %w: tensor<1x2x1x1x1x4x4xi8>) -> tensor<1x1x4x4x4xi32>
    attributes {plan.kernel} {
  %0 = onnx.BlockedConv(%x, %w) {dilations = array<i64: 1, 1>, group = 4 : i64, offset = 128 : i64,
      pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} :
      (tensor<1x2x4x4x4xi8>, tensor<1x2x1x1x1x4x4xi8>) -> tensor<1x1x4x4x4xi32>
  return %0 : tensor<1x1x4x4x4xi32>
}
}
