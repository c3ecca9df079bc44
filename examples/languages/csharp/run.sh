#!/usr/bin/env bash
# Reads handwritten digits in C# on mono, by P/Invoke.
# Needs onnxc to be built (`cmake --build build`); ONNXC_BUILD names the folder.
#
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../prepare.sh"

set -x
"$build/bin/onnxc" "$here/../digits.onnx" --emit=shared -o "$out/digits.so"
"${CC:-cc}" -shared -Wl,--whole-archive "$build/runtime-lite/libonnxc-rt.a" \
  -Wl,--no-whole-archive -ldl -pthread -o "$out/libonnxc-session.so"
mcs -langversion:6 -warnaserror -out:"$out/Digits.exe" \
  "$root"/runtime-lite/csharp/*.cs "$here/Digits.cs"
LD_LIBRARY_PATH=$out mono "$out/Digits.exe" "$out/digits.so" "$here/../digits.txt"
