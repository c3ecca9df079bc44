// RUN: onnxc-opt %s --split-input-file --verify-diagnostics
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// expected-error@+1 {{of a machine there is no field 'vectorbits'}}
module attributes {plan.machine = #plan.machine<vectorbits = 512>} {
}

// -----

// expected-error@+1 {{of a machine 'hasThreads' has the wrong type}}
module attributes {plan.machine = #plan.machine<hasThreads = 1>} {
}

// -----

// expected-error@+1 {{of a machine 'l1Bytes' has the wrong type}}
module attributes {plan.machine = #plan.machine<l1Bytes = -1>} {
}

// -----

// expected-error@+1 {{of a machine there is no field 'groups'}}
module attributes {plan.machine = #plan.machine<dot = {groups = 4}>} {
}
