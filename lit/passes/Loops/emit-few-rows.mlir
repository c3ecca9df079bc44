// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s \
// RUN:   --attach-machine='machine="vectorBits = 128, numVectorRegisters = 16"' \
// RUN:   --lower-to-linalg --fuse-linalg --bufferize-kernel \
// RUN:   --emit-contractions --canonicalize | FileCheck %s

// How many rows there are is known when the model runs. More than 12 are worth
// a copy of the second factor; fewer are multiplied by it where it lies.

// CHECK-LABEL: func.func private @product
// CHECK: arith.cmpi sgt, %[[ROWS:.*]], %c12
// CHECK: scf.if
// CHECK: %[[COPY:.*]] = memref.alloca
// CHECK: %[[X:.*]] = vector.load %[[B:.*]][
// CHECK: vector.store %[[X]], %[[COPY]]
// CHECK: vector.load %[[COPY]]
// CHECK: arith.cmpi slt, %[[ROWS]], %c13
// CHECK: scf.if
// CHECK-NOT: %[[COPY]][
// CHECK: vector.load %[[B]][
// CHECK-NOT: %[[COPY]][
// CHECK: return
func.func private @product(%a: tensor<?x64xf32, #onnx.dims<[s0, 64]>>, %b: tensor<64x128xf32>,
    %s0: index) -> tensor<?x128xf32, #onnx.dims<[s0, 128]>> attributes {plan.kernel} {
  %0 = onnx.MatMul(%a, %b) : (tensor<?x64xf32, #onnx.dims<[s0, 64]>>, tensor<64x128xf32>)
      -> tensor<?x128xf32, #onnx.dims<[s0, 128]>>
  return %0 : tensor<?x128xf32, #onnx.dims<[s0, 128]>>
}
