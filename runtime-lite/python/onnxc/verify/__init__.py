"""Is a compiled model right? `onnxc verify` compiles a model, runs it, compares
it with a reference, and where an output differs finds the first node that does.

    onnxc.verify("model.onnx", function, {"x": x})

does so from Python (api.py). command.py is what happens, in order.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import sys
import types


class CallableModule(types.ModuleType):
    """So that `onnxc.verify` is a function and the package of that name."""

    def __call__(self, *arguments, **more):
        from onnxc.verify.api import verify
        return verify(*arguments, **more)


sys.modules[__name__].__class__ = CallableModule
