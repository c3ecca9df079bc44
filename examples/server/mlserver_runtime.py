"""onnxc as a runtime of MLServer: a folder with model-settings.json

    {"name": "digits", "implementation": "mlserver_runtime.OnnxcRuntime",
     "parameters": {"uri": "digits.onnx"}}

is served by `mlserver start FOLDER`, with this file's folder in PYTHONPATH.
`parameters.extra` may have `threads`. MLServer batches requests itself
(`max_batch_size` and `max_batch_time` of model-settings.json).

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import asyncio

import numpy as np
import onnxc
from mlserver import MLModel
from mlserver.codecs import NumpyCodec, StringCodec
from mlserver.errors import InferenceError
from mlserver.types import (InferenceRequest, InferenceResponse, MetadataTensor,
                            ResponseOutput)
from mlserver.utils import get_model_uri

import protocol


class OnnxcRuntime(MLModel):
    async def load(self):
        path = await get_model_uri(self.settings)
        extra = self.settings.parameters.extra or {}
        threads = int(extra.get("threads", 1))
        read = onnxc.load if path.endswith(".so") else onnxc.compile
        self._model = await asyncio.to_thread(read, path, threads=threads)
        about = protocol.describe(self._model, self.name)
        self.inputs = [MetadataTensor(**tensor) for tensor in about["inputs"]]
        self.outputs = [MetadataTensor(**tensor) for tensor in about["outputs"]]
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        feed = {}
        for tensor in payload.inputs:
            if tensor.datatype == "BYTES":
                texts = StringCodec.decode_input(tensor)
                array = np.empty(len(texts), object)
                array[:] = texts
                feed[tensor.name] = array.reshape(tensor.shape)
            else:
                feed[tensor.name] = NumpyCodec.decode_input(tensor)
        try:
            outputs = await asyncio.to_thread(self._model.run, feed)
        except onnxc.RunError as error:
            raise InferenceError(str(error)) from error
        values = {value.name: value for value in self._model.outputs}
        return InferenceResponse(
            model_name=self.name, model_version=self.version, id=payload.id,
            outputs=[ResponseOutput(
                name=name, shape=list(array.shape),
                datatype=protocol.datatype_of(values[name]),
                data=protocol.to_list(array)) for name, array in outputs.items()])
