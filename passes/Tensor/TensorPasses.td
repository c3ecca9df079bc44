//===- TensorPasses.td - The tensor phase: a kernel's onnx ops -> linalg --===//
//
// In the order of the pipeline.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_TENSOR_TENSORPASSES
#define ONNXC_PASSES_TENSOR_TENSORPASSES

include "mlir/Pass/PassBase.td"

def VersionKernels : Pass<"version-kernels", "::mlir::ModuleOp"> {
  let summary = "Give kernels a version for sizes that need no broadcast";
  let description = [{
    Where a free dimension may be 1 when the model runs, an Expand is in the
    kernel. As a rule it is not, and a version of the kernel without the Expand
    is compiled as well. `join-versions` makes one function of both. See
    lit/passes/Tensor/version-kernels.mlir.
  }];
  let dependentDialects = ["::onnxc::plan::PlanDialect"];
}

def LowerToLinalg : Pass<"lower-to-linalg", "::mlir::func::FuncOp"> {
  let summary = "Lower a kernel's onnx ops to linalg on tensors";
  let description = [{
    Ops in a form that no pattern takes stay, with the attribute `onnx.refused`:
    the reasons.
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::bufferization::BufferizationDialect",
                           "::mlir::LLVM::LLVMDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::memref::MemRefDialect",
                           "::mlir::math::MathDialect",
                           "::mlir::scf::SCFDialect",
                           "::mlir::tensor::TensorDialect",
                           "::mlir::vector::VectorDialect",
                           "::onnxc::plan::PlanDialect"];
}

def RefuseForms : Pass<"refuse-forms", "::mlir::ModuleOp"> {
  let summary = "Report the ops that have no lowering, and why";
  let description = [{
    Each onnx op that `lower-to-linalg` left in a kernel is an error at its
    node, with the reasons that the patterns gave.
  }];
}

def DropDeadTensors : Pass<"drop-dead-tensors", "::mlir::func::FuncOp"> {
  let summary = "Stop loops from carrying tensors that nobody reads";
  let description = [{
    A loop yields such a tensor as it came. The canonicalizer removes it, with
    what computed it. See lit/passes/Tensor/drop-dead-tensors.mlir.
  }];
}

def FuseLinalg : Pass<"fuse-linalg", "::mlir::func::FuncOp"> {
  let summary = "Fuse elementwise producers into their consumers";
  let description = [{
    An elementwise op that one other op reads is computed in that op's loop, so
    that no tensor lies between them. See lit/passes/Tensor/fuse-linalg.mlir.
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect"];
}

#endif // ONNXC_PASSES_TENSOR_TENSORPASSES
