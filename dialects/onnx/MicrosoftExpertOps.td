//===- MicrosoftExpertOps.td - Mixtures of experts ------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/MicrosoftBase.td"

// All experts are computed for all words, and those that are not selected left
// out: as many times more work as there are experts to a selected one.

def Onnx_MicrosoftMoEOp : Onnx_MicrosoftOp<"MoE", [
    AttrSizedOperandSegments, NeedsSizes]> {
  let summary = "The outputs of a word's k best experts, by their weights";
  let arguments = (ins Onnx_Tensor:$input, Onnx_Tensor:$router_probs,
      Onnx_Tensor:$fc1_experts_weights, Optional<Onnx_Tensor>:$fc1_experts_bias,
      Onnx_Tensor:$fc2_experts_weights, Optional<Onnx_Tensor>:$fc2_experts_bias,
      Optional<Onnx_Tensor>:$fc3_experts_weights,
      Optional<Onnx_Tensor>:$fc3_experts_bias,
      DefaultValuedAttr<Onnx_Float, "1.0f">:$activation_alpha,
      DefaultValuedAttr<Onnx_Float, "0.0f">:$activation_beta,
      DefaultValuedAttr<Onnx_String, "\"relu\"">:$activation_type,
      DefaultValuedAttr<Onnx_Int, "1">:$k,
      DefaultValuedAttr<Onnx_Int, "0">:$normalize_routing_weights,
      DefaultValuedAttr<Onnx_Int, "0">:$swiglu_fusion,
      OptionalAttr<Onnx_Float>:$swiglu_limit,
      DefaultValuedAttr<Onnx_Int, "0">:$swiglu_limit_after_activation,
      DefaultValuedAttr<Onnx_Int, "0">:$use_sparse_mixer);
  let results = (outs Onnx_Tensor:$output);
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    static constexpr llvm::StringLiteral kSlots = "11101000";
  }];
}

def Onnx_MicrosoftQMoEOp : Onnx_MicrosoftOp<"QMoE", [
    AttrSizedOperandSegments, NeedsSizes]> {
  let summary = "MoE of quantised weights";
  let description = [{
    The weights of a word's experts are made to sum up to 1 whatever
    `normalize_routing_weights` says, as onnxruntime has it.
  }];
  let arguments = (ins Onnx_Tensor:$input, Onnx_Tensor:$router_probs,
      Onnx_Tensor:$fc1_experts_weights, Optional<Onnx_Tensor>:$fc1_scales,
      Optional<Onnx_Tensor>:$fc1_experts_bias,
      Onnx_Tensor:$fc2_experts_weights, Optional<Onnx_Tensor>:$fc2_scales,
      Optional<Onnx_Tensor>:$fc2_experts_bias,
      Optional<Onnx_Tensor>:$fc3_experts_weights,
      Optional<Onnx_Tensor>:$fc3_scales,
      Optional<Onnx_Tensor>:$fc3_experts_bias,
      Optional<Onnx_Tensor>:$fc1_zero_points,
      Optional<Onnx_Tensor>:$fc2_zero_points,
      Optional<Onnx_Tensor>:$fc3_zero_points,
      Optional<Onnx_Tensor>:$router_weights,
      Optional<Onnx_Tensor>:$fc1_global_scale,
      Optional<Onnx_Tensor>:$fc2_global_scale,
      Optional<Onnx_Tensor>:$fc1_act_scale,
      Optional<Onnx_Tensor>:$fc2_act_scale,
      Optional<Onnx_Tensor>:$fc1_act_block_scale,
      Optional<Onnx_Tensor>:$fc2_act_block_scale,
      DefaultValuedAttr<Onnx_Int, "0">:$accuracy_level,
      DefaultValuedAttr<Onnx_Float, "1.0f">:$activation_alpha,
      DefaultValuedAttr<Onnx_Float, "0.0f">:$activation_beta,
      DefaultValuedAttr<Onnx_String, "\"relu\"">:$activation_type,
      OptionalAttr<Onnx_Int>:$block_size,
      DefaultValuedAttr<Onnx_Int, "4">:$expert_weight_bits,
      OptionalAttr<Onnx_Int>:$fc1_expert_weight_bits,
      OptionalAttr<Onnx_Int>:$fc2_expert_weight_bits,
      OptionalAttr<Onnx_Int>:$fc3_expert_weight_bits,
      DefaultValuedAttr<Onnx_Int, "1">:$k,
      DefaultValuedAttr<Onnx_Int, "0">:$normalize_routing_weights,
      DefaultValuedAttr<Onnx_String, "\"int\"">:$quant_type,
      DefaultValuedAttr<Onnx_Int, "0">:$swiglu_fusion,
      OptionalAttr<Onnx_Float>:$swiglu_limit,
      DefaultValuedAttr<Onnx_Int, "0">:$swiglu_limit_after_activation,
      DefaultValuedAttr<Onnx_Int, "0">:$use_sparse_mixer,
      OptionalAttr<Onnx_Int>:$weights_prepacked);
  let results = (outs Onnx_Tensor:$output);
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    static constexpr llvm::StringLiteral kSlots = "111001000000000000000";
  }];
}

def Onnx_MicrosoftMoEGroupRouterOp : Onnx_MicrosoftOp<"MoEGroupRouter", [
    NeedsSizes]> {
  let summary = "The experts of the best groups, as MoE takes them";
  let arguments = (ins Onnx_Tensor:$logits, Onnx_Tensor:$expert_bias,
      Optional<Onnx_Tensor>:$projection_weight,
      DefaultValuedAttr<Onnx_Int, "2">:$group_topk,
      DefaultValuedAttr<Onnx_Int, "1">:$n_group,
      DefaultValuedAttr<Onnx_Float, "-10000.0f">:$router_sentinel,
      Onnx_Int:$top_k, DefaultValuedAttr<Onnx_Int, "1">:$topk_group);
  let results = (outs Onnx_Tensor:$router_probs, Onnx_Tensor:$selection_scores,
                 Onnx_Tensor:$router_weights);
  let hasVerifier = 1;
}
