// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --write-entry --mlir-print-local-scope | FileCheck %s

// A function of the runtime is called by its own name, without a hash of its
// types.

// CHECK: #plan.custom_function<name = "onnxc_decode_image", symbol = "onnxc_decode_image",
// CHECK: llvm.func @onnxc_decode_image(!llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr) -> i32
// CHECK-LABEL: func.func @onnxc_entry
// CHECK: llvm.call @onnxc_decode_image(
func.func @main(%x: tensor<9xui8>) -> tensor<2x3x1xui8> attributes {onnx.symbols = []} {
  %0 = onnx.CustomCall(%x) {op_type = "ImageDecoder", function = "onnxc_decode_image",
      given_inputs = array<i1: true>, given_outputs = array<i1: true>,
      names = ["encoded_stream"], values = {pixel_format = "Grayscale"},
      rules = ["uint8[2, 3, 1]"]} : (tensor<9xui8>) -> tensor<2x3x1xui8>
  return %0 : tensor<2x3x1xui8>
}
