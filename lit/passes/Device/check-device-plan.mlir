// RUN: onnxc-opt %s --check-device-plan -verify-diagnostics
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// All that cannot be recorded is said at once, each at its node.
func.func @main(%x: tensor<4xi64>, %y: tensor<i64>) -> tensor<4xi64> {
  // expected-error @+1 {{depends on data for a size, which a graphics device cannot do}}
  %n = plan.call @sum(%x) [] : (tensor<4xi64>) -> tensor<i64>
  %s = plan.symbol 0 = %n[0] : tensor<i64>
  // expected-error @+1 {{depends on data for a size}}
  %m = plan.call @sum(%x) [] : (tensor<4xi64>) -> tensor<i64>
  %t = plan.symbol 1 = %m[0] : tensor<i64>
  return %x : tensor<4xi64>
}
func.func private @sum(tensor<4xi64>) -> tensor<i64>
