//===- MicrosoftNames.cpp - What onnxruntime's operators are called -------===//
//
// A node of the domain com.microsoft that onnxc cannot compile is one that it
// has not built, or a misspelled one.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/Model.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;

namespace onnxc {

// Those of onnxruntime 1.32, in order.
static constexpr llvm::StringLiteral kNames[] = {
    "Attention",
    "AttnLSTM",
    "BeamSearch",
    "BiasAdd",
    "BiasDropout",
    "BiasGelu",
    "BiasSoftmax",
    "BiasSplitGelu",
    "BifurcationDetector",
    "BitmaskBiasDropout",
    "BitmaskDropout",
    "BranchwiseRMSNorm",
    "CDist",
    "CausalConvWithState",
    "ComplexMul",
    "ComplexMulConj",
    "ConvStateReplay",
    "ConvTransposeWithDynamicPads",
    "CropAndResize",
    "DecoderAttention",
    "DecoderMaskedMultiHeadAttention",
    "DecoderMaskedSelfAttention",
    "DequantizeBFP",
    "DequantizeLinear",
    "DequantizeWithOrder",
    "DynamicQuantizeLSTM",
    "DynamicQuantizeMatMul",
    "DynamicSparseAttention",
    "DynamicTimeWarping",
    "EPContext",
    "EmbedLayerNormalization",
    "EngramGate",
    "ExpandDims",
    "FastGelu",
    "FusedConv",
    "FusedGemm",
    "FusedMatMul",
    "FusedMatMulActivation",
    "GatedAdd",
    "GatedDeltaNet",
    "GatedDeltaNetStateReplay",
    "GatedRMSNorm",
    "GatedRelativePositionBias",
    "GatherBlockQuantized",
    "GatherND",
    "GatherPacked",
    "Gelu",
    "GemmFastGelu",
    "GemmFloat8",
    "GemmaRotaryEmbedding",
    "GreedySearch",
    "GridSample",
    "GroupNorm",
    "GroupQueryAttention",
    "HyperConnectionLowRankMix",
    "HyperConnectionPostMix",
    "HyperConnectionPreMix",
    "Inverse",
    "Irfft",
    "IsAllFinite",
    "LinearAttention",
    "LinearAttentionGate",
    "LongformerAttention",
    "MRotaryEmbedding",
    "Mamba2Verify",
    "MatMulBlockQuantizedFp4Weight",
    "MatMulBlockQuantizedFp8Weight",
    "MatMulBnb4",
    "MatMulFpQ4",
    "MatMulInteger16",
    "MatMulIntegerToFloat",
    "MatMulNBits",
    "MatMulNBitsMlp",
    "MatMulNBitsQLoRA",
    "MatMulNBitsQkv",
    "MatMulPacked",
    "MaxpoolWithMask",
    "MoE",
    "MoEGroupRouter",
    "MoEPacked",
    "MulInteger",
    "MultiHeadAttention",
    "MurmurHash3",
    "NGramHashMapping",
    "NGramRepeatBlock",
    "NhwcConv",
    "NhwcFusedConv",
    "NhwcMaxPool",
    "PackedAttention",
    "PackedMultiHeadAttention",
    "PackedSparseAttentionIndexer",
    "PackedSparseAttentionIndexerMerge",
    "Pad",
    "PagedAttention",
    "QAttention",
    "QEmbedLayerNormalization",
    "QGemm",
    "QLinearAdd",
    "QLinearAveragePool",
    "QLinearConcat",
    "QLinearConv",
    "QLinearGlobalAveragePool",
    "QLinearLeakyRelu",
    "QLinearMul",
    "QLinearReduceMean",
    "QLinearSigmoid",
    "QLinearSoftmax",
    "QLinearWhere",
    "QMoE",
    "QOrderedAttention",
    "QOrderedGelu",
    "QOrderedLayerNormalization",
    "QOrderedLongformerAttention",
    "QOrderedMatMul",
    "QuantizeBFP",
    "QuantizeLinear",
    "QuantizeWithOrder",
    "QuickGelu",
    "RMSNormRotary",
    "Range",
    "ReduceSumInteger",
    "RelativePositionBias",
    "RemovePadding",
    "RestorePadding",
    "Rfft",
    "RotaryEmbedding",
    "RouterGateUpProj",
    "SampleOp",
    "Sampling",
    "ScaledSiLU",
    "SkipGroupNorm",
    "SkipLayerNormalization",
    "SkipSimplifiedLayerNormalization",
    "Snpe",
    "SparseAttention",
    "SparseAttentionIndexer",
    "SparsePagedAttention",
    "SparseToDenseMatMul",
    "SpeculativePrefixCommit",
    "SwiGLU",
    "Tokenizer",
    "TorchEmbedding",
    "TransposeMatMul",
    "Trilu",
    "UnfoldTensor",
    "Unique",
    "VarlenCausalConvWithState",
    "VarlenNGramHashMapping",
    "WhisperBeamSearch",
    "WordConvEmbedding",
};

std::string explainMicrosoftOperator(StringRef name) {
  if (llvm::is_contained(
          {"BeamSearch", "GreedySearch", "Sampling", "WhisperBeamSearch"},
          name))
    return "it holds whole models and the loop that calls them; compile these "
           "models, and let the application run the loop";
  if (llvm::is_contained(kNames, name))
    return "it is one of onnxruntime's that onnxc knows but has not built";
  std::string text = "onnxruntime has no such operator";
  // A letter or two are wrong.
  constexpr unsigned kMaxDistance = 2;
  unsigned least = kMaxDistance + 1;
  StringRef nearest;
  for (StringRef known : kNames) {
    unsigned distance = name.edit_distance(known, /*AllowReplacements=*/true,
                                           /*MaxEditDistance=*/least);
    if (distance < least) {
      least = distance;
      nearest = known;
    }
  }
  if (!nearest.empty())
    text += "; " + nearest.str() + " is the nearest";
  return text;
}

} // namespace onnxc
