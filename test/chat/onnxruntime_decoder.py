"""A model as chat takes it, run by onnxruntime.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np
import onnxruntime


class Decoder:
    def __init__(self, path, threads=1):
        settings = onnxruntime.SessionOptions()
        settings.intra_op_num_threads = threads
        self.session = onnxruntime.InferenceSession(
            path, settings, providers=["CPUExecutionProvider"])
        metadata = self.session.get_modelmeta().custom_metadata_map
        self.context = int(metadata["context"])

    def empty_caches(self):
        return {value.name: np.zeros([1, value.shape[1], 0, value.shape[3]],
                                     np.float32)
                for value in self.session.get_inputs()
                if value.name.startswith("past_")}

    def run(self, ids, caches, length):
        """The logits behind each of `ids`, which stand behind `length` tokens,
        and the new caches."""
        total = length + len(ids)
        names = ["logits", *(name.replace("past_", "present_")
                             for name in caches)]
        logits, *presents = self.session.run(names, {
            "input_ids": np.array([ids], np.int64),
            "seqlens_k": np.array([total - 1], np.int32),
            "total_sequence_length": np.array(total, np.int32), **caches})
        return logits[0], dict(zip(caches, presents))

    def logits(self, ids):
        """Behind each of the tokens."""
        return self.run(ids, self.empty_caches(), 0)[0]
