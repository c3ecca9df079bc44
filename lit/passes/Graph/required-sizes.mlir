// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --infer-shapes --split-input-file --verify-diagnostics \
// RUN:   | FileCheck %s

// Sizes that depend on free dimensions are noted: updates are like indices, and
// indices reach no further than the data.

// CHECK-LABEL: func.func @scatter
// CHECK-SAME: onnx.equal_sizes = [{{.*}}#onnx.equal<[s2, s1],
func.func @scatter(%data: tensor<?x3xf32, #onnx.dims<[s0, 3]>>,
                   %at: tensor<?x1xi64, #onnx.dims<[s1, 1]>>,
                   %updates: tensor<?x1xf32, #onnx.dims<[s2, 1]>>,
                   %s0: index, %s1: index, %s2: index)
    -> tensor<*xf32> attributes {onnx.symbols = ["n", "k", "u"]} {
  %y = onnx.ScatterElements(%data, %at, %updates)
      : (tensor<?x3xf32, #onnx.dims<[s0, 3]>>,
         tensor<?x1xi64, #onnx.dims<[s1, 1]>>,
         tensor<?x1xf32, #onnx.dims<[s2, 1]>>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// What contradicts itself is refused.

func.func @indices(%data: tensor<4x3xf32>) -> tensor<*xf32> {
  %at = onnx.Constant() {value = dense<[1, -5]> : tensor<2xi64>} : tensor<2xi64>
  // expected-error @+1 {{index -5 is out of range for a dimension of 4}}
  %y = onnx.Gather(%data, %at) : (tensor<4x3xf32>, tensor<2xi64>)
      -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// Blocks leave no channel over.

// CHECK-LABEL: func.func @multiple
// CHECK-SAME: onnx.equal_sizes = [#onnx.equal<[s0 mod 4, 0],
func.func @multiple(%x: tensor<1x?x2x3xf32, #onnx.dims<[1, s0, 2, 3]>>,
                    %s0: index)
    -> tensor<*xf32> attributes {onnx.symbols = ["c"]} {
  %y = onnx.DepthToSpace(%x) {blocksize = 2 : i64}
      : (tensor<1x?x2x3xf32, #onnx.dims<[1, s0, 2, 3]>>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

func.func @no_multiple(%x: tensor<1x3x4xf32>, %w: tensor<3x2x2xf32>)
    -> tensor<*xf32> {
  // expected-error @+1 {{the number of channels is 3, no multiple of 2}}
  %y = onnx.ConvTranspose(%x, %w, _) {group = 2 : i64}
      : (tensor<1x3x4xf32>, tensor<3x2x2xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// A kernel has an element: min(size, 1) is 1.

// CHECK-LABEL: func.func @kernel
// CHECK-SAME: onnx.equal_sizes = [#onnx.equal<[{{.*}} * (s0 - 1) + 1, 1],
func.func @kernel(%x: tensor<1x2x9xf32>,
                  %w: tensor<4x2x?xf32, #onnx.dims<[4, 2, s0]>>, %s0: index)
    -> tensor<*xf32> attributes {onnx.symbols = ["k"]} {
  %y = onnx.Conv(%x, %w, _) : (tensor<1x2x9xf32>,
      tensor<4x2x?xf32, #onnx.dims<[4, 2, s0]>>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

func.func @no_kernel(%x: tensor<1x2x9xf32>, %w: tensor<4x2x0xf32>)
    -> tensor<*xf32> {
  // expected-error @+1 {{the kernel's size in spatial dimension 0 is 0}}
  %y = onnx.Conv(%x, %w, _) : (tensor<1x2x9xf32>, tensor<4x2x0xf32>)
      -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// The sizes of a letter that one operand has twice are equal. Those of several
// operands are, too, where none is 1.

// CHECK-LABEL: func.func @letters
// CHECK-SAME: #onnx.equal<[s0, s1],
// CHECK: %[[X:.*]] = onnx.Reshape(%arg0
// CHECK: onnx.Expand(%[[X]]
// CHECK: onnx.Expand(%arg1
func.func @letters(%x: tensor<?x?xf32, #onnx.dims<[s0, s1]>>,
                   %y: tensor<?xf32, #onnx.dims<[s2]>>,
                   %s0: index, %s1: index, %s2: index)
    -> tensor<*xf32> attributes {onnx.symbols = ["n", "m", "k"]} {
  %z = onnx.Einsum(%x, %y) {equation = "ii,i->i"}
      : (tensor<?x?xf32, #onnx.dims<[s0, s1]>>,
         tensor<?xf32, #onnx.dims<[s2]>>) -> tensor<*xf32>
  return %z : tensor<*xf32>
}

// -----

// A branch may never run: it is refused when it does.

// CHECK-LABEL: func.func @branch
// CHECK: plan.require
// CHECK-NEXT: onnx.Gather
// CHECK-NOT: plan.require
// CHECK: return
func.func @branch(%c: tensor<i1>, %data: tensor<4x3xf32>) -> tensor<*xf32> {
  %y = onnx.If(%c) do {
    %at = onnx.Constant() {value = dense<7> : tensor<i64>} : tensor<i64>
    %row = onnx.Gather(%data, %at) : (tensor<4x3xf32>, tensor<i64>)
        -> tensor<*xf32>
    onnx.Yield(%row) : (tensor<*xf32>) -> ()
  } {
    %at = onnx.Constant() {value = dense<0> : tensor<i64>} : tensor<i64>
    %row = onnx.Gather(%data, %at) : (tensor<4x3xf32>, tensor<i64>)
        -> tensor<*xf32>
    onnx.Yield(%row) : (tensor<*xf32>) -> ()
  } : (tensor<i1>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}
