//===- DevicePasses.td - The loops and memory phases of models on devices -===//
//
// In the order of the pipeline.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_DEVICE_DEVICEPASSES
#define ONNXC_PASSES_DEVICE_DEVICEPASSES

include "mlir/Pass/PassBase.td"

def DividePlan : Pass<"divide-plan", "::mlir::ModuleOp"> {
  let summary = "Divide @main between the device and the host";
  let description = [{
    Runs of kernels that the device can carry become modules of their own, which
    plan.offload names. Branches, loops, and what decides sizes stay with the
    host:

      %1 = plan.offload @part_0(%x) : ...
      %2 = plan.call @kernel_3_NonZero(%1) : ...

    See lit/passes/Device/divide-plan.mlir, divide-plan-host.mlir,
    divide-plan-branches.mlir.
  }];
  let dependentDialects = ["::onnxc::plan::PlanDialect"];
}

def SpreadThreads : Pass<"spread-threads", "::mlir::func::FuncOp"> {
  let summary = "Make a scf.forall over elements of each linalg op";
  let description = [{
    A task computes an element of the result, or a tile of a product that stays
    in registers, and what follows it elementwise. Where threads share memory
    into which they copy without waiting, large products become a gpu.launch of
    groups that share tiles of the factors. See
    lit/passes/Device/spread-threads.mlir, group-tiles.mlir.
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect",
                           "::mlir::gpu::GPUDialect",
                           "::mlir::nvgpu::NVGPUDialect",
                           "::mlir::vector::VectorDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::scf::SCFDialect",
                           "::mlir::memref::MemRefDialect"];
}

def SpreadRows : Pass<"spread-rows", "::mlir::func::FuncOp"> {
  let summary = "Let threads that run together share a row";
  let description = [{
    A scf.forall whose tasks reduce long rows becomes a gpu.launch, in which the
    threads of a subgroup have the elements of a row between them and exchange
    what they find by shuffles. See lit/passes/Device/spread-rows.mlir.
  }];
  let dependentDialects = ["::mlir::gpu::GPUDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::memref::MemRefDialect",
                           "::mlir::scf::SCFDialect"];
}

def OutlineLaunches : Pass<"outline-launches", "::mlir::ModuleOp"> {
  let summary = "Make functions of a device of parallel loops";
  let description = [{
    Each scf.forall of a kernel becomes a gpu.func, in a gpu.module of its own,
    and a gpu.launch_func. The ops between them become launches of one thread.
    See lit/passes/Device/outline-launches.mlir, split-tasks.mlir.
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect",
                           "::mlir::gpu::GPUDialect",
                           "::mlir::memref::MemRefDialect",
                           "::mlir::scf::SCFDialect"];
}

def FlattenAccesses : Pass<"flatten-accesses", "::mlir::gpu::GPUFuncOp"> {
  let summary = "Make index arithmetic of views in a device's function";
  let description = [{
    A load of row i, column j of a view of n columns is one of element offset +
    i * n + j of the buffer. Constant parts stay apart, so that
    `loop-invariant-code-motion` can take the rest out of loops. See
    lit/passes/Device/flatten-accesses.mlir.
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::memref::MemRefDialect"];
}

def LowerLaunches : Pass<"lower-launches", "::mlir::ModuleOp"> {
  let summary = "Make calls through the context of launches";
  let description = [{
    gpu.launch_func becomes a call of the context's `launch` with the function's
    number, the number of groups, the addresses of its buffers, and its sizes.
    See lit/passes/Device/lower-launches.mlir.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect",
                           "::mlir::arith::ArithDialect"];
}

def LowerDeviceCopies : Pass<"lower-device-copies", "::mlir::ModuleOp"> {
  let summary = "Let the context copy what the device holds";
  let description = [{
    Memory that the device holds is not the host's: copies of it are calls of
    the context's `copy`. See lit/passes/Device/lower-device-copies.mlir.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

def JoinParts : Pass<"join-parts", "::mlir::ModuleOp"> {
  let summary = "Take the device's parts into the host's module again";
  let description = [{
    Kernels and functions of the device move from the modules of the parts into
    the host's module: @kernel_0 of part 1 becomes @part_1_kernel_0, and
    @onnxc_entry of it @onnxc_record_1. Functions of the device are numbered
    through all parts.
  }];
}

#endif // ONNXC_PASSES_DEVICE_DEVICEPASSES
