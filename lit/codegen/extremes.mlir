// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --split-input-file --onnxc-code='target=vulkan' | FileCheck %s

// What a device leaves to its host is code for the host's machine: with vectors,
// the greater of two numbers is an intrinsic that loops vectorise by.

// CHECK-LABEL: llvm.func @vectors
// CHECK: llvm.intr.maximum
module attributes {plan.machine = #plan.machine<vectorBits = 256>} {
  func.func @vectors(%a: f32, %b: f32) -> f32 {
    %0 = arith.maximumf %a, %b : f32
    return %0 : f32
  }
}

// -----

// Without, it is a comparison.

// CHECK-LABEL: llvm.func @no_vectors
// CHECK-NOT: llvm.intr.maximum
// CHECK: llvm.fcmp "ugt"
module attributes {plan.machine = #plan.machine<vectorBits = 0>} {
  func.func @no_vectors(%a: f32, %b: f32) -> f32 {
    %0 = arith.maximumf %a, %b : f32
    return %0 : f32
  }
}
