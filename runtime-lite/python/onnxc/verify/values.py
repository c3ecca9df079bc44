"""Which value of the model each observed tensor is.

The compiler says which nodes a tensor comes from. It may be another tensor than
the node's output all the same: a step of an operator that it computes in
several, or a form of its own. So a tensor is held against the outputs of its
nodes, read as each form in which it may lie in memory, and is the one that it is
nearest to.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import dataclasses

import numpy as np
from onnx import helper

from onnxc.verify.compare import Comparison, compare


@dataclasses.dataclass
class Seen:
    """A value as our model computed it."""
    array: np.ndarray
    comparison: Comparison
    event: dict | None
    # "" as it is, or in words how it lies in memory.
    form: str = ""


def as_dtype(array, number):
    """What onnxc-run writes as integers, as what it is."""
    dtype = helper.tensor_dtype_to_np_dtype(number)
    if array.dtype == dtype:
        return array
    if dtype == np.dtype(object):
        return array.astype(object)
    if array.dtype.itemsize == dtype.itemsize and array.dtype.kind in "ui":
        return array.astype(dtype) if dtype.name in (
            "int4", "int2", "uint4", "uint2") else array.view(dtype)
    return array


def forms(array, shape):
    """How the tensor can be read as one of this shape: pairs of array and
    words; `exact` where nothing is guessed."""
    if array.shape == tuple(shape):
        yield array, "", True
        return
    rank = len(shape)
    if (array.ndim == rank + 1 and rank >= 3 and array.shape[0] == shape[0]
            and array.shape[2:-1] == tuple(shape[2:])
            and array.shape[1] * array.shape[-1] >= shape[1]):
        plain = np.moveaxis(array, -1, 2)
        plain = plain.reshape(shape[0], -1, *shape[2:])[:, :shape[1]]
        yield plain, f"channels in blocks of {array.shape[-1]}", True
        return
    if array.size == np.prod(shape, dtype=np.int64):
        yield (array.reshape(shape),
               "x".join(map(str, array.shape)), False)


def nearest(event, names, references, tolerance):
    """(name, Seen) of the value that the tensor is; None if it can be none."""
    array = as_dtype(event["array"], event["dtype"])
    best = None
    for name in names:
        theirs = references.get(name)
        if theirs is None or theirs.dtype != array.dtype:
            continue
        for read, form, is_certain in forms(array, theirs.shape):
            comparison = compare(read, theirs, tolerance)
            if not comparison.agrees and not is_certain:
                continue
            key = (not comparison.agrees, comparison.relative)
            # Of several that it is none of, the last in the model's order.
            if best is None or key < best[0] or (
                    key[0] and best[0][0]):
                best = key, name, Seen(read, comparison, event, form)
    return best and best[1:]


def set_aside(graph, found, outputs):
    """Takes out what differs although all that is computed from it agrees: it
    is not the node's output but the kernel's own form of it, as a convolution
    to which another's bias has been moved."""
    aside = {}

    def agree(start):
        """Whether the next values that were seen agree; None for none."""
        answer, queue, done = None, [start], set()
        while queue:
            for i in graph.readers.get(queue.pop(), []):
                for name in graph.nodes[i].output:
                    if name in done:
                        continue
                    done.add(name)
                    if name not in found:
                        queue.append(name)
                    elif not found[name].comparison.agrees:
                        return False
                    else:
                        answer = True
        return answer
    for node in reversed(graph.nodes):
        for name in node.output:
            if (name in found and name not in outputs
                    and not found[name].comparison.agrees and agree(name)):
                aside[name] = found.pop(name)
    return aside


def match(graph, events, references, tolerance):
    """The values of a level by name, each as the tensor that is nearest."""
    found = {}
    for event in events:
        names = [name for i in graph.split_names(event["makers"])
                 for name in graph.nodes[i].output if name]
        pair = nearest(event, names, references, tolerance)
        if not pair:
            continue
        name, seen = pair
        # If and Loop give sizes beside their outputs: a tensor that is none of
        # these says nothing.
        if not event["kernel"] and not seen.comparison.agrees:
            continue
        known = found.get(name)
        if known is None or (known.comparison.agrees,
                             -known.comparison.relative) < (
                                 seen.comparison.agrees,
                                 -seen.comparison.relative):
            found[name] = seen
    return found
