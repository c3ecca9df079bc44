// A module as the memory phase leaves it: C = A + B + weights, n x 4.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: onnxc %s --prefix=add -mcpu=x86-64 --target=x86_64-linux-gnu -o %t.o
// RUN: llvm-readelf -SsW %t.o | FileCheck %s --check-prefix=OBJECT
// RUN: llvm-readelf -x .rodata.onnxc_weights %t.o | FileCheck %s --check-prefix=BYTES
// RUN: llvm-readelf -rW %t.o | FileCheck %s --check-prefix=RELOC

// The weights have their section, and only the descriptor is visible.
// OBJECT-DAG: .rodata.onnxc_weights PROGBITS {{.*}} 000040 00 {{ *}}A {{.*}} 64
// OBJECT-DAG: GLOBAL DEFAULT {{.*}} add_model
// OBJECT-DAG: GLOBAL HIDDEN {{.*}} add_weights
// OBJECT-DAG: GLOBAL HIDDEN {{.*}} add_entry
// OBJECT-DAG: GLOBAL HIDDEN {{.*}} add_kernel_0
// BYTES: 0000803f 00000040 00004040 00008040
// RELOC-DAG: add_weights
// RELOC-DAG: add_entry

// The same bytes again, and with one thread.
// RUN: onnxc %s --prefix=add -mcpu=x86-64 --target=x86_64-linux-gnu -o %t.2.o --single-thread
// RUN: cmp %t.o %t.2.o

// RUN: cat %t.h | FileCheck %s --check-prefix=HEADER
// HEADER: typedef struct add_dims {
// HEADER-NEXT: int64_t n; /* from 1 to 64 */
// HEADER: /* "A.x": float, n x 4. the left one */
// HEADER-NEXT: const float *A_x;
// HEADER: ONNXC_INLINE int32_t add_run(

module attributes {
    onnx.graph_name = "add", onnx.producer = "by hand",
    plan.interface = #plan.interface<
        type = (tensor<?x4xf32, #onnx.dims<[s0, 4]>>,
                tensor<?x4xf32, #onnx.dims<[s0, 4]>>, index)
               -> tensor<?x4xf32, #onnx.dims<[s0, 4]>>,
        arguments = [{onnx.name = "A.x", onnx.doc = "the left one"},
                     {onnx.name = "B"}, {}],
        results = [{onnx.name = "C"}], symbols = ["n"], bounds = [1, 64]>,
    plan.weights = [#plan.weight<
        offset = 0, value = dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>>]} {
  llvm.mlir.global external hidden constant @onnxc_weights()
      {addr_space = 0 : i32, alignment = 64 : i64} : !llvm.array<0 x i8>

  func.func private @kernel_0(%a: !llvm.ptr {llvm.noalias},
                              %b: !llvm.ptr {llvm.noalias},
                              %w: !llvm.ptr {llvm.noalias},
                              %c: !llvm.ptr {llvm.noalias}, %n: index) {
    %zero = arith.constant 0 : index
    %one = arith.constant 1 : index
    %four = arith.constant 4 : index
    scf.for %i = %zero to %n step %one {
      scf.for %j = %zero to %four step %one {
        %row = arith.muli %i, %four : index
        %k = arith.addi %row, %j : index
        %at = arith.index_cast %k : index to i64
        %wat = arith.index_cast %j : index to i64
        %pa = llvm.getelementptr %a[%at] : (!llvm.ptr, i64) -> !llvm.ptr, f32
        %pb = llvm.getelementptr %b[%at] : (!llvm.ptr, i64) -> !llvm.ptr, f32
        %pw = llvm.getelementptr %w[%wat] : (!llvm.ptr, i64) -> !llvm.ptr, f32
        %pc = llvm.getelementptr %c[%at] : (!llvm.ptr, i64) -> !llvm.ptr, f32
        %x = llvm.load %pa : !llvm.ptr -> f32
        %y = llvm.load %pb : !llvm.ptr -> f32
        %z = llvm.load %pw : !llvm.ptr -> f32
        %s = arith.addf %x, %y : f32
        %t = arith.addf %s, %z : f32
        llvm.store %t, %pc : f32, !llvm.ptr
      }
    }
    return
  }

  func.func @onnxc_entry(%context: !llvm.ptr, %symbols: !llvm.ptr,
                         %inputs: !llvm.ptr, %outputs: !llvm.ptr) -> i32 {
    %word = llvm.load %symbols : !llvm.ptr -> i64
    %n = arith.index_cast %word : i64 to index
    %a = llvm.load %inputs : !llvm.ptr -> !llvm.ptr
    %next = llvm.getelementptr %inputs[1] : (!llvm.ptr) -> !llvm.ptr, !llvm.ptr
    %b = llvm.load %next : !llvm.ptr -> !llvm.ptr
    %c = llvm.load %outputs : !llvm.ptr -> !llvm.ptr
    %loaded = llvm.mlir.addressof @onnxc_weights : !llvm.ptr
    func.call @kernel_0(%a, %b, %loaded, %c, %n)
        : (!llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, index) -> ()
    %ok = arith.constant 0 : i32
    return %ok : i32
  }

  func.func @onnxc_arena_bytes(%symbols: !llvm.ptr) -> i64 {
    %zero = arith.constant 0 : i64
    return %zero : i64
  }

  func.func @onnxc_output_shapes(%symbols: !llvm.ptr, %dims: !llvm.ptr) {
    %n = llvm.load %symbols : !llvm.ptr -> i64
    llvm.store %n, %dims : i64, !llvm.ptr
    %four = arith.constant 4 : i64
    %next = llvm.getelementptr %dims[1] : (!llvm.ptr) -> !llvm.ptr, i64
    llvm.store %four, %next : i64, !llvm.ptr
    return
  }
}
