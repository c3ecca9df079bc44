// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --approximate-math | FileCheck %s
// RUN: onnxc-opt %s --attach-machine='target=x86_64 cpu=x86-64' \
// RUN:   --approximate-math | FileCheck %s --check-prefix=ROUND
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Functions of f32 become arithmetic on the same vectors.
// CHECK-LABEL: func @exp
// CHECK-NOT: math.exp
// CHECK: arith.mulf {{.*}} : vector<4xf32>
func.func @exp(%x: vector<4xf32>) -> vector<4xf32> {
  %0 = math.exp %x : vector<4xf32>
  return %0 : vector<4xf32>
}

// Those of f64, too.
// CHECK-LABEL: func @exp64
// CHECK-NOT: math.exp
// CHECK: arith.mulf {{.*}} : f64
func.func @exp64(%x: f64) -> f64 {
  %0 = math.exp %x : f64
  return %0 : f64
}

// CHECK-LABEL: func @floor
// CHECK: math.floor
// ROUND-LABEL: func @floor
// ROUND-NOT: math.floor
// ROUND: math.copysign
func.func @floor(%x: f32) -> f32 {
  %0 = math.floor %x : f32
  return %0 : f32
}

// Nothing makes a bf16 of an integer but the way by f32.
// CHECK-LABEL: func @bf16_of_integer
// CHECK: arith.sitofp %{{.*}} : i64 to f32
// CHECK-NOT: arith.truncf
// CHECK: return
func.func @bf16_of_integer(%x: i64) -> bf16 {
  %0 = arith.sitofp %x : i64 to bf16
  return %0 : bf16
}

// bf16 is the upper half of f32; no target's conversion is called.
// CHECK-LABEL: func @bf16
// CHECK: arith.shli
// CHECK-NOT: arith.truncf
func.func @bf16(%x: bf16) -> bf16 {
  %0 = arith.extf %x : bf16 to f32
  %2 = arith.mulf %0, %0 : f32
  %1 = arith.truncf %2 : f32 to bf16
  return %1 : bf16
}
