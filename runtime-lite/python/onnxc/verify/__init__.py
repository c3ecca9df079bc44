"""Is a compiled model right? `onnxc verify` compiles a model, runs it, compares
it with a reference, and where an output differs finds the first node that does.

command.py is what happens, in order.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
