// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The generator's first state comes from the seed; it is renewed when all of
// its words are taken.
//
// RUN: onnxc-opt %s --pass-pipeline="builtin.module(func.func(lower-to-linalg))" \
// RUN:   | FileCheck %s

// CHECK-LABEL: func.func private @kernel
// CHECK: tensor.insert %c7_i32
// CHECK: scf.for
// CHECK: scf.if
// CHECK: arith.uitofp %{{.*}} : i32 to f64
func.func private @kernel() -> tensor<5xf64> attributes {plan.kernel} {
  %0 = onnx.Constant() {value = dense<5> : tensor<1xi64>} : tensor<1xi64>
  %1 = onnx.MersenneTwister(%0) {seed = 7 : i64, normal = 0 : i64} : (tensor<1xi64>) -> tensor<5xf64>
  return %1 : tensor<5xf64>
}
