//===- Passes.td - Every pass, in the order of the pipeline ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "mlir/Pass/PassBase.td"

//===----------------------------------------------------------------------===//
// Graph: onnx -> onnx
//===----------------------------------------------------------------------===//

def InferShapes : Pass<"infer-shapes", "::mlir::func::FuncOp"> {
  let summary = "Infer result types with symbolic dimensions, fold shape "
                "arithmetic";
  let description = [{
    After it every tensor has a rank and an expression for each dimension.
  }];
  let dependentDialects = ["::onnxc::onnx::OnnxDialect",
                           "::onnxc::plan::PlanDialect"];
}

//===----------------------------------------------------------------------===//
// Tensor: a kernel's onnx ops -> linalg
//===----------------------------------------------------------------------===//

def LowerToLinalg : Pass<"lower-to-linalg", "::mlir::func::FuncOp"> {
  let summary = "Lower a kernel's onnx ops to linalg on tensors";
  let dependentDialects = [
    "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
    "::mlir::linalg::LinalgDialect", "::mlir::math::MathDialect",
    "::mlir::scf::SCFDialect", "::mlir::tensor::TensorDialect"];
}

//===----------------------------------------------------------------------===//
// Memory: tensors -> memrefs
//===----------------------------------------------------------------------===//

//===----------------------------------------------------------------------===//
// Code: -> LLVM dialect
//===----------------------------------------------------------------------===//

