#!/usr/bin/env bash
# A model that tells irises apart, its object, a program: the three commands, and
# what it says. Four lengths may be given (main.c).
# Needs onnxc to be built (`cmake --build build`); ONNXC_BUILD names the folder.
#
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
build=${ONNXC_BUILD:-$root/build}
out=$build/examples/hello
python=python3
[[ -x $root/.venv/bin/python3 ]] && python=$root/.venv/bin/python3

mkdir -p "$out"
set -x
"$python" "$here/make_model.py" "$out/hello.onnx"
"$build/bin/onnxc" "$out/hello.onnx" -o "$out/hello.o"
"${CC:-cc}" -I "$out" -I "$root/runtime-lite/include" "$here/main.c" \
  "$out/hello.o" "$build/runtime-lite/libonnxc-rt.a" -lm -o "$out/hello"
"$out/hello" "$@"
