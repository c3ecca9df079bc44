#!/usr/bin/env bash
# Reads handwritten digits in JavaScript, by WebAssembly.
#
#   examples/languages/javascript/run.sh           builds it, runs it in node
#   examples/languages/javascript/run.sh serve     ... serves page.html on port 8000
#
# Needs onnxc to be built (`cmake --build build`); ONNXC_BUILD names the folder.
#
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../prepare.sh"
binding=$root/runtime-lite/javascript

cp "$binding"/onnxc.{mjs,d.mts} "$here"/{digits.mts,node.mjs,worker.mjs,page.html} \
  "$here/../digits.txt" "$out"
set -x
"$build/bin/onnxc" "$here/../digits.onnx" --target=wasm32 \
  -o "$out/digits.o"
"$binding/link.sh" "$out/digits.wasm" "$out/digits.o"
(cd "$out" && tsc --strict --target es2022 --lib es2022,dom \
  --skipLibCheck --module es2022 --moduleResolution node16 digits.mts)
node "$out/node.mjs" "$out/digits.txt"
[[ ${1:-} != serve ]] || (cd "$out" && exec python3 -m http.server 8000)
