// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --pass-pipeline='builtin.module(func.func(drop-dead-tensors,canonicalize))' | FileCheck %s

// A loop over steps writes all states and the last one; nobody reads the former.

// CHECK-LABEL: func.func private @last
// CHECK-SAME: (%[[X:.*]]: f32, %{{.*}}: tensor<?xf32>, %[[S:.*]]: tensor<1xf32>,
// CHECK: %[[R:.*]] = scf.for {{.*}} iter_args(%[[H:.*]] = %[[S]]) -> (tensor<1xf32>)
// CHECK: %[[N:.*]] = tensor.insert %{{.*}} into %[[H]]
// CHECK-NOT: tensor.insert
// CHECK: scf.yield %[[N]] : tensor<1xf32>
// CHECK: return %[[R]]
func.func private @last(%x: f32, %all: tensor<?xf32>, %state: tensor<1xf32>, %s0: index)
    -> tensor<1xf32> attributes {plan.kernel} {
  %0 = arith.constant 0 : index
  %1 = arith.constant 1 : index
  %r:2 = scf.for %t = %0 to %s0 step %1 iter_args(%y = %all, %h = %state)
      -> (tensor<?xf32>, tensor<1xf32>) {
    %old = tensor.extract %h[%0] : tensor<1xf32>
    %new = arith.addf %old, %x : f32
    %next = tensor.insert %new into %h[%0] : tensor<1xf32>
    %more = tensor.insert %new into %y[%t] : tensor<?xf32>
    scf.yield %more, %next : tensor<?xf32>, tensor<1xf32>
  }
  return %r#1 : tensor<1xf32>
}

// What another carried tensor is computed from stays.

// CHECK-LABEL: func.func private @read
// CHECK: iter_args(%{{.*}}, %{{.*}}) -> (tensor<1xf32>, tensor<1xf32>)
func.func private @read(%c: tensor<1xf32>, %state: tensor<1xf32>, %s0: index)
    -> tensor<1xf32> attributes {plan.kernel} {
  %0 = arith.constant 0 : index
  %1 = arith.constant 1 : index
  %r:2 = scf.for %t = %0 to %s0 step %1 iter_args(%y = %c, %h = %state)
      -> (tensor<1xf32>, tensor<1xf32>) {
    %a = tensor.extract %y[%0] : tensor<1xf32>
    %b = arith.addf %a, %a : f32
    %next = tensor.insert %b into %h[%0] : tensor<1xf32>
    %more = tensor.insert %b into %y[%0] : tensor<1xf32>
    scf.yield %more, %next : tensor<1xf32>, tensor<1xf32>
  }
  return %r#1 : tensor<1xf32>
}
