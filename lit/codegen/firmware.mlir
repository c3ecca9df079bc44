// What a microcontroller's object looks like.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: onnxc %S/add.mlir --prefix=add --target=cortex-m --freestanding --weights-section=.flash_weights -o %t.o
// RUN: llvm-readelf -hSsW %t.o | FileCheck %s
// CHECK: Flags: 0x5000{{.*}}
// CHECK: .flash_weights PROGBITS {{.*}} A {{.*}} 64
// CHECK-NOT: .data
// CHECK-NOT: {{ }}UND {{[a-z]}}
// RUN: FileCheck %s --check-prefix=HEADER < %t.h
// HEADER: #define ADD_STACK_BYTES {{[0-9]+}}

// RUN: onnxc %S/add.mlir --prefix=add --target=cortex-m --max-flash=1K -o %t.2.o
// RUN: not onnxc %S/add.mlir --prefix=add --target=cortex-m --max-flash=16 -o %t.2.o 2>&1 \
// RUN:   | FileCheck %s --check-prefix=FLASH
// FLASH: --max-flash allows 16
// RUN: not onnxc %S/add.mlir --max-stack=4X 2>&1 | FileCheck %s --check-prefix=SIZE
// SIZE: --max-stack wants a size like 4096, 64K or 1M, not '4X'
// RUN: not onnxc %S/add.mlir --max-stack=4K --emit=asm 2>&1 | FileCheck %s --check-prefix=KIND
// KIND: they go with --emit=obj, archive or rust
