// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --infer-shapes --split-input-file --verify-diagnostics | FileCheck %s

// It becomes calls of the runtime's functions: one tells the sizes, of which the
// channels are known.
// CHECK-LABEL: func.func @gray
// CHECK: %[[SIZES:.*]]:2 = onnx.CustomSizes(%{{.*}}) {{.*}}function = "onnxc_decode_image"
// CHECK: plan.symbol 1 = %[[SIZES]]#0[0]
// CHECK: plan.symbol 2 = %[[SIZES]]#1[0]
// CHECK: onnx.CustomCall({{.*}}rules = ["uint8[?, ?, 1]"], values = {pixel_format = "Grayscale"}}
// CHECK-SAME: tensor<?x?x1xui8, #onnx.dims<[s1, s2, 1]>>
func.func @gray(%x: tensor<?xui8, #onnx.dims<[s0]>>, %s0: index) -> tensor<*xui8>
    attributes {onnx.symbols = ["n"]} {
  %0 = onnx.ImageDecoder(%x) {pixel_format = "Grayscale"} : (tensor<?xui8, #onnx.dims<[s0]>>) -> tensor<*xui8>
  return %0 : tensor<*xui8>
}

// -----

// CHECK-LABEL: func.func @default
// CHECK: onnx.CustomCall({{.*}}rules = ["uint8[?, ?, 3]"], values = {pixel_format = "RGB"}}
func.func @default(%x: tensor<9xui8>) -> tensor<*xui8> attributes {onnx.symbols = []} {
  %0 = onnx.ImageDecoder(%x) : (tensor<9xui8>) -> tensor<*xui8>
  return %0 : tensor<*xui8>
}

// -----

func.func @format(%x: tensor<9xui8>) -> tensor<*xui8> {
  // expected-error@+1 {{pixel_format must be RGB, BGR or Grayscale, not 'RGBA'}}
  %0 = onnx.ImageDecoder(%x) {pixel_format = "RGBA"} : (tensor<9xui8>) -> tensor<*xui8>
  return %0 : tensor<*xui8>
}

// -----

func.func @rank(%x: tensor<3x3xui8>) -> tensor<*xui8> {
  // expected-error@+2 {{encoded_stream has 2 dimensions where the bytes of a file have one}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.ImageDecoder(%x) : (tensor<3x3xui8>) -> tensor<*xui8>
  return %0 : tensor<*xui8>
}
