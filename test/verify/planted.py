"""Models, and the node of each whose kernel is made wrong.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import dataclasses
import os
import sys

import numpy as np
import onnx

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path += [os.path.join(TESTS, "models"), os.path.join(TESTS, "exported")]
import model_cases
import network_file
import quantize_models


@dataclasses.dataclass
class Planted:
    """Of test/models, or of test/exported where `network` says so. `inside` is
    the node with the sub-graph that the faulty one is in."""
    model: str
    node: str
    what: str
    network: bool = False
    inside: str = ""
    flags: tuple = ()


PLANTED = [
    Planted("tiny_resnet8", "conv_10", "a convolution of blocked channels"),
    Planted("tiny_ds_cnn", "conv_8", "a convolution with its activation"),
    Planted("lstm_stream", "lstm_6", "the second of two LSTMs"),
    Planted("tiny_ds_cnn-qdq-u8s8c", "conv_4", "quantised pairs"),
    Planted("hf_albert_dynamo", "node_layer_norm_1", "a transformer, with "
            "free dimensions", network=True),
    Planted("jax_transformer_jax", "node_Softmax_101", "attention",
            network=True),
    Planted("hf_bert_dynamo_half", "node_MatMul_124", "float16, where the "
            "fault hardly reaches the output", network=True),
    Planted("tv_squeezenet_script", "/features/features.6/expand3x3/Conv",
            "half of a Concat", network=True),
    Planted("rnn_lstm_script", "/rnn/LSTM", "free dimensions", network=True),
    Planted("jax_while_jax", "node_Mul_1", "in a Loop", network=True,
            inside="node_Loop_6 (iteration 0)"),
    Planted("jax_scan_lstm_jax", "node_Gemm_2", "in a Loop with scans",
            network=True, inside="node_Loop_4 (iteration 0)"),
    Planted("jax_cond_jax", "node_Sin_1", "in an If", network=True,
            inside="node_If_4"),
]


def write(planted, options, folder):
    """The model's file and that of its inputs."""
    inputs = os.path.join(folder, "inputs.npz")
    if planted.network:
        model, sizes = network_file.read(planted.model)
        path = os.path.join(folder, "model.onnx")
        onnx.save(model, path)
        np.savez(inputs, **network_file.make_inputs(planted.model, model,
                                                    sizes[0]))
        return path, inputs
    models = os.path.join(options.build, "models")
    base = planted.model.split("-")[0]
    path = (model_cases.model_path(base, models) if base == planted.model
            else quantize_models.write(models, planted.model))
    case = next(case for case in model_cases.all_cases()
                if case.model == base)
    np.savez(inputs, **model_cases.make_inputs(case, path, case.sizes[0]))
    return path, inputs
