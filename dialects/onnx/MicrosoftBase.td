//===- MicrosoftBase.td - onnxruntime's operators -------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_MICROSOFTBASE
#define ONNXC_DIALECTS_ONNX_MICROSOFTBASE

include "dialects/onnx/OnnxBase.td"

// onnx has no schemas of these operators, with which types could be checked.
def Onnx_IntTensor : Type<
    And<[Onnx_Tensor.predicate,
         CPred<"::llvm::isa<::mlir::IntegerType>(::llvm::cast<::mlir::"
               "TensorType>($_self).getElementType())">]>,
    "tensor of integers", "::mlir::TensorType">;

// An operator of the domain com.microsoft, as docs/ContribOperators of
// onnxruntime has it. Shape inference makes others of it once it knows its operands' ranks;
// until then the element type is all that is known of its results.
class Onnx_MicrosoftOp<string name, list<Trait> traits = []>
    : Onnx_PureOp<"microsoft." # name, traits # [Expanding]>;

#endif // ONNXC_DIALECTS_ONNX_MICROSOFTBASE
