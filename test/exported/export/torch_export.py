"""Both exporters of PyTorch, for the files of networks beside this one.

A word of `exports` is `script` (TorchScript) or `dynamo`; more words:

    fixed   all dimensions are those of the first size
    half    weights and inputs are float16

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np
import torch

import exporting
import network_file


def randomise(module):
    """Statistics of batches as a training leaves them, weights of scale."""
    for part in module.modules():
        if getattr(part, "running_var", None) is not None:
            part.running_mean.normal_(0, 0.2)
            part.running_var.uniform_(0.5, 1.5)
            if part.weight is not None:
                part.weight.data.uniform_(0.5, 1.5)
                part.bias.data.normal_(0, 0.2)


def example(network, how):
    """Arguments of the first size, or of the second where dimensions are free:
    torch.export takes a 1 to be no dimension's free size."""
    random = np.random.RandomState(0)
    arguments = {}
    which = 0 if "fixed" in how else 1
    for name, about in exporting.input_descriptions(network)[which].items():
        kind = about.get("kind", "")
        array = np.array(network_file.make_array(about["shape"], kind, random))
        dtype = (torch.float32 if kind in ("", "uniform", "half")
                 else torch.bool if kind == "bool" else torch.int64)
        arguments[name] = torch.tensor(array).to(dtype)
    return arguments


def export(network, how, path):
    # What it takes in place of attention's operators cannot be exported.
    torch.backends.mha.set_fastpath_enabled(False)
    torch.manual_seed(0)
    module = network.make().eval()
    randomise(module)
    arguments = example(network, how)
    if "half" in how:
        module = module.half()
        arguments = {name: value.half() if value.is_floating_point() else value
                     for name, value in arguments.items()}
    free = {} if "fixed" in how else exporting.free_dimensions(network)
    more = dict(network.more)
    if network.opset:
        more["opset_version"] = network.opset
    names = list(arguments)
    with torch.no_grad():
        if how[0] == "script":
            torch.onnx.export(
                module, tuple(arguments.values()), path, dynamo=False,
                input_names=names, dynamic_axes=free, **more)
            return
        shapes = None
        if free:
            shapes = tuple(
                {axis: torch.export.Dim.DYNAMIC for axis in axes}
                for axes in free.values())
        torch.onnx.export(
            module, tuple(arguments.values()), path, dynamo=True,
            input_names=names, dynamic_shapes=shapes, external_data=False,
            verbose=False, **more)
