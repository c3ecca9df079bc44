#!/usr/bin/env bash
# A picture classifier for browsers: model, object, module, and a run in node.
#
#   examples/wasm/run.sh            build it, run it in node
#   examples/wasm/run.sh serve      ... and serve the page on port 8000
#
# Needs onnxc to be built (ONNXC_BUILD names the build folder), clang-22, lld-22
# and nodejs.
#
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
build=$(cd "${ONNXC_BUILD:-$root/build}" && pwd)
out=$build/examples/wasm
python=python3
[[ -x $root/.venv/bin/python3 ]] && python=$root/.venv/bin/python3

mkdir -p "$out"
"$python" "$root/test/models/make_models.py" "$out" tiny_resnet8
set -x
"$build/bin/onnxc" "$out/tiny_resnet8.onnx" --target=wasm32 --freestanding \
  --prefix=classifier -o "$out/classifier.o"
runtime=$root/runtime-lite
(cd "$out" && clang-22 --target=wasm32 -std=c11 -O2 -msimd128 -mbulk-memory \
  -ffreestanding -Wall -Wextra -Werror -I "$out" -I "$runtime/include" \
  -c "$here/app.c" "$runtime"/lib/{Run,Check,Cpu,Dtype,Status,Freestanding}.c)
wasm-ld-22 --no-entry --strip-all -z stack-size=131072 \
  "$out"/{app,classifier,Run,Check,Cpu,Dtype,Status,Freestanding}.o \
  -o "$out/classifier.wasm"
cp "$here"/{page.html,classify.mjs,node.mjs} "$out"
ls -l "$out/classifier.wasm"
node "$out/node.mjs" "$out/classifier.wasm" "${PICTURE:-}"
[[ ${1:-} != serve ]] || (cd "$out" && exec "$python" -m http.server 8000)
