// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --attach-machine='machine="minThreads = 128, groupThreads = 64, \
// RUN:   sharedBytes = 49152, hasAsyncCopies = true"' \
// RUN:   --spread-threads --canonicalize --cse | FileCheck %s
// RUN: onnxc-opt %s --attach-machine='machine="minThreads = 128, groupThreads = 64, \
// RUN:   sharedBytes = 49152, hasAsyncCopies = true, hasMatrixProduct = true"' \
// RUN:   --spread-threads --canonicalize --cse | FileCheck %s --check-prefix=HALF
// RUN: onnxc-opt %s --attach-machine='machine="minThreads = 128, groupThreads = 64"' \
// RUN:   --spread-threads --canonicalize --cse | FileCheck %s --check-prefix=NONE
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Without memory to share, threads compute tiles in registers.
// NONE-NOT: gpu.launch

#a = affine_map<(m, n, k) -> (m, k)>
#b = affine_map<(m, n, k) -> (k, n)>
#c = affine_map<(m, n, k) -> (m, n)>

// Tiles of two steps are in memory. In a step those of the next are copied, 16
// bytes at once, and 64 threads have 4 x 4 sums each; then all wait.
// CHECK-LABEL: func @product
// CHECK: gpu.launch blocks({{.*}}) in ({{.*}} = %c2{{.*}}) threads({{.*}} = %c64
// CHECK-SAME: workgroup({{.*}} : memref<1280xf32, #gpu.address_space<workgroup>>, {{.*}} : memref<1152xf32,
// CHECK: nvgpu.device_async_wait
// CHECK: gpu.barrier
// CHECK: %[[SUMS:.*]]:16 = scf.for
// CHECK: scf.if
// CHECK: nvgpu.device_async_copy {{.*}}, 4 {bypassL1}
// CHECK: scf.for {{.*}} step %c4
// CHECK: vector.load {{.*}} {alignment = 16 : i64}
// CHECK: gpu.barrier
// CHECK: arith.maximumf
// CHECK: vector.store {{.*}} vector<4xf32>
func.func @product(%a: memref<32x48xf32>, %b: memref<48x64xf32>,
                   %c: memref<32x64xf32>,
                   %sums: memref<32x64xf32> {plan.scratch}) attributes {plan.kernel} {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%sums : memref<32x64xf32>)
  linalg.generic {indexing_maps = [#a, #b, #c],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<32x48xf32>, memref<48x64xf32>)
      outs(%sums : memref<32x64xf32>) attrs = {plan.contraction = #plan.product} {
  ^bb0(%x: f32, %y: f32, %sum: f32):
    %0 = arith.mulf %x, %y : f32
    %1 = arith.addf %sum, %0 : f32
    linalg.yield %1 : f32
  }
  linalg.generic {
      indexing_maps = [affine_map<(i, j) -> (i, j)>,
                       affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%sums : memref<32x64xf32>) outs(%c : memref<32x64xf32>) {
  ^bb0(%x: f32, %y: f32):
    %0 = arith.maximumf %x, %zero : f32
    linalg.yield %0 : f32
  }
  return
}

// Halves stay halves where instructions multiply matrices of them. Rows that
// lie along the depth are loaded as they are, columns that do not transposed;
// what does not divide the tile is filled with zeros.
// HALF-LABEL: func @halves
// HALF: gpu.launch
// HALF: nvgpu.device_async_copy {{.*}}, 8, %{{.*}} {bypassL1}
// HALF: nvgpu.ldmatrix {{.*}} {numTiles = 4 : i32, transpose = false}
// HALF: nvgpu.ldmatrix {{.*}} {numTiles = 4 : i32, transpose = true}
// HALF: nvgpu.mma.sync({{.*}}) {mmaShape = [16, 8, 16]}
// CHECK-LABEL: func @halves
// CHECK-NOT: nvgpu.mma.sync
func.func @halves(%a: memref<32x40xf16>, %b: memref<40x32xf16>,
                  %c: memref<32x32xf32>) attributes {plan.kernel} {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%c : memref<32x32xf32>)
  linalg.generic {indexing_maps = [#a, #b, #c],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<32x40xf16>, memref<40x32xf16>)
      outs(%c : memref<32x32xf32>) attrs = {plan.contraction = #plan.product} {
  ^bb0(%x: f16, %y: f16, %sum: f32):
    %l = arith.extf %x : f16 to f32
    %r = arith.extf %y : f16 to f32
    %0 = arith.mulf %l, %r : f32
    %1 = arith.addf %sum, %0 : f32
    linalg.yield %1 : f32
  }
  return
}

// A product of few rows reads the other factor once either way.
// CHECK-LABEL: func @thin
// CHECK-NOT: gpu.launch
// CHECK: scf.forall
func.func @thin(%a: memref<4x48xf32>, %b: memref<48x64xf32>,
                %c: memref<4x64xf32>) attributes {plan.kernel} {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%c : memref<4x64xf32>)
  linalg.generic {indexing_maps = [#a, #b, #c],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<4x48xf32>, memref<48x64xf32>)
      outs(%c : memref<4x64xf32>) attrs = {plan.contraction = #plan.product} {
  ^bb0(%x: f32, %y: f32, %sum: f32):
    %0 = arith.mulf %x, %y : f32
    %1 = arith.addf %sum, %0 : f32
    linalg.yield %1 : f32
  }
  return
}
