#!/usr/bin/env bash
# Makes a WebAssembly module of objects that onnxc has compiled, for onnxc.mjs:
#
#   onnxc model.onnx --target=wasm32 -o model.o
#   link.sh model.wasm model.o ...
#
# CLANG and WASM_LD name the compiler and the linker, clang-22 and wasm-ld-22
# unless told.
#
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
set -euo pipefail
[[ $# -ge 2 ]] || { echo "usage: link.sh MODULE.wasm OBJECT.o ..." >&2; exit 2; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
runtime=$here/..
output=$1
shift

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
objects=()
for source in "$here/module.c" \
  "$runtime"/lib/{Check,Cpu,Dtype,Freestanding,Run,Session,SessionText,Status,Strings}.c; do
  objects+=("$work/$(basename "$source" .c).o")
  "${CLANG:-clang-22}" --target=wasm32 -std=c11 -O2 -mbulk-memory \
    -ffreestanding -fvisibility=default -Wall -Wextra -Werror \
    -I "$runtime/include" -c "$source" \
    -o "${objects[-1]}"
done
# What the compiler itself calls for integers of 128 bits (Debian:
# libclang-rt-22-dev-wasm32).
builtins=$("${CLANG:-clang-22}" -Wno-deprecated --target=wasm32-wasi \
  -print-libgcc-file-name)
[[ -f $builtins ]] || builtins=
"${WASM_LD:-wasm-ld-22}" --no-entry --export-dynamic --strip-all \
  -z stack-size=262144 "${objects[@]}" "$@" ${builtins:+"$builtins"} \
  -o "$work/module.wasm"
mv "$work/module.wasm" "$output"
