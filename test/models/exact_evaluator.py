"""Evaluates a model in float64: what a quantised one means, without rounding
errors between its quantisations.

onnx's reference evaluator does it, on a copy whose float32 weights are float64,
with operators of our own where it is slow or keeps to float32.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np
import onnx
from onnx import helper, numpy_helper
from onnx.reference import ReferenceEvaluator
from onnx.reference.op_run import OpRun

BOUNDS = {np.dtype(np.uint8): (0, 255), np.dtype(np.int8): (-128, 127),
          np.dtype(np.uint16): (0, 65535), np.dtype(np.int16): (-32768, 32767)}


def along(values, axis, rank):
    """A vector so that it broadcasts along the axis."""
    values = np.asarray(values)
    if values.size == 1:
        return values.reshape(())
    return values.reshape([-1 if i == axis % rank else 1 for i in range(rank)])


class QuantizeLinear(OpRun):
    def _run(self, x, scale, zero_point=None, axis=1, **_):
        dtype = np.uint8 if zero_point is None else zero_point.dtype
        zero = 0 if zero_point is None else along(zero_point, axis, x.ndim)
        low, high = BOUNDS[np.dtype(dtype)]
        y = np.rint(x / along(scale, axis, x.ndim)) + np.float64(zero)
        return (np.clip(y, low, high).astype(dtype),)


class DequantizeLinear(OpRun):
    def _run(self, x, scale, zero_point=None, axis=1, **_):
        zero = 0 if zero_point is None else along(zero_point, axis, x.ndim)
        y = x.astype(np.float64) - np.float64(zero)
        return (y * along(scale, axis, x.ndim).astype(np.float64),)


def convolve(x, w, pads=None, strides=None, dilations=None, group=1):
    """In one or two dimensions, by a matrix product for each tap."""
    rank = x.ndim - 2
    if rank == 1:
        x, w = x[:, :, None], w[:, :, None]
    extend = lambda list, one: ([one] if rank == 1 else []) + list
    dilations = extend(list(dilations or [1] * rank), 1)
    strides = extend(list(strides or [1] * rank), 1)
    pads = list(pads or [0] * 2 * rank)
    before, after = extend(pads[:rank], 0), extend(pads[rank:], 0)
    x = np.pad(x, [(0, 0), (0, 0), (before[0], after[0]),
                   (before[1], after[1])])
    kernel = w.shape[2:]
    out = [(x.shape[2 + i] - (kernel[i] - 1) * dilations[i] - 1)
           // strides[i] + 1 for i in range(2)]
    n, filters = x.shape[0], w.shape[0]
    x = x.reshape(n, group, -1, *x.shape[2:])
    w = w.reshape(group, filters // group, -1, *kernel)
    y = np.zeros((n, group, filters // group, *out), np.float64)
    for i in range(kernel[0]):
        for j in range(kernel[1]):
            top, left = i * dilations[0], j * dilations[1]
            part = x[..., top:top + (out[0] - 1) * strides[0] + 1:strides[0],
                     left:left + (out[1] - 1) * strides[1] + 1:strides[1]]
            y += np.einsum("gfc,ngchw->ngfhw", w[..., i, j], part,
                           optimize=True)
    y = y.reshape(n, filters, *out)
    return y[:, :, 0] if rank == 1 else y


class Conv(OpRun):
    def _run(self, x, w, b=None, auto_pad="NOTSET", dilations=None, group=1,
             kernel_shape=None, pads=None, strides=None):
        assert auto_pad in ("NOTSET", "VALID"), auto_pad
        y = convolve(x, w, pads, strides, dilations, group)
        if b is not None:
            y += b.reshape([1, -1] + [1] * (x.ndim - 2))
        return (y,)


def widen(model):
    """A copy with float64 where there was float32."""
    model = onnx.ModelProto.FromString(model.SerializeToString())
    for tensor in model.graph.initializer:
        if tensor.data_type == onnx.TensorProto.FLOAT:
            array = numpy_helper.to_array(tensor).astype(np.float64)
            tensor.CopyFrom(numpy_helper.from_array(array, tensor.name))
    for node in model.graph.node:
        for attribute in node.attribute:
            if (node.op_type == "Cast" and attribute.name == "to"
                    and attribute.i == onnx.TensorProto.FLOAT):
                attribute.i = onnx.TensorProto.DOUBLE
            if (attribute.HasField("t")
                    and attribute.t.data_type == onnx.TensorProto.FLOAT):
                array = numpy_helper.to_array(attribute.t).astype(np.float64)
                attribute.t.CopyFrom(numpy_helper.from_array(array))
    for value in list(model.graph.input) + list(model.graph.output):
        kind = value.type.tensor_type
        if kind.elem_type == onnx.TensorProto.FLOAT:
            kind.elem_type = onnx.TensorProto.DOUBLE
    del model.graph.value_info[:]
    return model


def evaluate(path, inputs):
    """All outputs, floats as float64."""
    model = widen(onnx.load(path))
    session = ReferenceEvaluator(
        model, new_ops=[QuantizeLinear, DequantizeLinear, Conv])
    inputs = {name: array.astype(np.float64)
              if array.dtype == np.float32 else array
              for name, array in inputs.items()}
    return session.run(None, inputs)
