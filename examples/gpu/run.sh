#!/usr/bin/env bash
# A model whose output's size depends on data, on a GPU through Vulkan: compiled,
# linked, run. Any driver will do, also Mesa's lavapipe, a GPU in software.
# Needs onnxc to be built (`cmake --build build`); ONNXC_BUILD names the folder.
#
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
build=${ONNXC_BUILD:-$root/build}
out=$build/examples/gpu
python=python3
[[ -x $root/.venv/bin/python3 ]] && python=$root/.venv/bin/python3

mkdir -p "$out"
set -x
"$python" "$here/make_model.py" "$out/spots.onnx"
"$build/bin/onnxc" "$out/spots.onnx" --target=vulkan -o "$out/spots.o"
"${CC:-cc}" -I "$out" -I "$root/runtime-lite/include" "$here/main.c" \
  "$out/spots.o" "$build/runtime-lite/libonnxc-rt.a" -lm -pthread -o "$out/spots"
"$out/spots"
