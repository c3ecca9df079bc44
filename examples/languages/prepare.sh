# What the run.sh of a language begins with: sourced by it, with `here` set to its
# folder. Sets `root`, `build`, and `out`, a folder for what is built.
#
# Needs onnxc to be built (`cmake --build build`); ONNXC_BUILD names the folder.
#
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
root=$(cd "$here/../../.." && pwd)
build=$(cd "${ONNXC_BUILD:-$root/build}" && pwd)
out=$build/examples/languages/${here##*/}
mkdir -p "$out"
