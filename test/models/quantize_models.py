#!/usr/bin/env python3
"""Writes integer forms of models, by onnxruntime's quantisers.

    quantize_models.py FOLDER [NAME-FORM ...]

FOLDER holds the float models, which are written there if they are missing. A
form is qdq or qop (Quantize/Dequantize pairs, or QLinear operators), then the
type of activations and of weights, then c for a scale a channel:

    resnet50-qdq-u8s8c  resnet50-qop-u8u8

or `dynamic`, which quantises activations at run time. Others are calibrated on
the inputs that model_cases.py makes.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import logging
import os
import re
import sys
import tempfile

from onnxruntime import quantization
from onnxruntime.quantization import QuantFormat, QuantType

TYPES = {"u8": QuantType.QUInt8, "s8": QuantType.QInt8}
FORMATS = {"qdq": QuantFormat.QDQ, "qop": QuantFormat.QOperator}
FORM = re.compile(r"(?P<model>.*)-(?P<format>qdq|qop)-"
                  r"(?P<activation>[us]8)(?P<weight>[us]8)(?P<channels>c?)$")
CALIBRATION_RUNS = 3


class Samples(quantization.CalibrationDataReader):
    def __init__(self, inputs):
        self.inputs = iter(inputs)

    def get_next(self):
        return next(self.inputs, None)


def quantize(path, form, samples, output):
    """`samples` are dictionaries of inputs."""
    if form.endswith("-dynamic"):
        quantization.quantize_dynamic(path, output,
                                      weight_type=QuantType.QInt8)
        return
    match = FORM.match(form)
    if not match:
        raise ValueError(f"{form} is no quantised form of a model")
    with tempfile.TemporaryDirectory() as folder:
        prepared = os.path.join(folder, "prepared.onnx")
        quantization.quant_pre_process(path, prepared,
                                       skip_symbolic_shape=True)
        quantization.quantize_static(
            prepared, output, Samples(samples),
            quant_format=FORMATS[match["format"]],
            per_channel=bool(match["channels"]),
            activation_type=TYPES[match["activation"]],
            weight_type=TYPES[match["weight"]])


def write(folder, name):
    """The path of the quantised model NAME-FORM."""
    import model_cases

    match = FORM.match(name) or re.match("(?P<model>.*)-dynamic$", name)
    if not match:
        raise ValueError(f"{name} is no name of a quantised model")
    output = os.path.join(folder, name + ".onnx")
    source = model_cases.model_path(match["model"], folder)
    if (os.path.exists(output)
            and os.path.getmtime(output) > os.path.getmtime(source)):
        return output
    case = next(case for case in model_cases.all_cases()
                if case.model == match["model"])
    samples = [model_cases.make_inputs(case, source, case.sizes[0], seed)
               for seed in range(1, CALIBRATION_RUNS + 1)]
    quantize(source, name, samples, output)
    return output


def main():
    logging.disable(logging.WARNING)
    folder, *names = sys.argv[1:]
    for name in names:
        print(write(folder, name))


if __name__ == "__main__":
    main()
