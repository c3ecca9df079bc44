// What a model says of itself is verified.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: onnxc-opt %s -split-input-file -verify-diagnostics

module attributes {onnx.doc = "sums", onnx.graph_name = "add",
                   onnx.metadata = {license = "MIT"}, onnx.producer = "hand"} {
  func.func private @main(tensor<?xf32> {onnx.name = "x"}, index)
      -> (tensor<?xf32> {onnx.doc = "the sum"})
      attributes {onnx.symbols = ["n"], onnx.symbol_bounds = array<i64: 1, -1>,
                  onnx.equal_sizes = [#onnx.equal<[s0, 4], "conv_1">]}
}

// -----

// expected-error@+1 {{has an unknown attribute 'onnx.author'}}
module attributes {onnx.author = "nobody"} {
}

// -----

// expected-error@+1 {{attribute 'onnx.symbols' is not a list of names}}
func.func private @main() attributes {onnx.symbols = "n"}

// -----

// expected-error@+1 {{attribute 'onnx.symbol_bounds' is not an i64 array of pairs}}
func.func private @main() attributes {onnx.symbol_bounds = array<i64: 1>}

// -----

// expected-error@+1 {{attribute 'onnx.equal_sizes' is not a list of #onnx.equal}}
func.func private @main() attributes {onnx.equal_sizes = [#onnx.dims<[s0]>]}

// -----

// expected-error@+1 {{expected two sizes}}
func.func private @main() attributes {onnx.equal_sizes = [#onnx.equal<[s0], "add">]}

// -----

// expected-error@+1 {{attribute 'onnx.name' is not a string but 1}}
func.func private @main(tensor<4xf32> {onnx.name = 1 : i64})
