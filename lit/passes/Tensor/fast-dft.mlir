// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A row of 16 complex numbers is two passes of radix 4 between two buffers; the
// first one interleaves what its four numbers give. Twiddles are 3 x 4 complex
// numbers, once for p.
//
// RUN: onnxc-opt %s --lower-to-linalg | FileCheck %s

// CHECK-LABEL: func.func private @kernel
// CHECK: scf.forall (%[[ROW:.*]]) in (5)
// CHECK: vector.transfer_read %arg0[%[[ROW]], %{{.*}}]{{.*}} vector<8xf32>
// CHECK: arith.extf {{.*}} to vector<8xf64>
// CHECK: vector.shuffle
// CHECK: vector.transfer_read %arg1{{.*}} vector<4xf64>
// CHECK: vector.transfer_write {{.*}} : vector<16xf64>
// CHECK: arith.truncf {{.*}} to vector<8xf32>
// CHECK: vector.transfer_write {{.*}} : vector<8xf32>, tensor<32xf32>
func.func private @kernel(%x: tensor<5x32xf32>, %tables: tensor<24xf64>)
    -> tensor<5x32xf32> attributes {plan.kernel} {
  %0 = onnx.FastDFT(%x, %tables) {length = 16, parts = 2, inverse = 0,
      onesided = 0} : (tensor<5x32xf32>, tensor<24xf64>) -> tensor<5x32xf32>
  return %0 : tensor<5x32xf32>
}
