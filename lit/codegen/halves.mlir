// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --onnxc-code=cpu=x86-64 | FileCheck %s

// LLVM would pass halves on as floats, converted by functions of a library.

// CHECK: llvm.func @choose(%{{.*}}: i1, %{{.*}}: i16) -> i16
// CHECK: llvm.mlir.constant(16256 : i16)
// CHECK: llvm.select {{.*}} : i1, i16
func.func @choose(%c: i1, %x: bf16) -> bf16 {
  %one = arith.constant 1.0 : bf16
  %0 = arith.select %c, %x, %one : bf16
  return %0 : bf16
}
