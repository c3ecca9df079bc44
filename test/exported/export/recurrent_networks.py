"""Recurrent networks and those of audio, and small ones that PyTorch's users
write by hand: packed sequences, U-Nets, detectors by grids, transformers.

    python export/recurrent_networks.py [--filter REGEX] [--missing]

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import torch
import torchaudio
from torch import nn

import hand_written
import torch_export
from exporting import Network, main

BOTH = ("script", "dynamo")
STEPS = [dict(n=1, t=7), dict(n=3, t=12), dict(n=2, t=1)]
WAVE = [dict(n=1, t=1600), dict(n=2, t=2111)]


def recurrent(kind, exports=BOTH, **more):
    return Network(lambda: hand_written.Tagger(kind, **more),
                   {"tokens": "n t below 30"}, STEPS, exports)


def on_waves(module, exports=BOTH, sizes=WAVE, inputs=None):
    return Network(module, inputs or {"wave": "n t"}, sizes, exports)


NETWORKS = {
    "rnn_lstm": recurrent(nn.LSTM),
    "rnn_lstm_bidirectional": recurrent(nn.LSTM, bidirectional=True,
                                        num_layers=2),
    "rnn_gru": recurrent(nn.GRU),
    "rnn_gru_bidirectional": recurrent(nn.GRU, bidirectional=True),
    "rnn_tanh": recurrent(nn.RNN),
    "rnn_lstm_last": recurrent(nn.LSTM, takes_last=True),
    "rnn_gru_last": recurrent(nn.GRU, takes_last=True, bidirectional=True),
    "rnn_lstm_packed": Network(
        lambda: hand_written.Packed(nn.LSTM),
        {"x": "n t 6", "lengths": "n lengths t"},
        [dict(n=2, t=7), dict(n=4, t=9)], ("script",)),
    "rnn_gru_packed": Network(
        lambda: hand_written.Packed(nn.GRU),
        {"x": "n t 6", "lengths": "n lengths t"},
        [dict(n=2, t=7), dict(n=4, t=9)], ("script",)),
    "rnn_stateful": Network(
        hand_written.Stateful, {"x": "n t 6", "h": "1 n 12", "c": "1 n 12"},
        STEPS, BOTH),
    "rnn_cells": Network(hand_written.Cells, {"x": "n 5 6"},
                         [dict(n=1), dict(n=3)], BOTH),
    "rnn_seq2seq": Network(hand_written.Seq2Seq,
                           {"source": "n s below 30",
                            "target": "n t below 30"},
                           [dict(n=1, s=5, t=4), dict(n=2, s=8, t=3)], BOTH),
    "rnn_convlstm": Network(hand_written.ConvLSTM, {"video": "n 4 2 h w"},
                            [dict(n=1, h=9, w=11), dict(n=2, h=8, w=8)], BOTH),
    "rnn_greedy_loop": Network(
        lambda: torch.jit.script(hand_written.GreedyDecoder()),
        {"start": "n below 20"}, [dict(n=1), dict(n=3)], ("script",)),
    "audio_wav2vec2": on_waves(
        lambda: torchaudio.models.wav2vec2_model(
            "group_norm", [(16, 10, 5), (16, 3, 2)], False, 32, 0.0, 8, 2, 2,
            4, 0.0, 48, 0.0, 0.0, False, 0.0, 10)),
    "audio_conformer": Network(
        lambda: torchaudio.models.Conformer(16, 4, 32, 2, 5),
        {"x": "n t 16", "lengths": "n lengths t"},
        [dict(n=2, t=11), dict(n=3, t=8)], ("script fixed", "dynamo")),
    "audio_emformer": Network(
        lambda: torchaudio.models.Emformer(16, 4, 32, 2, 4,
                                           right_context_length=2),
        {"x": "n 18 16", "lengths": "n is 18"}, [dict(n=1), dict(n=2)],
        ("script fixed", "dynamo fixed")),
    "audio_convtasnet": on_waves(
        lambda: torchaudio.models.ConvTasNet(2, 8, 16, 3, 8, 16, 2, 1),
        inputs={"wave": "n 1 t"}),
    "audio_deepspeech": Network(
        lambda: torchaudio.models.DeepSpeech(16, 32, 12),
        {"x": "n 1 t 16"}, [dict(n=1, t=9), dict(n=2, t=14)], BOTH),
    "audio_wav2letter": on_waves(
        lambda: hand_written.small_wav2letter(), inputs={"wave": "n 1 t"},
        exports=("script",)),
    "audio_melspectrogram": on_waves(
        lambda: torchaudio.transforms.MelSpectrogram(
            16000, n_fft=128, hop_length=50, n_mels=12),
        ("dynamo", "script")),
    "audio_stft_features": on_waves(hand_written.LogSpectrum, BOTH),
    "audio_hifigan": Network(hand_written.HifiGan, {"mel": "n 12 t"},
                             [dict(n=1, t=9), dict(n=2, t=33)], BOTH),
    "audio_tcn": Network(hand_written.TemporalConvolutions, {"x": "n 6 t"},
                         [dict(n=1, t=31), dict(n=2, t=117)], BOTH),
    "hand_unet": Network(hand_written.UNet, {"image": "n 1 h w"},
                         [dict(n=1, h=32, w=48), dict(n=2, h=37, w=53)],
                         BOTH),
    "hand_unet_transposed": Network(
        lambda: hand_written.UNet(is_transposed=True), {"image": "n 1 h w"},
        [dict(n=1, h=32, w=48), dict(n=2, h=40, w=56)],
        ("script", "dynamo", "script half")),
    "hand_yolo": Network(hand_written.Yolo, {"image": "n 3 h w uniform"},
                         [dict(n=1, h=64, w=96), dict(n=2, h=96, w=64)],
                         ("script", "dynamo", "script fixed")),
    "hand_yolo_nms": Network(
        hand_written.YoloWithNms, {"image": "1 3 h w uniform"},
        [dict(h=64, w=96), dict(h=96, w=128)], ("script", "dynamo")),
    "hand_transformer": Network(
        hand_written.Translator,
        {"source": "n s below 30", "target": "n t below 30"},
        [dict(n=1, s=5, t=4), dict(n=3, s=8, t=6)], BOTH),
    "hand_embedding_bag": Network(
        hand_written.Bags, {"tokens": "n 6 below 30"},
        [dict(n=1), dict(n=4)], BOTH),
    "hand_gan": Network(hand_written.Generator, {"noise": "n 8"},
                        [dict(n=1), dict(n=3)], BOTH),
    "hand_pointnet": Network(hand_written.PointNet, {"points": "n 3 k"},
                             [dict(n=1, k=31), dict(n=2, k=64)], BOTH),
    "hand_gcn": Network(hand_written.GraphConvolutions,
                        {"x": "k 6", "edges": "2 e below 5"},
                        [dict(k=5, e=9), dict(k=7, e=12)], BOTH),
    "hand_spatial_transformer": Network(
        hand_written.SpatialTransformer, {"image": "n 1 h w"},
        [dict(n=1, h=28, w=20), dict(n=2, h=24, w=33)], BOTH),
    "hand_superresolution": Network(
        hand_written.SuperResolution, {"image": "n 1 h w"},
        [dict(n=1, h=17, w=23), dict(n=2, h=8, w=113)],
        ("script", "dynamo", "script half")),
    "hand_vqvae": Network(hand_written.VectorQuantised, {"image": "n 3 h w"},
                          [dict(n=1, h=16, w=24), dict(n=2, h=20, w=12)],
                          BOTH),
    "hand_kv_cache": Network(
        hand_written.CachedAttention,
        {"x": "n t 32", "keys": "n 4 p 8", "values": "n 4 p 8"},
        [dict(n=1, t=1, p=5), dict(n=2, t=3, p=9)], BOTH),
    "hand_masks": Network(hand_written.Masks, {"x": "n t 8",
                                               "lengths": "n lengths t"},
                          [dict(n=2, t=5), dict(n=3, t=9)], BOTH),
}

if __name__ == "__main__":
    main(NETWORKS, torch_export.export)
