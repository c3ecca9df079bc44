#!/usr/bin/env bash
# Builds the backend: build.sh FOLDER writes FOLDER/onnxc/libtriton_onnxc.so, and
# FOLDER is what Triton's --backend-directory takes. Needs onnxc's runtime to be
# built (`ninja -C build onnxc-rt`); ONNXC_BUILD names the folder.
#
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
build=${ONNXC_BUILD:-$root/build}
mkdir -p "$1/onnxc"
"${CC:-cc}" -std=gnu11 -O2 -Wall -Wextra -Werror -fPIC -shared \
  -fvisibility=hidden -I "$root/runtime-lite/include" "$here/backend.c" \
  "$here/execute.c" "$build/runtime-lite/libonnxc-rt.a" -ldl -pthread \
  -o "$1/onnxc/libtriton_onnxc.so"
