# How lit runs the tests of this folder; lit.site.cfg.py of the build tree
# fills in the paths.
#
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import os

import lit.formats

config.name = "onnxc"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test", ".onnxtxt", ".py"]
config.excludes = ["Inputs", "lit.cfg.py", "CMakeLists.txt"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.onnxc_binary_root, "lit")

config.environment["PATH"] = os.pathsep.join(
    [config.onnxc_tools_dir, config.llvm_tools_dir,
     config.environment.get("PATH", "")])
# Messages and orders of bytes must not depend on who runs the tests.
config.environment["LC_ALL"] = "C.UTF-8"
for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "HOME"):
    if name in os.environ:
        config.environment[name] = os.environ[name]

config.substitutions.append(("%python", config.python))
config.substitutions.append(("%models", os.path.join(
    config.test_source_root, "Inputs")))

# `REQUIRES: x86_64-linux` and the like; targets as LLVM names them.
config.available_features.add(config.host_triple.split("-")[0])
for target in config.targets:
    config.available_features.add(target.lower() + "-registered-target")
