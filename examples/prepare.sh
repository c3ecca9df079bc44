# What the run.sh of an example begins with: sourced by it, with `here` set to
# the example's folder. Sets `root`, `build` and `step`; sets up and builds onnxc,
# unless ONNXC_READY is set.
#
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
root=$(cd "$here/../.." && pwd)
build=${ONNXC_BUILD:-$root/build}

step() { printf '\033[1m==> %s\033[0m\n' "$*" >&2; }

if [[ -z ${ONNXC_READY:-} ]]; then
  step "Setting up (Debian packages, Python packages in .venv)"
  "$root/cmake/setup.sh" >&2
  step "Building the compiler (this takes a while the first time)"
  [[ -f $build/build.ninja ]] ||
    (cd "$root" && cmake --preset dev -B "$build" >&2)
  cmake --build "$build" --target onnxc onnxc-rt >&2
fi
