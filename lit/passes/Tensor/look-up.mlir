// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: onnxc-opt %s --pass-pipeline="builtin.module(func.func(lower-to-linalg))" \
// RUN:   | FileCheck %s

// Five keys are halved three times; the last one, NaN, is asked for.
// CHECK-LABEL: func.func private @search
// CHECK-COUNT-2: arith.cmpf ole
// CHECK: arith.cmpf oeq
// CHECK: arith.cmpf une
// CHECK: tensor.extract
func.func private @search(%x: tensor<3xf32>, %values: tensor<6xi64>,
                          %keys: tensor<5xf32>) -> tensor<3xi64>
    attributes {plan.kernel} {
  %0 = onnx.LookUp(%x, %values, %keys) {nan_key}
      : (tensor<3xf32>, tensor<6xi64>, tensor<5xf32>) -> tensor<3xi64>
  return %0 : tensor<3xi64>
}

// Below the first key a difference is a large unsigned number.
// CHECK-LABEL: func.func private @table
// CHECK: %[[PLACE:.*]] = arith.subi
// CHECK: arith.cmpi ult, %[[PLACE]]
func.func private @table(%x: tensor<3xi64>, %values: tensor<7xi64>)
    -> tensor<3xi64> attributes {plan.kernel} {
  %0 = onnx.LookUp(%x, %values) {first = 2 : i64}
      : (tensor<3xi64>, tensor<7xi64>) -> tensor<3xi64>
  return %0 : tensor<3xi64>
}

// A product's highest bits are the bucket, whose displacement moves the next.
// CHECK-LABEL: func.func private @hash
// CHECK: %[[BITS:.*]] = arith.muli
// CHECK: arith.shrui %[[BITS]], %c62_i64
// CHECK: %[[NEXT:.*]] = arith.shrui %[[BITS]], %c58_i64
// CHECK: %[[SLOT:.*]] = arith.andi %[[NEXT]], %c15_i64
// CHECK: arith.xori %[[SLOT]]
func.func private @hash(%x: tensor<3xi64>, %values: tensor<17xi64>,
                        %keys: tensor<16xi64>, %moves: tensor<4xi64>)
    -> tensor<3xi64> attributes {plan.kernel} {
  %0 = onnx.LookUp(%x, %values, %keys, %moves) {multiplier = 5 : i64}
      : (tensor<3xi64>, tensor<17xi64>, tensor<16xi64>, tensor<4xi64>)
      -> tensor<3xi64>
  return %0 : tensor<3xi64>
}
