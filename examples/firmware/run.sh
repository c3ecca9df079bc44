#!/usr/bin/env bash
# A reader of handwritten digits as firmware: model, object, program, and a run in
# QEMU on digits that the network was not trained on (examples/digits). Three are
# drawn, and each that is read wrongly.
#
#   examples/firmware/run.sh                 Cortex-M4F
#   examples/firmware/run.sh riscv32         RV32IMAFC
#
# Needs onnxc to be built; ONNXC_BUILD names the build folder. And clang-22,
# lld-22 and Debian's qemu-system-arm or qemu-system-misc.
#
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
build=$(cd "${ONNXC_BUILD:-$root/build}" && pwd)
out=$build/examples/firmware
python=python3
[[ -x $root/.venv/bin/python3 ]] && python=$root/.venv/bin/python3

case ${1:-cortex-m4} in
cortex-m4)
  target=(--target=thumbv7em-none-eabihf -mcpu=cortex-m4)
  board=board_arm entry=board_start flash=0x0 ram=0x20000000 bytes=4M
  qemu=(qemu-system-arm -M mps2-an386)
  ;;
riscv32)
  target=(--target=riscv32-unknown-none-elf)
  board=board_riscv entry=board_reset flash=0x80000000 ram=0x80800000 bytes=8M
  qemu=(qemu-system-riscv32 -M virt -bios none)
  ;;
esac
machine=("${target[@]}")
[[ $board == board_riscv ]] && machine+=(-march=rv32imafc -mabi=ilp32f)

digits=$root/examples/digits
mkdir -p "$out"
set -x
"$python" "$digits/write_pictures.py" "$out/pictures.h" 100
"$build/bin/onnxc" "$digits/digits.onnx" --dim n=1 "${target[@]}" \
  --freestanding --weights-section=.flash_weights --max-arena=16K \
  --max-flash=128K --max-stack=8K -o "$out/digits.o"
runtime=$root/runtime-lite
clang-22 "${machine[@]}" -std=c11 -Os -Wall -Wextra -Werror -ffreestanding \
  -ffunction-sections -nostdlib -fuse-ld=lld-22 \
  -I "$out" -I "$here/board" -I "$runtime/include" \
  "$here/main.c" "$here/board/$board.c" "$out/digits.o" \
  "$runtime"/lib/{Run,Check,Cpu,Dtype,Status,Freestanding}.c \
  -T "$here/board/board.ld" -Wl,--gc-sections,--entry=$entry \
  -Wl,--defsym=BOARD_FLASH=$flash,--defsym=BOARD_RAM=$ram \
  -Wl,--defsym=BOARD_RAM_BYTES=$bytes,--defsym=BOARD_STACK_BYTES=16384 \
  -o "$out/digits.elf"
"${qemu[@]}" -nographic -monitor none -serial none -icount shift=6 \
  -semihosting-config enable=on,target=native -kernel "$out/digits.elf" 2>&1
