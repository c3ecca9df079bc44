// RUN: onnxc-opt %s --split-input-file | FileCheck %s
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Fields that are not there have their default, and are not printed.

// CHECK: plan.machine = #plan.machine<numVectorRegisters = 32, vectorBits = 512>
module attributes {plan.machine = #plan.machine<
    vectorBits = 512, numVectorRegisters = 32, hasRounding = false>} {
}

// -----

// CHECK: #plan.machine<dot = {accumulates = false, group = 2, intrinsics =
// CHECK-SAME: {b128 = "llvm.x86.sse2.pmadd.wd"}}, vectorBits = 128>
module attributes {plan.machine = #plan.machine<vectorBits = 128, dot = {
    group = 2, accumulates = false,
    intrinsics = {b128 = "llvm.x86.sse2.pmadd.wd"}}>} {
}

// -----

// CHECK: plan.host_machine = #plan.machine<vectorBits = 256>
// CHECK-SAME: plan.machine = #plan.machine<deviceCode = "spirv">
module attributes {plan.machine = #plan.machine<deviceCode = "spirv">,
                   plan.host_machine = #plan.machine<vectorBits = 256>} {
}
