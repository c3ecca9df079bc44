#!/usr/bin/env bash
# Reads handwritten digits in Java, by JNI.
# Needs onnxc to be built (`cmake --build build`); ONNXC_BUILD names the folder.
#
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../prepare.sh"
binding=$root/runtime-lite/java
javac=$(readlink -f "$(command -v javac)")
jni=${javac%/bin/javac}/include

set -x
"$build/bin/onnxc" "$here/../digits.onnx" --emit=shared -o "$out/digits.so"
"${CC:-cc}" -shared -fPIC -O2 -Wall -Wextra -Werror -I "$jni" -I "$jni/linux" \
  -I "$root/runtime-lite/include" "$binding/jni/onnxc_jni.c" \
  "$build/runtime-lite/libonnxc-rt.a" -ldl -pthread -o "$out/libonnxc-java.so"
javac -Xlint:all -Werror -d "$out" "$binding"/onnxc/*.java "$here/Digits.java"
java -Djava.library.path="$out" -cp "$out" Digits "$out/digits.so" \
  "$here/../digits.txt"
