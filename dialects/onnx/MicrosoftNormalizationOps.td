//===- MicrosoftNormalizationOps.td - Normalisations of sums --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/MicrosoftBase.td"

defvar smallEpsilon = "9.99999996e-13f";

def Onnx_MicrosoftLayerNormalizationOp
    : Onnx_MicrosoftOp<"LayerNormalization"> {
  let summary = "LayerNormalization in models older than opset 17";
  let arguments = (ins Onnx_Tensor:$X, Onnx_Tensor:$Scale,
      Optional<Onnx_Tensor>:$B, DefaultValuedAttr<Onnx_Int, "-1">:$axis,
      DefaultValuedAttr<Onnx_Float, "9.99999975e-06f">:$epsilon,
      DefaultValuedAttr<Onnx_Int, "1">:$stash_type);
  let results = (outs Onnx_Tensor:$Y, Onnx_Tensor:$Mean,
                 Onnx_Tensor:$InvStdDev);
}

def Onnx_MicrosoftSkipLayerNormalizationOp
    : Onnx_MicrosoftOp<"SkipLayerNormalization", [
        AttrSizedOperandSegments, NeedsSizes]> {
  let summary = "LayerNormalization of input + skip + bias";
  let arguments = (ins
      Onnx_Tensor:$input, Onnx_Tensor:$skip, Onnx_Tensor:$gamma,
      Optional<Onnx_Tensor>:$beta, Optional<Onnx_Tensor>:$bias,
      DefaultValuedAttr<Onnx_Float, smallEpsilon>:$epsilon);
  let results = (outs Onnx_Tensor:$output, Onnx_Tensor:$mean,
                 Onnx_Tensor:$inv_std_var, Onnx_Tensor:$input_skip_bias_sum);
  let extraClassDeclaration = [{
    static constexpr llvm::StringLiteral kSlots = "11100";
  }];
}

def Onnx_MicrosoftSkipSimplifiedLayerNormalizationOp
    : Onnx_MicrosoftOp<"SkipSimplifiedLayerNormalization", [NeedsSizes]> {
  let summary = "RMSNormalization of input + skip + bias";
  let arguments = (ins
      Onnx_Tensor:$input, Onnx_Tensor:$skip, Onnx_Tensor:$gamma,
      Optional<Onnx_Tensor>:$bias,
      DefaultValuedAttr<Onnx_Float, smallEpsilon>:$epsilon);
  let results = (outs Onnx_Tensor:$output, Onnx_Tensor:$mean,
                 Onnx_Tensor:$inv_std_var, Onnx_Tensor:$input_skip_bias_sum);
}

def Onnx_MicrosoftSimplifiedLayerNormalizationOp
    : Onnx_MicrosoftOp<"SimplifiedLayerNormalization"> {
  let summary = "RMSNormalization, with the factor that it multiplies by";
  let arguments = (ins Onnx_Tensor:$X, Onnx_Tensor:$scale,
      DefaultValuedAttr<Onnx_Int, "-1">:$axis,
      DefaultValuedAttr<Onnx_Float, "9.99999975e-06f">:$epsilon,
      DefaultValuedAttr<Onnx_Int, "1">:$stash_type);
  let results = (outs Onnx_Tensor:$Y, Onnx_Tensor:$inv_std_var);
}

def Onnx_MicrosoftEmbedLayerNormalizationOp
    : Onnx_MicrosoftOp<"EmbedLayerNormalization", [
        AttrSizedOperandSegments, NeedsSizes]> {
  let summary = "LayerNormalization of a sum of embeddings";
  let arguments = (ins
      Onnx_IntTensor:$input_ids, Optional<Onnx_IntTensor>:$segment_ids,
      Onnx_Tensor:$word_embedding, Onnx_Tensor:$position_embedding,
      Optional<Onnx_Tensor>:$segment_embedding, Onnx_Tensor:$gamma,
      Onnx_Tensor:$beta, Optional<Onnx_IntTensor>:$mask,
      Optional<Onnx_IntTensor>:$position_ids,
      DefaultValuedAttr<Onnx_Float, smallEpsilon>:$epsilon,
      OptionalAttr<Onnx_Int>:$mask_index_type);
  let results = (outs Onnx_Tensor:$output, Onnx_Tensor:$mask_index,
                 Onnx_Tensor:$embedding_sum);
  let extraClassDeclaration = [{
    static constexpr llvm::StringLiteral kSlots = "101101100";
  }];
}

def Onnx_MicrosoftQEmbedLayerNormalizationOp
    : Onnx_MicrosoftOp<"QEmbedLayerNormalization", [
        AttrSizedOperandSegments, NeedsSizes]> {
  let summary = "EmbedLayerNormalization of quantised tables";
  let arguments = (ins
      Onnx_IntTensor:$input_ids, Optional<Onnx_IntTensor>:$segment_ids,
      Onnx_IntTensor:$word_embedding_quant,
      Onnx_IntTensor:$position_embedding_quant,
      Optional<Onnx_Tensor>:$segment_embedding, Onnx_IntTensor:$gamma_quant,
      Onnx_IntTensor:$beta_quant, Optional<Onnx_IntTensor>:$mask,
      Onnx_Tensor:$word_embedding_scale, Onnx_Tensor:$position_embedding_scale,
      Optional<Onnx_Tensor>:$segment_embedding_scale, Onnx_Tensor:$gamma_scale,
      Onnx_Tensor:$beta_scale, Onnx_IntTensor:$word_embedding_zero_point,
      Onnx_IntTensor:$position_embedding_zero_point,
      Optional<Onnx_Tensor>:$segment_embedding_zero_point,
      Onnx_IntTensor:$gamma_zero_point, Onnx_IntTensor:$beta_zero_point,
      DefaultValuedAttr<Onnx_Float, smallEpsilon>:$epsilon);
  let results = (outs Onnx_Tensor:$layernorm_out, Onnx_Tensor:$mask_index_out);
  let extraClassDeclaration = [{
    static constexpr llvm::StringLiteral kSlots = "101101101101111011";
  }];
}

def Onnx_MicrosoftGroupNormOp : Onnx_MicrosoftOp<"GroupNorm", [NeedsSizes]> {
  let summary = "Normalisation of groups of channels, with an activation";
  let arguments = (ins
      Onnx_Tensor:$X, Onnx_Tensor:$gamma, Onnx_Tensor:$beta,
      Onnx_Int:$activation, DefaultValuedAttr<Onnx_Int, "1">:$channels_last,
      DefaultValuedAttr<Onnx_Float, "9.99999975e-06f">:$epsilon,
      Onnx_Int:$groups);
  let results = (outs Onnx_Tensor:$Y);
  let hasVerifier = 1;
}

def Onnx_MicrosoftSkipGroupNormOp
    : Onnx_MicrosoftOp<"SkipGroupNorm", [NeedsSizes]> {
  let summary = "GroupNorm of X + skip + bias";
  let arguments = (ins
      Onnx_Tensor:$X, Onnx_Tensor:$gamma, Onnx_Tensor:$beta, Onnx_Tensor:$skip,
      Optional<Onnx_Tensor>:$bias,
      Onnx_Int:$activation, DefaultValuedAttr<Onnx_Int, "1">:$channels_last,
      DefaultValuedAttr<Onnx_Float, "9.99999975e-06f">:$epsilon,
      Onnx_Int:$groups);
  let results = (outs Onnx_Tensor:$Y, Onnx_Tensor:$S);
  let hasVerifier = 1;
}
