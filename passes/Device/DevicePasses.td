//===- DevicePasses.td - The passes for models on devices -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_DEVICE_DEVICEPASSES
#define ONNXC_PASSES_DEVICE_DEVICEPASSES

include "mlir/Pass/PassBase.td"

//===----------------------------------------------------------------------===//
// Device: a kernel's parallel loops -> functions of a GPU
//===----------------------------------------------------------------------===//

def DividePlan : Pass<"divide-plan", "::mlir::ModuleOp"> {
  let summary = "Divide @main between the device and the host";
  let description = [{
    Runs of kernels that the device can carry become modules of their own, which
    plan.offload names; branches, loops, and what decides sizes stay.
  }];
  let dependentDialects = ["::onnxc::plan::PlanDialect"];
}

def JoinParts : Pass<"join-parts", "::mlir::ModuleOp"> {
  let summary = "Take the device's parts into the host's module again";
}

def SpreadThreads : Pass<"spread-threads", "::mlir::func::FuncOp"> {
  let summary = "Make a scf.forall over elements of each linalg op";
  let description = [{
    A task computes an element of the result, or a tile of a product that stays
    in registers, and what follows it elementwise. Where threads share memory
    into which they copy without waiting, large products become a gpu.launch of
    groups that share tiles of the factors.
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
    what they find.
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
    and a gpu.launch_func; what is between them, launches of one thread.
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect",
                           "::mlir::gpu::GPUDialect",
                           "::mlir::memref::MemRefDialect",
                           "::mlir::scf::SCFDialect"];
}

def FlattenAccesses : Pass<"flatten-accesses", "::mlir::gpu::GPUFuncOp"> {
  let summary = "Make index arithmetic of views in a device's function";
  let dependentDialects = ["::mlir::affine::AffineDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::memref::MemRefDialect"];
}

def LowerLaunches : Pass<"lower-launches", "::mlir::ModuleOp"> {
  let summary = "Make calls through the context of launches";
  let dependentDialects = ["::mlir::LLVM::LLVMDialect",
                           "::mlir::arith::ArithDialect"];
}

def LowerDeviceCopies : Pass<"lower-device-copies", "::mlir::ModuleOp"> {
  let summary = "Let the context copy what the device holds";
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

#endif // ONNXC_PASSES_DEVICE_DEVICEPASSES
