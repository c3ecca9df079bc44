#!/usr/bin/env bash
# Reads handwritten digits in Go, by cgo.
# Needs onnxc to be built (`cmake --build build`); ONNXC_BUILD names the folder.
#
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../prepare.sh"

set -x
"$build/bin/onnxc" "$here/../digits.onnx" --emit=shared -o "$out/digits.so"
(cd "$here" && CGO_LDFLAGS="-L$build/runtime-lite" GOFLAGS=-buildvcs=false \
  go build -o "$out/digits" .)
"$out/digits" "$out/digits.so" "$here/../digits.txt"
