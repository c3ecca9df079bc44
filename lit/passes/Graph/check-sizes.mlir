// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: not onnxc-opt %s --check-sizes --split-input-file 2>&1 | FileCheck %s
// RUN: not onnxc-opt %s --attach-machine='target=wasm32' --check-sizes \
// RUN:   --split-input-file 2>&1 \
// RUN:   | FileCheck %s --check-prefixes=CHECK,SMALL

// CHECK: a tensor of 4611686018427387904 elements does not fit
func.func @one(%x: tensor<4611686018427387904xf32>) {
  return
}

// -----

// Each size is small, their product is not.
// CHECK: a tensor of 4294967296 x 4294967296 elements does not fit
func.func @product(%x: tensor<4294967296x4294967296xi8>) {
  return
}

// -----

// SMALL: a tensor of 65536 x 65536 elements does not fit
func.func @pointers(%x: tensor<65536x65536xi8>) {
  return
}

// -----

// A tensor without elements fits whatever its other sizes are.
// CHECK-NOT: does not fit
func.func @empty(%x: tensor<0x4294967296x4294967296xf32>) {
  return
}
