// Grouped heads: two query heads read one key head, whose scores stay in a row.
// RUN: onnxc-opt %s --lower-to-linalg | FileCheck %s

// CHECK-LABEL: @grouped
func.func @grouped(%q: tensor<1x2x3x4xf32>, %k: tensor<1x1x5x4xf32>, %v: tensor<1x1x5x4xf32>) -> tensor<1x2x3x4xf32> attributes {kernel} {
  // CHECK: scf.forall ({{.*}}) in (1, 2, 3)
  // CHECK: arith.maximumf
  // CHECK: math.exp
  %0, %1, %2, %3 = onnx.Attention(%q, %k, %v, _, _, _, _) : (tensor<1x2x3x4xf32>, tensor<1x1x5x4xf32>, tensor<1x1x5x4xf32>) -> (tensor<1x2x3x4xf32>, tensor<1x1x5x4xf32>, tensor<1x1x5x4xf32>, tensor<1x2x3x5xf32>)
  return %0 : tensor<1x2x3x4xf32>
}
