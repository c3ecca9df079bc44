"""Networks of transformers: tiny configurations of many families.

    python export/transformers_networks.py [--filter REGEX] [--missing]

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import torch
import transformers

import torch_export
from exporting import Network, main

SENTENCES = {"ids": "n s below 50", "mask": "n s mask"}
SIZES = [dict(n=1, s=11), dict(n=3, s=7), dict(n=2, s=33)]
TOKENS = {"ids": "n s below 50"}
TINY = dict(vocab_size=50, hidden_size=32, num_hidden_layers=2,
            num_attention_heads=4, intermediate_size=48,
            max_position_embeddings=64)
BOTH = ("script", "dynamo")


class Outputs(torch.nn.Module):
    """The first output of a model, its inputs by name."""

    def __init__(self, module, names, which=0, **more):
        super().__init__()
        self.module, self.names, self.more = module, names, more
        self.which = which

    def forward(self, first, second=None, third=None):
        given = dict(zip(self.names, (first, second, third)))
        found = self.module(**given, **self.more, return_dict=False)
        return found[self.which]


def build(config_name, model_name, names, config=None, which=0, **more):
    settings = dict(TINY if config is None else config)
    settings.setdefault("attn_implementation", "eager")

    def make():
        configuration = getattr(transformers, config_name)(**settings)
        torch.manual_seed(0)
        module = getattr(transformers, model_name)(configuration)
        return Outputs(module, names, which, **more)
    return make


def encoder(name, config=None, exports=BOTH, model="Model", sizes=SIZES,
            **more):
    return Network(build(f"{name}Config", name + model,
                         ["input_ids", "attention_mask"], config, **more),
                   SENTENCES, sizes, exports)


def decoder(name, config=None, exports=BOTH, model="ForCausalLM", **more):
    return Network(build(f"{name}Config", name + model,
                         ["input_ids", "attention_mask"], config,
                         use_cache=False, **more), SENTENCES, SIZES, exports)


def vision(name, config, exports=BOTH, model="Model", image="n 3 48 48",
           sizes=None, **more):
    return Network(build(f"{name}Config", name + model, ["pixel_values"],
                         config, **more), {"pixel_values": image},
                   sizes or [dict(n=1), dict(n=3)], exports)


def settings(**more):
    return dict(TINY, **more)


GROUPED = settings(num_key_value_heads=2, pad_token_id=0)
SPEECH = dict(TINY, conv_dim=(16, 16), conv_stride=(3, 2), conv_kernel=(5, 3),
              num_conv_pos_embeddings=8, num_conv_pos_embedding_groups=2,
              num_feat_extract_layers=2)
IMAGE = dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=4,
             intermediate_size=48, image_size=48, patch_size=8)
SEQ2SEQ = dict(vocab_size=50, d_model=32, encoder_layers=2, decoder_layers=2,
               encoder_attention_heads=4, decoder_attention_heads=4,
               encoder_ffn_dim=48, decoder_ffn_dim=48,
               max_position_embeddings=64, pad_token_id=0)
PAIRS = {"ids": "n s below 50", "decoder": "n t below 50"}
PAIR_SIZES = [dict(n=1, s=11, t=5), dict(n=3, s=7, t=9)]


def pairs(name, config, exports=BOTH, model="Model", **more):
    return Network(build(f"{name}Config", name + model,
                         ["input_ids", "decoder_input_ids"], config,
                         use_cache=False, **more), PAIRS, PAIR_SIZES, exports)


def speech(name, config=None, model="Model", exports=BOTH):
    return Network(build(f"{name}Config", name + model, ["input_values"],
                         config or SPEECH), {"wave": "n s"},
                   [dict(n=1, s=201), dict(n=2, s=330)], exports)


NETWORKS = {
    "hf_bert": encoder("Bert", exports=("script", "dynamo", "dynamo half")),
    "hf_bert_sdpa": encoder("Bert", settings(attn_implementation="sdpa")),
    "hf_roberta": encoder("Roberta", settings(pad_token_id=1)),
    "hf_distilbert": encoder("DistilBert", dict(
        vocab_size=50, dim=32, n_layers=2, n_heads=4, hidden_dim=48,
        max_position_embeddings=64)),
    "hf_albert": encoder("Albert", settings(embedding_size=16)),
    "hf_electra": encoder("Electra", settings(embedding_size=16)),
    "hf_mpnet": encoder("MPNet", settings(pad_token_id=1), ("script",)),
    "hf_deberta_v2": encoder("DebertaV2", settings(
        relative_attention=True, pos_att_type=["p2c", "c2p"])),
    "hf_squeezebert": encoder("SqueezeBert", settings(
        embedding_size=32, q_groups=2, k_groups=2, v_groups=2,
        post_attention_groups=1, intermediate_groups=2, output_groups=2)),
    "hf_mobilebert": encoder("MobileBert", settings(
        embedding_size=16, intra_bottleneck_size=16, num_feedforward_networks=2,
        intermediate_size=32), ("script",)),
    "hf_convbert": encoder("ConvBert", settings(
        embedding_size=16, conv_kernel_size=3), ("script",)),
    "hf_funnel": encoder("Funnel", dict(
        vocab_size=50, block_sizes=[1, 1], d_model=32, n_head=4, d_head=8,
        d_inner=48), ("script",)),
    "hf_modernbert": encoder("ModernBert", settings(
        local_attention=8, pad_token_id=0, cls_token_id=1, sep_token_id=2,
        bos_token_id=1, eos_token_id=2)),
    "hf_big_bird": encoder("BigBird", settings(
        attention_type="original_full"), ("script",)),
    "hf_fnet": Network(build("FNetConfig", "FNetModel", ["input_ids"]),
                       TOKENS, SIZES, BOTH),
    "hf_xlnet": encoder("XLNet", dict(
        vocab_size=50, d_model=32, n_layer=2, n_head=4, d_inner=48),
        ("script",)),
    "hf_gpt2": decoder("GPT2", dict(
        vocab_size=50, n_positions=64, n_embd=32, n_layer=2, n_head=4),
        model="LMHeadModel"),
    "hf_gpt_neo": decoder("GPTNeo", dict(
        vocab_size=50, hidden_size=32, num_layers=2, num_heads=4,
        max_position_embeddings=64, window_size=8,
        attention_types=[[["global", "local"], 1]])),
    "hf_gptj": decoder("GPTJ", dict(
        vocab_size=50, n_positions=64, n_embd=32, n_layer=2, n_head=4,
        rotary_dim=4)),
    "hf_gpt_neox": decoder("GPTNeoX"),
    "hf_opt": decoder("OPT", settings(ffn_dim=48, word_embed_proj_dim=32)),
    "hf_bloom": decoder("Bloom", dict(vocab_size=50, hidden_size=32, n_layer=2,
                                      n_head=4)),
    "hf_llama": decoder("Llama", GROUPED,
                        ("script", "dynamo", "dynamo half", "dynamo fixed")),
    "hf_mistral": decoder("Mistral", dict(GROUPED, sliding_window=8)),
    "hf_qwen2": decoder("Qwen2", GROUPED),
    "hf_qwen3": decoder("Qwen3", dict(GROUPED, head_dim=8)),
    "hf_gemma2": decoder("Gemma2", dict(GROUPED, head_dim=8,
                                        sliding_window=8)),
    "hf_phi3": decoder("Phi3", GROUPED),
    "hf_mixtral": decoder("Mixtral", dict(
        GROUPED, num_local_experts=4, num_experts_per_tok=2)),
    "hf_falcon": decoder("Falcon", settings(alibi=False), ("dynamo",)),
    "hf_mamba": Network(build("MambaConfig", "MambaForCausalLM", ["input_ids"],
                              dict(vocab_size=50, hidden_size=32, state_size=4,
                                   num_hidden_layers=2, intermediate_size=48),
                              use_cache=False),
                        TOKENS, [dict(n=1, s=11), dict(n=3, s=7)],
                        ("dynamo fixed", "script fixed")),
    "hf_t5": pairs("T5", dict(vocab_size=50, d_model=32, d_kv=8, d_ff=48,
                              num_layers=2, num_heads=4,
                              decoder_start_token_id=0)),
    "hf_bart": pairs("Bart", SEQ2SEQ),
    "hf_marian": pairs("Marian", dict(SEQ2SEQ, decoder_start_token_id=1)),
    "hf_pegasus": pairs("Pegasus", SEQ2SEQ, ("script",)),
    "hf_vit": vision("ViT", IMAGE),
    "hf_deit": vision("DeiT", IMAGE, ("script",)),
    "hf_beit": vision("Beit", dict(IMAGE, use_relative_position_bias=True)),
    "hf_dinov2": vision("Dinov2", IMAGE, image="n 3 h w", sizes=[
        dict(n=1, h=48, w=48), dict(n=2, h=64, w=40)]),
    "hf_segformer": vision("Segformer", dict(
        num_encoder_blocks=2, depths=[1, 1], sr_ratios=[2, 1],
        hidden_sizes=[8, 16], patch_sizes=[7, 3], strides=[4, 2],
        num_attention_heads=[1, 2], mlp_ratios=[2, 2],
        decoder_hidden_size=16), model="ForSemanticSegmentation",
        image="n 3 h w", sizes=[dict(n=1, h=65, w=50), dict(n=2, h=64, w=96)]),
    "hf_mobilevit": vision("MobileViT", dict(
        hidden_sizes=[16, 24, 32], neck_hidden_sizes=[8, 8, 16, 16, 24, 32, 32],
        num_attention_heads=2, image_size=64)),
    "hf_poolformer": vision("PoolFormer", dict(
        depths=[1, 1, 1, 1], hidden_sizes=[8, 8, 16, 16],
        num_encoder_blocks=4), image="n 3 h w", sizes=[
            dict(n=1, h=65, w=97), dict(n=2, h=64, w=64)]),
    "hf_clip": Network(
        build("CLIPConfig", "CLIPModel",
              ["input_ids", "pixel_values", "attention_mask"],
              dict(text_config=dict(TINY, eos_token_id=49, bos_token_id=48,
                                    pad_token_id=1, projection_dim=16),
                   vision_config=dict(IMAGE, projection_dim=16),
                   projection_dim=16)),
        {"ids": "n s below 50", "pixel_values": "k 3 48 48",
         "mask": "n s mask"},
        [dict(n=2, s=7, k=3), dict(n=1, s=12, k=1)], BOTH),
    "hf_wav2vec2": speech("Wav2Vec2"),
    "hf_hubert": speech("Hubert", exports=("script",)),
    "hf_wavlm": speech("WavLM", exports=("script",)),
    "hf_whisper": Network(
        build("WhisperConfig", "WhisperModel",
              ["input_features", "decoder_input_ids"],
              dict(SEQ2SEQ, num_mel_bins=16, max_source_positions=40,
                   max_target_positions=32, decoder_start_token_id=1,
                   eos_token_id=2, bos_token_id=2), use_cache=False),
        {"features": "n 16 80", "decoder": "n t below 50"},
        [dict(n=1, t=5), dict(n=2, t=9)], BOTH),
    "hf_ast": Network(
        build("ASTConfig", "ASTModel", ["input_values"],
              dict(IMAGE, max_length=64, num_mel_bins=32)),
        {"spectrum": "n 64 32"}, [dict(n=1), dict(n=2)], ("script",)),
    "hf_encodec": Network(
        build("EncodecConfig", "EncodecModel", ["input_values"],
              dict(num_filters=4, hidden_size=16, num_lstm_layers=1,
                   codebook_size=16, codebook_dim=16, upsampling_ratios=[4, 2]),
              which=1),
        {"wave": "n 1 s"}, [dict(n=1, s=200), dict(n=2, s=333)], BOTH),
}

if __name__ == "__main__":
    main(NETWORKS, torch_export.export)
