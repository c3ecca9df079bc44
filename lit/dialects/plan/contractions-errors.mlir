// RUN: onnxc-opt %s --split-input-file --verify-diagnostics
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// expected-error @below {{a panel has a positive number of columns, not -1}}
func.func private @f() attributes {a = #plan.product<panels = -1>}

// -----

// expected-error @below {{only factors in panels lie in groups}}
func.func private @f() attributes {a = #plan.product<bytes = <group = 4>>}

// -----

// expected-error @below {{quantised factors lie in panels, and in no groups}}
func.func private @f() attributes {a = #plan.product<quants = <bits = 4, block = 32>>}

// -----

// expected-error @below {{a block of 4 has no whole words}}
func.func private @f() attributes {a = #plan.quants<bits = 2, block = 4>}

// -----

// expected-error @below {{a group has an element or more, not 0}}
func.func private @f() attributes {a = #plan.bytes<group = 0>}

// -----

// expected-error @below {{lists have 2 and 1 entries}}
func.func private @f() attributes {a = #plan.convolution<strides = [1, 1], dilations = [1],
    pads = [0, 0], ends = [0, 0]>}

// -----

// expected-error @below {{strides and dilations are positive}}
func.func private @f() attributes {a = #plan.convolution<strides = [0], dilations = [1], pads = [0], ends = [0]>}

// -----

// expected-error @below {{blocked channels are in no groups}}
func.func private @f() attributes {a = #plan.convolution<strides = [1], dilations = [1], pads = [0],
    ends = [0], group = 2, blocks = <>>}

// -----

// expected-error @below {{a depthwise convolution has no groups of bytes}}
func.func private @f() attributes {a = #plan.blocks<depthwise = true, bytes = <group = 4>>}

// -----

// expected-error @below {{transformed kernels are dense and of floats}}
func.func private @f() attributes {a = #plan.blocks<depthwise = true, winograd = 4>}

// -----

// expected-error @below {{attribute 'plan.contraction' is for linalg.generic}}
func.func private @f() attributes {plan.contraction = #plan.product}
