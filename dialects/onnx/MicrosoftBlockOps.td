//===- MicrosoftBlockOps.td - Weights quantised in blocks -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/MicrosoftBase.td"

def Onnx_MicrosoftMatMulNBitsOp
    : Onnx_MicrosoftOp<"MatMulNBits", [AttrSizedOperandSegments, NeedsSizes]> {
  let summary = "Product with a matrix of 2, 4 or 8 bits in blocks";
  let description = [{
    B is [N, blocks, bytes of a block], the first element in the lowest bits;
    scales are one a block. Zero points are packed like B, or as real as scales.
    Constant weights are floats once constants are folded; the arithmetic is A's,
    whatever `accuracy_level` allows.
  }];
  let arguments = (ins Onnx_Tensor:$A, Onnx_IntTensor:$B, Onnx_Tensor:$scales,
      Optional<Onnx_Tensor>:$zero_points, Optional<Onnx_IntTensor>:$g_idx,
      Optional<Onnx_Tensor>:$bias, Onnx_Int:$K, Onnx_Int:$N,
      DefaultValuedAttr<Onnx_Int, "0">:$accuracy_level,
      DefaultValuedAttr<Onnx_Int, "4">:$bits, Onnx_Int:$block_size,
      DefaultValuedAttr<Onnx_Int, "0">:$weight_prepacked);
  let results = (outs Onnx_Tensor:$Y);
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    static constexpr llvm::StringLiteral kSlots = "111000";
  }];
}

def Onnx_MicrosoftGatherBlockQuantizedOp
    : Onnx_MicrosoftOp<"GatherBlockQuantized", [NeedsSizes]> {
  let summary = "Rows of a table that is quantised in blocks";
  let description = [{
    Elements of bytes hold 8 / bits each along the last dimension; others are of
    4 bits themselves.
  }];
  let arguments = (ins Onnx_IntTensor:$data, Onnx_IntTensor:$indices,
      Onnx_Tensor:$scales, Optional<Onnx_IntTensor>:$zero_points,
      DefaultValuedAttr<Onnx_Int, "4">:$bits,
      DefaultValuedAttr<Onnx_Int, "128">:$block_size,
      DefaultValuedAttr<Onnx_Int, "0">:$gather_axis,
      DefaultValuedAttr<Onnx_Int, "1">:$quantize_axis);
  let results = (outs Onnx_Tensor:$output);
  let hasVerifier = 1;
}
