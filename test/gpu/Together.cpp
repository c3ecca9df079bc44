// Together.cpp: what the threads of a warp do together: shuffles, votes,
// matrices. Fragments are laid out as the tables of the PTX ISA say (9.7.14,
// "Matrix Fragments for mma.m16n8k8" and "...k16").
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Machine.h"
#include "Opcodes.h"

#include <cstring>

namespace ptx {

void Machine::executeShuffle(Warp &warp, const Instruction &in, Mask active) {
  if (!active)
    return;
  const auto &operands = in.operands;
  unsigned first = in.flag ? 2 : 1;
  uint64_t results[32];
  bool valid[32];
  for (unsigned lane = 0; lane < 32; ++lane) {
    if (!(active >> lane & 1))
      continue;
    currentLane = lane;
    Mask members = Mask(get(warp, operands[first + 3], lane));
    requireTogether(warp, members, active);
    unsigned b = get(warp, operands[first + 1], lane) & 31;
    unsigned c = unsigned(get(warp, operands[first + 2], lane));
    unsigned clamp = c & 31, segment = c >> 8 & 31;
    unsigned most = (lane & segment) | (clamp & ~segment);
    unsigned least = lane & segment;
    int from = in.mode == Up_         ? int(lane) - int(b)
               : in.mode == Down_     ? int(lane + b)
               : in.mode == Butterfly ? int(lane ^ b)
                                      : int(least | (b & ~segment));
    valid[lane] = in.mode == Up_ ? from >= int(most) : from <= int(most);
    if (!valid[lane])
      from = int(lane);
    if (!(active >> from & 1))
      throw Error("reads a thread that takes no part");
    results[lane] = get(warp, operands[first], unsigned(from));
  }
  for (unsigned lane = 0; lane < 32; ++lane) {
    if (!(active >> lane & 1))
      continue;
    set(warp, operands[0], lane, results[lane], Type::B32);
    if (in.flag)
      set(warp, operands[1], lane, valid[lane], Type::Pred);
  }
}

void Machine::executeVote(Warp &warp, const Instruction &in, Mask active) {
  if (!active)
    return;
  currentLane = unsigned(__builtin_ctz(active));
  Mask members = Mask(get(warp, in.operands[2], currentLane)) & warp.all;
  requireTogether(warp, members, active);
  Mask ballot = 0;
  for (unsigned lane = 0; lane < 32; ++lane)
    if (active >> lane & 1 && getPredicate(warp, in.operands[1], lane))
      ballot |= Mask(1) << lane;
  uint64_t result = in.mode == All   ? ballot == members
                    : in.mode == Any ? ballot != 0
                                     : ballot;
  for (unsigned lane = 0; lane < 32; ++lane)
    if (active >> lane & 1)
      set(warp, in.operands[0], lane, result,
          in.mode == Ballot ? Type::B32 : Type::Pred);
}

void Machine::executeLoadMatrix(Warp &warp, const Instruction &in,
                                Mask active) {
  if (!active)
    return;
  requireTogether(warp, ~Mask(0), active);
  if (active != ~Mask(0))
    throw Error("wants a whole warp");
  // Threads 8 m to 8 m + 7 say where the rows of matrix m are.
  uint16_t elements[4][8][8];
  for (unsigned m = 0; m < in.vector; ++m)
    for (unsigned row = 0; row < 8; ++row) {
      currentLane = 8 * m + row;
      uint64_t address = getAddress(warp, in.operands[1], currentLane);
      if (address % 16)
        throw Error("a row is at no multiple of 16 bytes");
      loadShared(warp, currentLane, address, elements[m][row], 16);
    }
  const Operand &to = in.operands[0];
  for (unsigned lane = 0; lane < 32; ++lane)
    for (unsigned m = 0; m < in.vector; ++m) {
      unsigned row = lane / 4, column = lane % 4 * 2;
      uint32_t low =
          in.flag ? elements[m][column][row] : elements[m][row][column];
      uint32_t high =
          in.flag ? elements[m][column + 1][row] : elements[m][row][column + 1];
      set(warp, to.kind == Operand::Vector ? to.parts[m] : to, lane,
          low | high << 16, Type::B32);
    }
}

void Machine::executeMma(Warp &warp, const Instruction &in, Mask active) {
  if (!active)
    return;
  requireTogether(warp, ~Mask(0), active);
  if (active != ~Mask(0))
    throw Error("wants a whole warp");
  int depth = in.mode;
  auto part = [](const Operand &operand, unsigned i) -> const Operand & {
    return operand.kind == Operand::Vector ? operand.parts[i] : operand;
  };
  auto widen = [&](uint32_t pair, unsigned half) {
    uint16_t bits = uint16_t(half ? pair >> 16 : pair);
    return in.fromType == Type::F16 ? halfToFloat(bits) : bfloatToFloat(bits);
  };
  float a[16][16] = {}, b[16][8] = {};
  double sums[16][8];
  for (unsigned lane = 0; lane < 32; ++lane) {
    unsigned group = lane / 4, inGroup = lane % 4;
    // a0 a1 are in register 0, a2 a3 in 1, ...: rows alternate by register,
    // columns move on by 8 after two of them.
    for (unsigned r = 0; r < unsigned(depth) / 4; ++r) {
      uint32_t pair = uint32_t(get(warp, part(in.operands[1], r), lane));
      for (unsigned half = 0; half < 2; ++half)
        a[group + (r % 2 ? 8 : 0)][inGroup * 2 + half + (r / 2) * 8] =
            widen(pair, half);
    }
    for (unsigned r = 0; r < unsigned(depth) / 8; ++r) {
      uint32_t pair = uint32_t(get(warp, part(in.operands[2], r), lane));
      for (unsigned half = 0; half < 2; ++half)
        b[inGroup * 2 + half + r * 8][group] = widen(pair, half);
    }
    for (unsigned i = 0; i < 4; ++i) {
      float value;
      if (in.type == Type::F32) {
        uint32_t bits = uint32_t(get(warp, part(in.operands[3], i), lane));
        std::memcpy(&value, &bits, sizeof value);
      } else {
        value = widen(uint32_t(get(warp, part(in.operands[3], i / 2), lane)),
                      i % 2);
      }
      sums[group + (i / 2) * 8][inGroup * 2 + i % 2] = value;
    }
  }
  for (auto &row : sums)
    for (unsigned column = 0; column < 8; ++column)
      for (int k = 0; k < depth; ++k)
        row[column] += double(a[&row - sums][k]) * b[k][column];
  for (unsigned lane = 0; lane < 32; ++lane) {
    unsigned group = lane / 4, inGroup = lane % 4;
    uint32_t halves[2] = {0, 0};
    for (unsigned i = 0; i < 4; ++i) {
      float value = float(sums[group + (i / 2) * 8][inGroup * 2 + i % 2]);
      if (in.type == Type::F32) {
        uint32_t bits;
        std::memcpy(&bits, &value, sizeof bits);
        set(warp, part(in.operands[0], i), lane, bits, Type::B32);
      } else {
        halves[i / 2] |= uint32_t(floatToHalf(value)) << (16 * (i % 2));
      }
    }
    if (in.type == Type::F16)
      for (unsigned r = 0; r < 2; ++r)
        set(warp, part(in.operands[0], r), lane, halves[r], Type::B32);
  }
}

} // namespace ptx
