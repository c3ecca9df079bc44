// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --attach-machine='machine="groupThreads = 128, minThreads = 16384, subgroupThreads = 32"' \
// RUN:   --spread-rows --canonicalize --cse | FileCheck %s
// RUN: onnxc-opt %s --spread-rows | FileCheck %s --check-prefix=NONE
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Where threads exchange nothing, a task stays a thread's.
// NONE-NOT: gpu.launch

// 32 threads have a row: each adds up every 32nd element, then they exchange
// sums in five steps; the first stores the whole.
// CHECK-LABEL: func @sums
// CHECK: gpu.launch blocks({{.*}}) in ({{.*}} = %c3{{.*}} threads({{.*}} = %c128
// CHECK: %[[LANE:.*]] = arith.remui %{{.*}}, %c32
// CHECK: scf.for %[[K:.*]] = %[[LANE]] to %c100 step %c32
// CHECK: memref.load %{{.*}}[%{{.*}}, %[[K]]]
// CHECK-COUNT-5: gpu.shuffle xor
// CHECK: arith.cmpi eq, %[[LANE]], %c0
// CHECK: scf.if
// CHECK-NEXT: memref.store
func.func @sums(%x: memref<12x100xf32>, %y: memref<12xf32>) attributes {plan.kernel} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c100 = arith.constant 100 : index
  %zero = arith.constant 0.0 : f32
  scf.forall (%i) in (12) {
    %s = scf.for %k = %c0 to %c100 step %c1 iter_args(%a = %zero) -> f32 {
      %v = memref.load %x[%i, %k] : memref<12x100xf32>
      %b = arith.addf %a, %v : f32
      scf.yield %b : f32
    }
    memref.store %s, %y[%i] : memref<12xf32>
  }
  return
}

// Sums outside of tasks are one task, long enough for a group: its subgroups
// leave their parts in memory.
// CHECK-LABEL: func @whole
// CHECK: gpu.launch {{.*}} = %c256{{.*}} workgroup(%{{.*}} : memref<8xf32, #gpu.address_space<workgroup>>)
// CHECK-COUNT-5: gpu.shuffle xor
// CHECK: gpu.barrier
// CHECK-COUNT-8: memref.load %{{.*}} : memref<8xf32, #gpu.address_space<workgroup>>
// CHECK: gpu.barrier
// CHECK: math.sqrt
func.func @whole(%x: memref<4096xf32>, %y: memref<f32>) attributes {plan.kernel} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4096 = arith.constant 4096 : index
  %zero = arith.constant 0.0 : f32
  %s = scf.for %k = %c0 to %c4096 step %c1 iter_args(%a = %zero) -> f32 {
    %v = memref.load %x[%k] : memref<4096xf32>
    %b = arith.addf %a, %v : f32
    scf.yield %b : f32
  }
  %r = math.sqrt %s : f32
  memref.store %r, %y[] : memref<f32>
  return
}

// An element that the thread beside it has written: not so.
// CHECK-LABEL: func @neighbours
// CHECK-NOT: gpu.launch
// CHECK: scf.forall
func.func @neighbours(%x: memref<12x100xf32>) attributes {plan.kernel} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c99 = arith.constant 99 : index
  scf.forall (%i) in (12) {
    scf.for %k = %c0 to %c99 step %c1 {
      %next = arith.addi %k, %c1 : index
      %v = memref.load %x[%i, %next] : memref<12x100xf32>
      memref.store %v, %x[%i, %k] : memref<12x100xf32>
    }
  }
  return
}

// What the device has computed before is not known to a launch.
// CHECK-LABEL: func @unknown
// CHECK-NOT: gpu.launch
// CHECK: scf.forall
func.func @unknown(%x: memref<12x100xf32>, %m: memref<f32>) attributes {plan.kernel} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c100 = arith.constant 100 : index
  %one = arith.constant 1.0 : f32
  memref.store %one, %m[] : memref<f32>
  %scale = memref.load %m[] : memref<f32>
  scf.forall (%i) in (12) {
    scf.for %k = %c0 to %c100 step %c1 {
      memref.store %scale, %x[%i, %k] : memref<12x100xf32>
    }
  }
  return
}
