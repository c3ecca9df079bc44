// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --lower-kernel-abi --canonicalize | FileCheck %s
// RUN: onnxc-opt %s --attach-machine='target=wasm32' --lower-kernel-abi \
// RUN:   --canonicalize | FileCheck %s --check-prefix=NARROW
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// A tensor is a pointer, which says what lies behind it; its free size is the
// symbol. No two tensors overlap. Sizes are as wide as pointers.

// CHECK-LABEL: func.func @kernel
// CHECK-SAME: %[[A:.*]]: !llvm.ptr {llvm.noalias, {{.*}}plan.element = f32}
// CHECK-SAME: %[[R:.*]]: !llvm.ptr {llvm.noalias, plan.element = i8}
// CHECK-SAME: %[[N:.*]]: index
// CHECK: llvm.insertvalue %[[A]], %{{.*}}[1]
// CHECK: %[[SIZE:.*]] = builtin.unrealized_conversion_cast %[[N]] : index to i64
// CHECK: llvm.insertvalue %[[SIZE]], %{{.*}}[3, 0]
// CHECK: memref.load %{{.*}}[%[[N]], %{{.*}}] : memref<?x4xf32>
// NARROW: builtin.unrealized_conversion_cast %{{.*}} : index to i32
func.func @kernel(%a: memref<?x4xf32> {plan.dims = #onnx.dims<[s0, 4]>},
                  %r: memref<2xi8>, %n: index) attributes {plan.kernel} {
  %c0 = arith.constant 0 : index
  %x = memref.load %a[%n, %c0] : memref<?x4xf32>
  %y = arith.fptosi %x : f32 to i8
  memref.store %y, %r[%c0] : memref<2xi8>
  return
}

// What is no kernel stays.
// CHECK-LABEL: func.func @other(%{{.*}}: memref<4xf32>)
func.func @other(%a: memref<4xf32>) {
  return
}
