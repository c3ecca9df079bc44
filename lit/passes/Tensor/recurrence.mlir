// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: onnxc-opt %s --lower-to-linalg | FileCheck %s

// A task is a head of a sequence; where its tokens are, the starts say. A token
// that asks the matrix goes over it twice.
// CHECK-LABEL: @asks
func.func @asks(%q: tensor<7x2x4xf32>, %k: tensor<7x2x4xf32>,
                %v: tensor<7x2x3xf32>, %starts: tensor<4xi64>,
                %state: tensor<3x2x4x3xf32>, %beta: tensor<7x2xf32>)
    -> tensor<7x2x3xf32> attributes {plan.kernel} {
  // CHECK: scf.forall ({{.*}}) in (3, 2)
  // CHECK: tensor.extract %arg3
  // CHECK: scf.for
  // CHECK: linalg.fill
  // CHECK: tensor.extract %arg5
  // CHECK: arith.subf
  // CHECK: tensor.extract %arg0
  // CHECK-NOT: math.exp
  %y, %s, %d = onnx.LinearRecurrence(%q, %k, %v, %starts, %state, _, %beta) :
      (tensor<7x2x4xf32>, tensor<7x2x4xf32>, tensor<7x2x3xf32>, tensor<4xi64>,
       tensor<3x2x4x3xf32>, tensor<7x2xf32>)
      -> (tensor<7x2x3xf32>, tensor<3x2x4x3xf32>, tensor<7x2x3xf32>)
  return %y : tensor<7x2x3xf32>
}
