// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --write-entry | FileCheck %s

// s0 is at most 16: its buffer of floats is planned with 64 bytes, of 2 * s0 of
// them with 128, and the arena's size is a constant.

// CHECK-LABEL: func.func @onnxc_arena_bytes
// CHECK: %[[BYTES:.*]] = arith.constant 192 : i128
// CHECK-NOT: llvm.load
// CHECK: return
func.func @main(%x: tensor<?xf32, #onnx.dims<[s0]>>, %n: index)
    -> tensor<?xf32, #onnx.dims<[s0]>>
    attributes {onnx.symbols = ["n"], onnx.symbol_bounds = array<i64: 1, 16>} {
  %0 = plan.call @k(%x) [%n] : (tensor<?xf32, #onnx.dims<[s0]>>) -> tensor<?xf32, #onnx.dims<[s0]>>
  %1 = plan.call @k(%0) [%n] : (tensor<?xf32, #onnx.dims<[s0]>>) -> tensor<?xf32, #onnx.dims<[s0 * 2]>>
  %2 = plan.call @k(%1) [%n] : (tensor<?xf32, #onnx.dims<[s0 * 2]>>) -> tensor<?xf32, #onnx.dims<[s0]>>
  return %2 : tensor<?xf32, #onnx.dims<[s0]>>
}
func.func private @k(!llvm.ptr, !llvm.ptr, index) attributes {plan.kernel}
