#!/usr/bin/env bash
# Reads words in pictures, on a GPU through Vulkan, with a trained network
# (PP-OCRv4): compiled, linked, run. Any driver will do, also Mesa's lavapipe, a
# GPU in software.
#
#   examples/gpu/run.sh                     two lines of text
#   examples/gpu/run.sh "Platform 9" ...    lines of yours
#
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
[[ $# -gt 0 ]] || set -- "compiled ahead of time" "Invoice 2041: 17.50 EUR"

mkdir -p "$out"
pictures=()
for text in "$@"; do
  pictures+=("$out/line-${#pictures[@]}.ppm")
  "$python" "$here/draw_picture.py" "${pictures[-1]}" "$text"
done
set -x
"$python" "$here/make_model.py" "$out/words.onnx"
"$build/bin/onnxc" "$out/words.onnx" --target=vulkan -o "$out/words.o"
"${CC:-cc}" -I "$out" -I "$root/runtime-lite/include" "$here/main.c" \
  "$out/words.o" "$build/runtime-lite/libonnxc-rt.a" -lm -pthread -o "$out/words"
"$out/words" "${pictures[@]}"
