// RUN: onnxc-opt %s | onnxc-opt | FileCheck %s
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// What is as usual is not printed.

// CHECK-LABEL: func.func private @attributes
// CHECK-SAME: a = #plan.product,
// CHECK-SAME: b = #plan.product<panels = 16>,
// CHECK-SAME: c = #plan.product<panels = 16, bytes = <group = 4, offset = 128>>,
// CHECK-SAME: d = #plan.convolution<strides = [2], dilations = [1], pads = [1], ends = [0]>,
// CHECK-SAME: e = #plan.convolution<strides = [1, 1], dilations = [1, 1], pads = [0, 0], ends = [0, 0], group = 2>,
// CHECK-SAME: f = #plan.convolution<{{.*}}, blocks = <depthwise = true>>,
// CHECK-SAME: g = #plan.convolution<{{.*}}, blocks = <>>,
// CHECK-SAME: h = #plan.convolution<{{.*}}, blocks = <unsignedImage = true, padding = 3, bytes = <group = 2>>>,
// CHECK-SAME: i = #plan.product<panels = 32, quants = <bits = 4, block = 32>>,
// CHECK-SAME: j = #plan.convolution<{{.*}}, blocks = <winograd = 4>>
func.func private @attributes() attributes {
  a = #plan.product,
  b = #plan.product<panels = 16>,
  c = #plan.product<panels = 16, bytes = <group = 4, offset = 128>>,
  d = #plan.convolution<strides = [2], dilations = [1], pads = [1], ends = [0]>,
  e = #plan.convolution<strides = [1, 1], dilations = [1, 1], pads = [0, 0], ends = [0, 0], group = 2>,
  f = #plan.convolution<strides = [1], dilations = [1], pads = [0], ends = [0], blocks = <depthwise = true>>,
  g = #plan.convolution<strides = [1], dilations = [1], pads = [0], ends = [0], blocks = <>>,
  h = #plan.convolution<strides = [1], dilations = [1], pads = [0], ends = [0],
      blocks = <unsignedImage = true, padding = 3, bytes = <group = 2>>>,
  i = #plan.product<panels = 32, quants = <bits = 4, block = 32>>,
  j = #plan.convolution<strides = [1, 1], dilations = [1, 1], pads = [1, 1], ends = [1, 1], blocks = <winograd = 4>>
}
