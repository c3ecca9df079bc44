// Code for several CPUs in one object: the weights are there once, the interface
// asks the runtime for the CPU's features and calls the best.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: not onnxc %s --target=x86_64 -mcpu=x86-64-v3,x86-64-v2 2>&1 | FileCheck %s --check-prefix=ORDER
// ORDER: each has to have more than the one before it{{.*}} 'x86-64-v2' has not more than 'x86-64-v3'
// RUN: not onnxc %s --target=aarch64 -mcpu=cortex-a53,cortex-a76 2>&1 | FileCheck %s --check-prefix=OTHER
// OTHER: 'cortex-a76' has not more than 'cortex-a53'
// RUN: not onnxc %s --target=x86_64 -mcpu=x86-64-v2,x86-64-v3 --emit=asm 2>&1 | FileCheck %s --check-prefix=KIND
// KIND: several CPUs in one file{{.*}}--emit=obj, archive or rust
module {}
