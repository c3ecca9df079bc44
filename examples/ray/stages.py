"""The stages that `onnxc --split=N --emit=shared` has made of a model.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import json
import os

import onnxc

# What the tensors of a sequence, an optional or a map are called behind its name:
# onnxc_part of onnxc/runtime.h.
_PARTS = {1: ".values", 2: ".values", 3: ".shapes", 4: ".present", 5: ".keys",
          6: ".values"}


def _name(tensor):
    """The name of the value that a tensor is, or is a part of."""
    return tensor["name"].removesuffix(_PARTS.get(tensor.get("part"), ""))


class Manifest:
    """What FILE.stages.json says: which outputs feed which inputs."""

    def __init__(self, path):
        with open(path) as file:
            said = json.load(file)
        if said["format"] != 1:
            raise ValueError(f"{path} has format {said['format']}, not 1")
        self.folder = os.path.dirname(os.path.abspath(path))
        self.stages = said["stages"]
        names = {tensor["name"]: _name(tensor) for stage in self.stages
                 for tensor in stage["inputs"] + stage["outputs"]}
        self.outputs = list(dict.fromkeys(
            names[output["name"]] for output in said["outputs"]))
        # The last stage that needs each value, or the end of the chain.
        self._last = {}
        for number, stage in enumerate(self.stages):
            for tensor in stage["inputs"]:
                self._last[_name(tensor)] = number
        for name in self.outputs:
            self._last[name] = len(self.stages)

    def __len__(self):
        return len(self.stages)

    def load(self, number, threads=0):
        """A stage's model; its weights are mapped where they are a file."""
        return onnxc.load(os.path.join(self.folder,
                                       self.stages[number]["file"]),
                          threads=threads)

    def step(self, number, model, values):
        """Runs a stage on the values that there are by then, and gives those
        that the stages behind it need."""
        outputs = model.run({value.name: values[value.name]
                             for value in model.inputs})
        return {name: value for name, value in {**values, **outputs}.items()
                if self._last.get(name, -1) > number}


class Chain:
    """All stages in this process, one after the other."""

    def __init__(self, path, threads=0):
        self.manifest = Manifest(path)
        self.models = [self.manifest.load(number, threads)
                       for number in range(len(self.manifest))]

    def run(self, feed):
        values = dict(feed)
        for number, model in enumerate(self.models):
            values = self.manifest.step(number, model, values)
        return {name: values[name] for name in self.manifest.outputs}
