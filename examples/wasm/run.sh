#!/usr/bin/env bash
# A page that reads the digit one draws: model, object, WebAssembly module, and a
# run in node on digits that the network was not trained on (examples/digits).
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
digits=$root/examples/digits
python=python3
[[ -x $root/.venv/bin/python3 ]] && python=$root/.venv/bin/python3

mkdir -p "$out"
set -x
"$python" "$digits/write_pictures.py" "$out/held-out.json"
"$build/bin/onnxc" "$digits/digits.onnx" --dim n=1 --target=wasm32 \
  --freestanding -o "$out/digits.o"
runtime=$root/runtime-lite
(cd "$out" && clang-22 --target=wasm32 -std=c11 -O2 -msimd128 -mbulk-memory \
  -ffreestanding -Wall -Wextra -Werror -I "$out" -I "$runtime/include" \
  -c "$here/app.c" "$runtime"/lib/{Run,Check,Cpu,Dtype,Status,Freestanding}.c)
wasm-ld-22 --no-entry --strip-all -z stack-size=131072 \
  "$out"/{app,digits,Run,Check,Cpu,Dtype,Status,Freestanding}.o \
  -o "$out/digits.wasm"
cp "$here"/{page.html,digits.mjs,node.mjs} "$out"
ls -l "$out/digits.wasm"
node "$out/node.mjs" "$out/digits.wasm" "$out/held-out.json"
[[ ${1:-} != serve ]] || (cd "$out" && exec "$python" -m http.server 8000)
