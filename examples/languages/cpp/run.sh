#!/usr/bin/env bash
# Reads handwritten digits in C++, by onnxc/session.hpp.
# Needs onnxc to be built (`cmake --build build`); ONNXC_BUILD names the folder.
#
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../prepare.sh"

set -x
"$build/bin/onnxc" "$here/../digits.onnx" -o "$out/digits.o"
"${CXX:-c++}" -std=c++17 -O2 -Wall -Wextra -Werror -I "$out" \
  -I "$root/runtime-lite/include" "$here/digits.cpp" "$out/digits.o" \
  "$build/runtime-lite/libonnxc-rt.a" -lm -ldl -pthread -o "$out/digits"
"$out/digits" "$here/../digits.txt"
