// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --pass-pipeline='builtin.module(func.func(bufferize-kernel))' | FileCheck %s

// A buffer of free size that each task needs is a part of one scratch, in whole
// cache lines.

// CHECK-LABEL: func.func private @kernel
// CHECK-SAME: %[[S:[a-z0-9]*]]: memref<?xi8>
// CHECK-SAME: {plan.dims = #onnx.dims<[s0 * (((s1 * 4 + 63) floordiv 64) * 64)]>, plan.scratch},
// CHECK: scf.forall (%[[I:.*]]) in
// CHECK: %[[B:.*]] = affine.apply
// CHECK: %[[AT:.*]] = arith.muli %[[I]], %[[B]]
// CHECK: memref.view %[[S]][%[[AT]]][%{{.*}}] : memref<?xi8> to memref<?xf32>
// CHECK-NOT: memref.alloc
func.func private @kernel(%x: tensor<?x?xf32> {plan.dims = #onnx.dims<[s0, s1]>},
                          %s0: index, %s1: index)
    -> (tensor<?xf32> {plan.dims = #onnx.dims<[s0]>}) attributes {plan.kernel} {
  %0 = arith.constant 0 : index
  %e = tensor.empty(%s0) : tensor<?xf32>
  %y = scf.forall (%i) in (%s0) shared_outs(%o = %e) -> (tensor<?xf32>) {
    %row = tensor.extract_slice %x[%i, 0] [1, %s1] [1, 1] : tensor<?x?xf32> to tensor<?xf32>
    %t = tensor.empty(%s1) : tensor<?xf32>
    %exp = linalg.exp ins(%row : tensor<?xf32>) outs(%t : tensor<?xf32>) -> tensor<?xf32>
    %a = tensor.extract %exp[%0] : tensor<?xf32>
    %p = tensor.empty() : tensor<1xf32>
    %q = tensor.insert %a into %p[%0] : tensor<1xf32>
    scf.forall.in_parallel {
      tensor.parallel_insert_slice %q into %o[%i] [1] [1] : tensor<1xf32> into tensor<?xf32>
    }
  }
  return %y : tensor<?xf32>
}
