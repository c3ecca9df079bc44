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
    Constant weights stay as they are (`onnx.NBitsMatMul`); the arithmetic is
    float32, whatever `accuracy_level` allows.
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

def Onnx_MicrosoftMatMulBnb4Op
    : Onnx_MicrosoftOp<"MatMulBnb4", [NeedsSizes]> {
  let summary = "Product with a matrix of bitsandbytes' codes of 4 bits";
  let description = [{
    B is [N, K] in one row, two codes a byte, the first in the upper bits; each
    block of it has one largest magnitude.
  }];
  let arguments = (ins Onnx_Tensor:$A, Onnx_IntTensor:$B, Onnx_Tensor:$absmax,
      Onnx_Int:$K, Onnx_Int:$N, Onnx_Int:$block_size, Onnx_Int:$quant_type,
      DefaultValuedAttr<Onnx_Int, "0">:$training_mode,
      DefaultValuedAttr<Onnx_Int, "1">:$transB);
  let results = (outs Onnx_Tensor:$Y);
  let hasVerifier = 1;
}

def Onnx_MicrosoftMatMulFpQ4Op
    : Onnx_MicrosoftOp<"MatMulFpQ4", [NeedsSizes]> {
  let summary = "Product with a matrix in blocks of 4 bits with their scales";
  let arguments = (ins Onnx_Tensor:$A, Onnx_IntTensor:$B,
      Onnx_IntTensor:$B_shape,
      DefaultValuedAttr<Onnx_Int, "1">:$blk_quant_type);
  let results = (outs Onnx_Tensor:$Y);
  let hasVerifier = 1;
}
