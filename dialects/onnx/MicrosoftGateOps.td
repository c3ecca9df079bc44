//===- MicrosoftGateOps.td - Gates and mixes of streams -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/MicrosoftBase.td"

defvar gateEpsilon = "9.99999975e-06f";

def Onnx_MicrosoftBiasSoftmaxOp
    : Onnx_MicrosoftOp<"BiasSoftmax", [NeedsSizes]> {
  let summary = "Softmax of data + bias over all dimensions from an axis on";
  let arguments = (ins Onnx_Tensor:$data, Onnx_Tensor:$bias,
      DefaultValuedAttr<Onnx_Int, "1">:$axis, Onnx_Int:$is_inner_broadcast);
  let results = (outs Onnx_Tensor:$output);
}

def Onnx_MicrosoftBiasDropoutOp
    : Onnx_MicrosoftOp<"BiasDropout", [
        AttrSizedOperandSegments, NeedsSizes]> {
  let summary = "Dropout of data + bias, and residual";
  let arguments = (ins Onnx_Tensor:$data, Onnx_Tensor:$bias,
      Optional<Onnx_Tensor>:$residual, Optional<Onnx_Tensor>:$ratio,
      Optional<Onnx_Tensor>:$training_mode, OptionalAttr<Onnx_Int>:$seed);
  let results = (outs Onnx_Tensor:$output, Onnx_Tensor:$mask);
  let extraClassDeclaration = [{
    static constexpr llvm::StringLiteral kSlots = "11000";
  }];
}

def Onnx_MicrosoftScaledSiLUOp : Onnx_MicrosoftOp<"ScaledSiLU"> {
  let summary = "z * sigmoid(z) of z = scale * x, each rounded";
  let arguments = (ins Onnx_Tensor:$X, Optional<Onnx_Tensor>:$scale,
      DefaultValuedAttr<Onnx_Float, "1.0f">:$alpha);
  let results = (outs Onnx_Tensor:$Y);
}

def Onnx_MicrosoftSwiGLUOp : Onnx_MicrosoftOp<"SwiGLU", [NeedsSizes]> {
  let summary = "gate * sigmoid(alpha * gate) * (up + beta), both clamped";
  let arguments = (ins Onnx_Tensor:$gate, Optional<Onnx_Tensor>:$up,
      DefaultValuedAttr<Onnx_Float, "1.0f">:$activation_alpha,
      DefaultValuedAttr<Onnx_Float, "0.0f">:$activation_beta,
      DefaultValuedAttr<Onnx_Float, "0.0f">:$limit,
      DefaultValuedAttr<Onnx_Int, "0">:$round_activation);
  let results = (outs Onnx_Tensor:$output);
}

def Onnx_MicrosoftGatedAddOp : Onnx_MicrosoftOp<"GatedAdd", [NeedsSizes]> {
  let summary = "X + Y * gate, a gate a row";
  let arguments = (ins Onnx_Tensor:$X, Onnx_Tensor:$Y, Onnx_Tensor:$gate,
      Optional<Onnx_Tensor>:$gate_weight);
  let results = (outs Onnx_Tensor:$output);
  let hasVerifier = 1;
}

def Onnx_MicrosoftGatedRMSNormOp
    : Onnx_MicrosoftOp<"GatedRMSNorm", [NeedsSizes]> {
  let summary = "RMSNormalization of each group of a row, times a gate";
  let arguments = (ins Onnx_Tensor:$X, Onnx_Tensor:$scale, Onnx_Tensor:$gate,
      DefaultValuedAttr<Onnx_String, "\"silu\"">:$activation,
      DefaultValuedAttr<Onnx_Float, gateEpsilon>:$epsilon);
  let results = (outs Onnx_Tensor:$Y);
  let hasVerifier = 1;
}

// Streams are [..., C, H], or [..., C * H] where num_branches is C.

def Onnx_MicrosoftBranchwiseRMSNormOp
    : Onnx_MicrosoftOp<"BranchwiseRMSNorm", [NeedsSizes]> {
  let summary = "RMSNormalization of each stream";
  let arguments = (ins Onnx_Tensor:$X, Optional<Onnx_Tensor>:$scale,
      DefaultValuedAttr<Onnx_Float, gateEpsilon>:$epsilon,
      DefaultValuedAttr<Onnx_Int, "0">:$num_branches);
  let results = (outs Onnx_Tensor:$Y);
}

def Onnx_MicrosoftHyperConnectionPreMixOp
    : Onnx_MicrosoftOp<"HyperConnectionPreMix", [NeedsSizes]> {
  let summary = "The sum of streams, each times its gates";
  let arguments = (ins Onnx_Tensor:$streams, Onnx_Tensor:$pre_mix,
      DefaultValuedAttr<Onnx_Int, "0">:$num_branches,
      DefaultValuedAttr<Onnx_Float, "1.0f">:$reduction_scale);
  let results = (outs Onnx_Tensor:$output);
}

def Onnx_MicrosoftHyperConnectionPostMixOp
    : Onnx_MicrosoftOp<"HyperConnectionPostMix", [NeedsSizes]> {
  let summary = "Streams mixed by a matrix, and a block's output times gates";
  let arguments = (ins Onnx_Tensor:$streams, Onnx_Tensor:$block_output,
      Onnx_Tensor:$post_mix, Optional<Onnx_Tensor>:$stream_mix,
      DefaultValuedAttr<Onnx_Int, "0">:$num_branches);
  let results = (outs Onnx_Tensor:$output);
}

def Onnx_MicrosoftLinearAttentionGateOp
    : Onnx_MicrosoftOp<"LinearAttentionGate", [NeedsSizes]> {
  let summary = "decay_scale * softplus(a + dt_bias), and sigmoid(b)";
  let arguments = (ins Onnx_Tensor:$a, Onnx_Tensor:$dt_bias,
      Onnx_Tensor:$decay_scale, Optional<Onnx_Tensor>:$b);
  let results = (outs Onnx_Tensor:$decay, Onnx_Tensor:$beta);
}

def Onnx_MicrosoftEngramGateOp
    : Onnx_MicrosoftOp<"EngramGate", [NeedsSizes]> {
  let summary = "A value times how well a key fits a query, a gate a stream";
  let arguments = (ins Onnx_Tensor:$key, Onnx_Tensor:$query,
      Onnx_Tensor:$value, Onnx_Tensor:$key_norm_scale,
      Onnx_Tensor:$query_norm_scale, Optional<Onnx_Tensor>:$conv_norm_scale,
      DefaultValuedAttr<Onnx_Float, gateEpsilon>:$epsilon);
  let results = (outs Onnx_Tensor:$output, Onnx_Tensor:$gated_value_normed);
}

def Onnx_MicrosoftMRotaryEmbeddingOp
    : Onnx_MicrosoftOp<"MRotaryEmbedding", [NeedsSizes]> {
  let summary = "RotaryEmbedding by three positions a word";
  let arguments = (ins Onnx_Tensor:$input, Onnx_IntTensor:$position_ids,
      Onnx_Tensor:$cos_cache, Onnx_Tensor:$sin_cache,
      DefaultValuedAttr<Onnx_Int, "0">:$interleaved,
      DefaultValuedAttr<Onnx_Int, "0">:$is_packed_batching,
      DefaultValuedAttr<Onnx_Int, "0">:$mrope_layout, Onnx_Ints:$mrope_section,
      DefaultValuedAttr<Onnx_Int, "0">:$num_heads,
      DefaultValuedAttr<Onnx_Int, "0">:$rotary_embedding_dim,
      DefaultValuedAttr<Onnx_Float, "1.0f">:$scale);
  let results = (outs Onnx_Tensor:$output);
  let hasVerifier = 1;
}
