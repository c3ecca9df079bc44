// Machine.cpp: see Machine.h.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Machine.h"
#include "Opcodes.h"

#include <cstring>

namespace ptx {

void Machine::launch(const Function &newFunction, Dim3 newGrid, Dim3 newBlock,
                     const std::vector<uint8_t> &newParameters,
                     uint64_t dynamicSharedBytes) {
  function = &newFunction;
  grid = newGrid;
  block = newBlock;
  parameters = &newParameters;
  if (newParameters.size() != newFunction.parameterBytes)
    throw Error(function->name + " is given " +
                std::to_string(newParameters.size()) +
                " bytes of arguments, not " +
                std::to_string(newFunction.parameterBytes));
  if (block.count() == 0 || block.count() > 1024 || grid.count() == 0)
    throw Error(function->name + " is launched with no threads, or too many");
  memory.startLaunch();
  shared.resize(function->sharedBytes + dynamicSharedBytes);
  groupNumber = 0;
  for (uint32_t z = 0; z < grid.z; ++z)
    for (uint32_t y = 0; y < grid.y; ++y)
      for (uint32_t x = 0; x < grid.x; ++x)
        runGroup(groupNumber++, {x, y, z});
}

void Machine::runGroup(uint32_t, Dim3 place) {
  at = place;
  groupEpoch = 0;
  std::fill(shared.begin(), shared.end(), 0xcd);
  isSharedKnown.assign(shared.size(), false);
  isSharedPending.assign(shared.size(), false);
  sharedUsage.reset(shared.size());
  uint32_t threads = uint32_t(block.count());
  warps.resize((threads + 31) / 32);
  for (uint32_t w = 0; w < warps.size(); ++w) {
    Warp &warp = warps[w];
    warp.number = w;
    // What registers hold at first is anything.
    warp.registers.assign(size_t(function->numRegisters) * 32,
                          0xcdcdcdcdcdcdcdcd);
    warp.pc.fill(0);
    uint32_t lanes = std::min<uint32_t>(threads - 32 * w, 32);
    warp.all = lanes == 32 ? ~Mask(0) : (Mask(1) << lanes) - 1;
    warp.running = warp.all;
    warp.waiting = warp.exited = 0;
    warp.epoch = 0;
    warp.local.assign(function->localBytes * 32, 0xcd);
    for (unsigned lane = 0; lane < 32; ++lane) {
      warp.pendingGroups[lane].clear();
      warp.openGroup[lane].clear();
    }
  }
  for (;;) {
    bool isWaiting = false;
    int32_t place = -1;
    for (Warp &warp : warps) {
      runWarp(warp);
      if (!warp.waiting)
        continue;
      if (warp.exited)
        throw Error(function->name + ": a barrier that threads of its warp do "
                                     "not come to, as they have ended");
      for (unsigned lane = 0; lane < 32; ++lane) {
        if (!(warp.waiting >> lane & 1))
          continue;
        if (place >= 0 && warp.pc[lane] != place)
          throw Error(function->name +
                      ": threads of a group wait at different barriers");
        place = warp.pc[lane];
      }
      isWaiting = true;
    }
    if (!isWaiting)
      return;
    for (Warp &warp : warps)
      if (!warp.waiting)
        throw Error(function->name + ": a barrier that a warp of the group "
                                     "does not come to");
    ++groupEpoch;
    for (Warp &warp : warps) {
      warp.running = warp.waiting;
      warp.waiting = 0;
      for (unsigned lane = 0; lane < 32; ++lane)
        ++warp.pc[lane];
    }
  }
}

/// Of an instruction at which threads wait for each other, which: shuffles,
/// votes and barriers of a warp. 0 for others, `.aligned` ones too, which
/// threads have to come to together.
Mask Machine::getMembers(Warp &warp, const Instruction &in, unsigned lane) {
  switch (in.opcode) {
  case Shuffle:
    return Mask(get(warp, in.operands[in.flag ? 5 : 4], lane));
  case Vote:
    return Mask(get(warp, in.operands[2], lane));
  case WarpBarrier:
    return Mask(get(warp, in.operands[0], lane));
  default:
    return 0;
  }
}

void Machine::runWarp(Warp &warp) {
  // Threads that wait for others of the warp.
  Mask stalled = 0;
  while (warp.running) {
    // Where all wait, it is in vain, and that is an error.
    Mask ready =
        warp.running & ~stalled ? warp.running & ~stalled : warp.running;
    int32_t pc = INT32_MAX;
    for (unsigned lane = 0; lane < 32; ++lane)
      if (ready >> lane & 1)
        pc = std::min(pc, warp.pc[lane]);
    if (pc >= int32_t(function->code.size()))
      throw Error(function->name + ": runs past its end");
    Mask active = 0;
    for (unsigned lane = 0; lane < 32; ++lane)
      if (warp.running >> lane & 1 && warp.pc[lane] == pc)
        active |= Mask(1) << lane;
    const Instruction &in = function->code[pc];
    Mask guarded = active;
    if (in.guard >= 0)
      for (unsigned lane = 0; lane < 32; ++lane)
        if (active >> lane & 1 &&
            bool(warp.registers[size_t(in.guard) * 32 + lane] & 1) ==
                in.isGuardNegated)
          guarded &= ~(Mask(1) << lane);
    if (guarded) {
      Mask members = getMembers(warp, in, unsigned(__builtin_ctz(guarded)));
      if (members & warp.running & ~active & ~stalled) {
        stalled |= active;
        continue;
      }
    }
    stalled &= ~active;
    numExecuted += unsigned(__builtin_popcount(active));
    for (unsigned lane = 0; lane < 32; ++lane)
      if (active >> lane & 1)
        warp.pc[lane] = pc + 1;
    try {
      execute(warp, in, guarded);
    } catch (const Error &error) {
      throw Error(function->name + ", line " + std::to_string(in.line) + " (" +
                  in.text() + "), group " + std::to_string(groupNumber - 1) +
                  ", thread " + std::to_string(32 * warp.number + currentLane) +
                  ": " + error.what());
    }
  }
}

/// Fails where other threads should be here than are.
void Machine::requireTogether(const Warp &warp, Mask wanted, Mask active) {
  if (wanted & ~warp.all)
    wanted &= warp.all;
  if (wanted != active)
    throw Error("threads of the warp that should run this together do not");
}

void Machine::execute(Warp &warp, const Instruction &in, Mask active) {
  switch (in.opcode) {
  case Branch:
    for (unsigned lane = 0; lane < 32; ++lane)
      if (active >> lane & 1)
        warp.pc[lane] = in.target;
    return;
  case Exit:
    warp.running &= ~active;
    warp.exited |= active;
    return;
  case Barrier:
    if (!active)
      return;
    requireTogether(warp, warp.all & ~warp.exited, active);
    for (unsigned lane = 0; lane < 32; ++lane)
      if (active >> lane & 1)
        --warp.pc[lane];
    warp.running &= ~active;
    warp.waiting |= active;
    return;
  case WarpBarrier: {
    if (!active)
      return;
    currentLane = unsigned(__builtin_ctz(active));
    requireTogether(warp, Mask(get(warp, in.operands[0], currentLane)), active);
    ++warp.epoch;
    return;
  }
  case Fence:
    return;
  case Load:
  case Store:
  case LoadParam:
    return executeMemory(warp, in, active);
  case Shuffle:
    return executeShuffle(warp, in, active);
  case Vote:
    return executeVote(warp, in, active);
  case LoadMatrix:
    return executeLoadMatrix(warp, in, active);
  case Mma:
    return executeMma(warp, in, active);
  case AsyncCopy:
  case AsyncCommit:
  case AsyncWait:
  case AsyncWaitAll:
    return executeAsync(warp, in, active);
  default:
    return executeScalar(warp, in, active);
  }
}

uint64_t Machine::getSpecial(const Warp &warp, int64_t number, unsigned lane) {
  uint32_t thread = 32 * warp.number + lane;
  switch (number) {
  case TidX:
    return thread % block.x;
  case TidY:
    return thread / block.x % block.y;
  case TidZ:
    return thread / (block.x * block.y);
  case NtidX:
    return block.x;
  case NtidY:
    return block.y;
  case NtidZ:
    return block.z;
  case CtaidX:
    return at.x;
  case CtaidY:
    return at.y;
  case CtaidZ:
    return at.z;
  case NctaidX:
    return grid.x;
  case NctaidY:
    return grid.y;
  case NctaidZ:
    return grid.z;
  case LaneId:
    return lane;
  default:
    return warp.number;
  }
}

uint64_t Machine::get(Warp &warp, const Operand &operand, unsigned lane) {
  switch (operand.kind) {
  case Operand::Register: {
    uint64_t value = warp.registers[size_t(operand.reg) * 32 + lane];
    return operand.isNegated ? !(value & 1) : value;
  }
  case Operand::Immediate:
  case Operand::Symbol:
    return uint64_t(operand.value);
  case Operand::Special:
    return getSpecial(warp, operand.value, lane);
  default:
    throw Error("has an operand that is no value");
  }
}

bool Machine::getPredicate(Warp &warp, const Operand &operand, unsigned lane) {
  return get(warp, operand, lane) & 1;
}

void Machine::set(Warp &warp, const Operand &operand, unsigned lane,
                  uint64_t value, Type type) {
  if (operand.kind == Operand::None)
    return;
  if (operand.kind != Operand::Register)
    throw Error("has a result that is no register");
  Type own = function->registerTypes[operand.reg];
  unsigned bytes = sizeOf(own);
  if (sizeOf(type) > bytes || (own == Type::Pred) != (type == Type::Pred))
    throw Error("has a result of another size than its register");
  if (own == Type::Pred)
    value &= 1;
  // A narrow value in a wider register is extended by its sign.
  if (sizeOf(type) < bytes) {
    unsigned unused = 64 - 8 * sizeOf(type);
    value = isSigned(type) ? uint64_t(int64_t(value << unused) >> unused)
                           : value << unused >> unused;
  }
  if (bytes < 8)
    value &= ~uint64_t(0) >> (64 - 8 * bytes);
  warp.registers[size_t(operand.reg) * 32 + lane] = value;
}

void Machine::executeScalar(Warp &warp, const Instruction &in, Mask active) {
  const auto &operands = in.operands;
  for (unsigned lane = 0; lane < 32; ++lane) {
    if (!(active >> lane & 1))
      continue;
    currentLane = lane;
    auto value = [&](unsigned i) { return get(warp, operands[i], lane); };
    switch (in.opcode) {
    case Mov:
    case ToAddress:
      set(warp, operands[0], lane, value(1), in.type);
      break;
    case Pack: {
      unsigned bits = 8 * sizeOf(in.type) / unsigned(operands[1].parts.size());
      uint64_t result = 0;
      for (size_t i = 0; i < operands[1].parts.size(); ++i)
        result |= (get(warp, operands[1].parts[i], lane) &
                   (~uint64_t(0) >> (64 - bits)))
                  << (bits * i);
      set(warp, operands[0], lane, result, in.type);
      break;
    }
    case Unpack: {
      unsigned count = unsigned(operands[0].parts.size());
      unsigned bits = 8 * sizeOf(in.type) / count;
      Type part = bits == 8 ? Type::B8 : bits == 16 ? Type::B16 : Type::B32;
      uint64_t whole = value(1);
      for (unsigned i = 0; i < count; ++i)
        set(warp, operands[0].parts[i], lane, whole >> (bits * i), part);
      break;
    }
    case Setp: {
      bool result = compareValues(in, value(1), value(2));
      if (in.vector) {
        bool other = getPredicate(warp, operands[3], lane);
        result = in.vector == 1   ? result && other
                 : in.vector == 2 ? result || other
                                  : result != other;
      }
      set(warp, operands[0], lane, result, Type::Pred);
      break;
    }
    case Selp:
      set(warp, operands[0], lane,
          getPredicate(warp, operands[3], lane) ? value(1) : value(2), in.type);
      break;
    case Convert:
      set(warp, operands[0], lane,
          convertValue(in, value(1), operands.size() > 2 ? value(2) : 0),
          in.type);
      break;
    case MulWide:
    case MadWide: {
      Type wide = isSigned(in.type)
                      ? (sizeOf(in.type) == 2 ? Type::S32 : Type::S64)
                      : (sizeOf(in.type) == 2 ? Type::U32 : Type::U64);
      set(warp, operands[0], lane,
          compute(in, value(1), value(2), operands.size() > 3 ? value(3) : 0),
          wide);
      break;
    }
    case TestProperty:
      set(warp, operands[0], lane, compute(in, value(1), 0, 0), Type::Pred);
      break;
    case CountZeros:
    case CountOnes:
      set(warp, operands[0], lane, compute(in, value(1), 0, 0), Type::B32);
      break;
    case BitInsert: {
      unsigned bits = 8 * sizeOf(in.type), from = value(3) & 0xff,
               length = value(4) & 0xff;
      uint64_t a = value(1), result = value(2);
      for (unsigned i = 0; i < length && from + i < bits; ++i)
        result = (result & ~(uint64_t(1) << (from + i))) | (a >> i & 1)
                                                               << (from + i);
      set(warp, operands[0], lane, result, in.type);
      break;
    }
    case Logic3: {
      uint64_t a = value(1), b = value(2), c = value(3), table = value(4);
      uint64_t result = 0;
      for (unsigned i = 0; i < 32; ++i)
        result |=
            (table >> ((a >> i & 1) << 2 | (b >> i & 1) << 1 | (c >> i & 1)) &
             1)
            << i;
      set(warp, operands[0], lane, result, in.type);
      break;
    }
    default:
      set(warp, operands[0], lane,
          compute(in, value(1), operands.size() > 2 ? value(2) : 0,
                  operands.size() > 3 ? value(3) : 0),
          in.type);
    }
  }
}

} // namespace ptx
