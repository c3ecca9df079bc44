"""What the model is run on: files, a test directory, or made up.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import glob
import os
import re
import zlib

import numpy as np
import onnx
from onnx import helper, numpy_helper

from onnxc.verify.problem import Problem


def stated(model):
    """The inputs that are given: name -> ValueInfoProto."""
    constants = {tensor.name for tensor in model.graph.initializer}
    return {value.name: value for value in model.graph.input
            if value.name not in constants}


def refuse_others(values):
    for value in values:
        kind = value.type.WhichOneof("value")
        if kind not in (None, "tensor_type"):
            raise Problem(f"'{value.name}' is a {kind[:-5]}: verify takes "
                          "models of tensors; make one of its tensors an "
                          "output, or use onnxc-run")


def dtype_of(value):
    return helper.tensor_dtype_to_np_dtype(value.type.tensor_type.elem_type)


def read_npz(path, what):
    if not os.path.exists(path):
        raise Problem(f"{path}: there is no such file; {what} wants a .npz "
                      "with an array for each name")
    try:
        with np.load(path, allow_pickle=False) as file:
            if isinstance(file, np.ndarray):
                raise ValueError("it is one array without a name")
            return dict(file)
    except (ValueError, OSError, AttributeError) as error:
        raise Problem(f"{path} is no .npz of plain arrays: {error}") from None
    except Exception as error:  # a broken zip
        raise Problem(f"{path} cannot be read: {error}") from None


def check(given, model):
    """The arrays by the model's names; types, ranks and sizes as stated."""
    wanted = stated(model)
    unknown = sorted(set(given) - set(wanted))
    if unknown:
        raise Problem(f"the model has no input '{unknown[0]}'; its inputs are "
                      f"{', '.join(wanted)}")
    for name in given:
        value, array = wanted[name], given[name]
        dtype, dims = dtype_of(value), value.type.tensor_type.shape.dim
        if dtype == np.dtype(object):
            given[name] = array.astype(object)
        elif array.dtype != dtype:
            raise Problem(f"input '{name}' is {array.dtype}, the model takes "
                          f"{dtype}")
        if not value.type.tensor_type.HasField("shape"):
            continue
        fits = array.ndim == len(dims) and all(
            not dim.HasField("dim_value") or dim.dim_value == size
            for dim, size in zip(dims, array.shape))
        if not fits:
            shape = [dim.dim_value if dim.HasField("dim_value")
                     else dim.dim_param or "?" for dim in dims]
            raise Problem(f"input '{name}' has the shape {list(array.shape)}, "
                          f"the model takes [{', '.join(map(str, shape))}]")
    return given


def read_file(path, model):
    """A .npz, or the only input as .npy."""
    if path.endswith(".npy") and os.path.exists(path):
        wanted = list(stated(model))
        if len(wanted) != 1:
            raise Problem(f"{path} is one array, the model takes "
                          f"{len(wanted)}: give a .npz with "
                          f"{', '.join(wanted)}")
        return check({wanted[0]: np.load(path, allow_pickle=False)}, model)
    return check(read_npz(path, "--inputs"), model)


def read_set(folder, model):
    """The inputs and expected outputs of ONNX's test directory."""
    sets = sorted(glob.glob(os.path.join(folder, "test_data_set_*"))) \
        or [folder]
    wanted = list(stated(model))
    outputs = [value.name for value in model.graph.output]

    def read(kind, names):
        found = {}
        for i, file in enumerate(sorted(
                glob.glob(os.path.join(sets[0], f"{kind}_*.pb")),
                key=lambda file: int(re.findall(r"\d+", file)[-1]))):
            tensor = onnx.TensorProto()
            with open(file, "rb") as stream:
                try:
                    tensor.ParseFromString(stream.read())
                except Exception as error:
                    raise Problem(f"{file} is no TensorProto: {error}") \
                        from None
            if i < len(names):
                name = tensor.name if tensor.name in names else names[i]
                found[name] = numpy_helper.to_array(tensor)
        return found
    if not os.path.isdir(folder) or not glob.glob(
            os.path.join(sets[0], "input_*.pb")) and wanted:
        raise Problem(f"{folder} has no test_data_set_0/input_0.pb: --test-dir "
                      "wants a directory of ONNX's tests")
    return check(read("input", wanted), model), read("output", outputs)


class MadeUp:
    """The same ones each time. `sizes` are of free dimensions, by name,
    `ranges` (low, high) of inputs. What was chosen is in `chosen`."""

    def __init__(self, sizes, ranges, bound=None, seed=0):
        self.sizes, self.ranges, self.seed = dict(sizes), ranges, seed
        self.bound = bound or {}
        self.chosen = {}

    def size(self, dim, place):
        if dim.HasField("dim_value"):
            return dim.dim_value
        name = dim.dim_param or place
        if name not in self.sizes:
            low, high = self.bound.get(name, (0, 2 ** 31))
            free = [n for n in (2, 3, 5, 7, 11, 13) if low <= n <= high]
            used = set(self.chosen.values())
            size = next((n for n in free if n not in used),
                        free[-1] if free else low)
            self.sizes[name] = self.chosen[name] = size
        return self.sizes[name]

    def make(self, value, shape=None):
        dims = value.type.tensor_type.shape.dim
        if shape is None:
            shape = [self.size(dim, f"{value.name}_{i}")
                     for i, dim in enumerate(dims)]
        random = np.random.RandomState(
            (zlib.crc32(value.name.encode()) + self.seed) % 2 ** 32)
        dtype = dtype_of(value)
        low, high = self.ranges.get(value.name, (None, None))
        if dtype == np.dtype(object):
            words = np.array(["one", "two", "three", ""], object)
            return words[random.randint(0, len(words), shape)]
        if dtype == np.dtype(bool):
            return np.asarray(random.randint(0, 2, shape), bool)
        if dtype.kind in "iu":
            low, high = (0, 1) if low is None else (int(low), int(high))
            return np.asarray(random.randint(low, high + 1, shape), dtype)
        array = random.standard_normal(shape) if low is None else \
            random.uniform(low, high, shape)
        return np.asarray(array).astype(dtype)


def make_up(model, given, made, shapes):
    """The inputs that are not given yet."""
    unknown = set(made.ranges) - set(stated(model))
    if unknown:
        raise Problem(f"--range names '{sorted(unknown)[0]}', which is no "
                      f"input; the inputs are {', '.join(stated(model))}")
    for name, value in stated(model).items():
        if name not in given:
            given[name] = made.make(value, shapes.get(name))
    return given
