#!/usr/bin/env bash
# A text classifier as scikit-learn trained it (train.py): strings go in, labels
# come out. Arguments are told apart; some sentences without.
# Needs onnxc to be built (`cmake --build build`); ONNXC_BUILD names the folder.
#
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
build=${ONNXC_BUILD:-$root/build}
out=$build/examples/text
[[ $# -gt 0 ]] || set -- "Where is the nearest station?" \
  "Wo ist der nächste Bahnhof?" "Où est la gare la plus proche ?" \
  "¿Dónde está la estación más cercana?" "Dov'è la stazione più vicina?"

mkdir -p "$out"
set -x
"$build/bin/onnxc" "$here/languages.onnx" -o "$out/languages.o"
"${CC:-cc}" -I "$out" -I "$root/runtime-lite/include" "$here/main.c" \
  "$out/languages.o" "$build/runtime-lite/libonnxc-rt.a" -lm -pthread \
  -o "$out/languages"
"$out/languages" "$@"
