#!/usr/bin/env bash
# Serves models by the Open Inference Protocol.
#
#   examples/server/run.sh                          tells languages (examples/text)
#   examples/server/run.sh NAME=MODEL.onnx ...      with all options of server.py
#
# Needs onnxc and its Python module to be built (`cmake --build build`);
# ONNXC_BUILD names the folder. What the server takes from PyPI goes into a
# virtual environment there.
#
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
build=${ONNXC_BUILD:-$root/build}
work=$build/examples/server
[[ $# -gt 0 ]] || set -- "languages=$root/examples/text/languages.onnx"

mkdir -p "$work"
python=$work/venv/bin/python3
if [[ ! -f $work/installed ]] ||
  ! cmp -s "$work/installed" "$here/requirements.txt"; then
  python3 -m venv "$work/venv"
  "$python" -m pip --disable-pip-version-check install -q \
    -r "$here/requirements.txt"
  cp "$here/requirements.txt" "$work/installed"
fi
PYTHONPATH=$build/python exec "$python" "$here/server.py" "$@"
