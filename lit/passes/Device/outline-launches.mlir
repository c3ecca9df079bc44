// RUN: onnxc-opt %s --attach-machine='machine="groupThreads = 128"' \
// RUN:   --outline-launches | FileCheck %s
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Tasks are threads, neighbours along the last loop; those beyond the last task
// do nothing.
// CHECK-LABEL: func @tasks
// CHECK: gpu.launch_func @tasks_code::@tasks
// CHECK-SAME: blocks in (%c1{{.*}}) threads in (%c128
func.func @tasks(%x: memref<10x12xf32>) attributes {plan.kernel} {
  %one = arith.constant 1.0 : f32
  scf.forall (%i, %j) in (10, 12) {
    memref.store %one, %x[%i, %j] : memref<10x12xf32>
  }
  return
}

// What lies between parallel loops is a launch of one thread; its result is not
// known to the host.
// CHECK-LABEL: func @between
// CHECK: gpu.launch_func {{.*}} threads in (%c1_
// CHECK: gpu.launch_func @between_1_code
func.func @between(%x: memref<100xf32>, %sum: memref<f32>) attributes {plan.kernel} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c100 = arith.constant 100 : index
  %zero = arith.constant 0.0 : f32
  %s = scf.for %i = %c0 to %c100 step %c1 iter_args(%a = %zero) -> f32 {
    %v = memref.load %x[%i] : memref<100xf32>
    %b = arith.addf %a, %v : f32
    scf.yield %b : f32
  }
  memref.store %s, %sum[] : memref<f32>
  scf.forall (%i) in (100) {
    %v = memref.load %sum[] : memref<f32>
    memref.store %v, %x[%i] : memref<100xf32>
  }
  return
}

// A loop around parallel ones is the host's. Its variable is passed.
// CHECK-LABEL: func @steps
// CHECK: scf.for %[[T:.*]] =
// CHECK: gpu.launch_func {{.*}} args({{.*}} : memref<80xf32>, %[[T]] : index)
func.func @steps(%x: memref<5x16xf32>) attributes {plan.kernel} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c5 = arith.constant 5 : index
  %one = arith.constant 1.0 : f32
  scf.for %t = %c0 to %c5 step %c1 {
    scf.forall (%i) in (16) {
      memref.store %one, %x[%t, %i] : memref<5x16xf32>
    }
  }
  return
}

// Loops whose iterations write apart from each other are parallel; that over
// the window is not.
// CHECK-LABEL: func @pool
// CHECK: gpu.launch_func @pool_code::@pool {{.*}} threads in (%c8
// CHECK-NOT: gpu.launch_func
func.func @pool(%x: memref<16xf32>, %y: memref<8xf32>) attributes {plan.kernel} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c8 = arith.constant 8 : index
  scf.for %i = %c0 to %c8 step %c1 {
    scf.for %k = %c0 to %c2 step %c1 {
      %at = arith.addi %i, %k : index
      %v = memref.load %x[%at] : memref<16xf32>
      %old = memref.load %y[%i] : memref<8xf32>
      %new = arith.maximumf %old, %v : f32
      memref.store %new, %y[%i] : memref<8xf32>
    }
  }
  return
}

// A launch of groups that share memory stays what it is.
// CHECK-LABEL: func @groups
// CHECK: gpu.launch_func @groups_code::@groups blocks in (%c6{{.*}} threads in (%c64
func.func @groups(%x: memref<384xf32>) attributes {plan.kernel} {
  %c1 = arith.constant 1 : index
  %c6 = arith.constant 6 : index
  %c64 = arith.constant 64 : index
  gpu.launch blocks(%i, %j, %k) in (%nx = %c6, %ny = %c1, %nz = %c1)
             threads(%t, %u, %v) in (%tx = %c64, %ty = %c1, %tz = %c1)
             workgroup(%row : memref<64xf32, #gpu.address_space<workgroup>>) {
    %at = affine.apply affine_map<(i, t) -> (64 * i + t)>(%i, %t)
    %value = memref.load %x[%at] : memref<384xf32>
    memref.store %value, %row[%t] : memref<64xf32, #gpu.address_space<workgroup>>
    gpu.barrier
    memref.store %value, %x[%at] : memref<384xf32>
    gpu.terminator
  }
  return
}

// CHECK: gpu.module @tasks_code
// CHECK: gpu.func @tasks(%{{.*}}: memref<120xf32>) kernel
// CHECK: arith.cmpi ult, %[[TASK:.*]], %c120
// CHECK: arith.remui %[[TASK]], %c12

// CHECK: gpu.func @groups(%{{.*}}: memref<384xf32>)
// CHECK-SAME: workgroup(%[[ROW:.*]] : memref<64xf32, #gpu.address_space<workgroup>> {llvm.align = 16 : i64}) kernel
// CHECK: %[[T:.*]] = gpu.thread_id x
// CHECK: memref.store %{{.*}}, %[[ROW]][%[[T]]]
