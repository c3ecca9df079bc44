#!/usr/bin/env bash
# Reads handwritten digits in Rust, by the module that onnxc writes.
# Needs onnxc to be built (`cmake --build build`); ONNXC_BUILD names the folder.
#
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../prepare.sh"

cp "$here/main.rs" "$out"
set -x
"$build/bin/onnxc" "$here/../digits.onnx" --emit=rust -o "$out/digits.o"
"${RUSTC:-rustc}" --edition 2021 -D warnings -O "$out/main.rs" \
  -C link-arg="$out/digits.o" -L native="$build/runtime-lite" \
  -l static=onnxc-rt -o "$out/digits"
"$out/digits" "$here/../digits.txt"
