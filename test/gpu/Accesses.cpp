// Accesses.cpp: loads, stores and asynchronous copies of a warp.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Machine.h"
#include "Opcodes.h"

#include <cstring>

namespace ptx {

Accessor Machine::getAccessor(const Warp &warp, unsigned lane) {
  return {groupNumber, 32 * warp.number + lane, groupEpoch, warp.epoch};
}

uint64_t Machine::getAddress(Warp &warp, const Operand &operand,
                             unsigned lane) {
  uint64_t base =
      operand.reg >= 0 ? warp.registers[size_t(operand.reg) * 32 + lane] : 0;
  return base + uint64_t(operand.value);
}

static void requireAligned(uint64_t address, uint64_t bytes) {
  if (address % bytes)
    throw Error("an address is no multiple of " + std::to_string(bytes));
}

void Machine::loadShared(Warp &warp, unsigned lane, uint64_t address, void *to,
                         unsigned bytes) {
  if (address + bytes > shared.size())
    throw Error("reads outside of shared memory");
  for (unsigned i = 0; i < bytes; ++i) {
    if (isSharedPending[address + i])
      throw Error("reads what an asynchronous copy still writes");
    if (!isSharedKnown[address + i])
      throw Error("reads shared memory that nobody has written");
  }
  sharedUsage.use(address, bytes, getAccessor(warp, lane), false);
  std::memcpy(to, shared.data() + address, bytes);
}

void Machine::storeShared(Warp &warp, unsigned lane, uint64_t address,
                          const void *from, unsigned bytes) {
  if (address + bytes > shared.size())
    throw Error("writes outside of shared memory");
  for (unsigned i = 0; i < bytes; ++i) {
    if (isSharedPending[address + i])
      throw Error("writes what an asynchronous copy still writes");
    isSharedKnown[address + i] = true;
  }
  sharedUsage.use(address, bytes, getAccessor(warp, lane), true);
  std::memcpy(shared.data() + address, from, bytes);
}

void Machine::executeMemory(Warp &warp, const Instruction &in, Mask active) {
  bool isLoad = in.opcode != Store;
  const Operand &address = in.operands[isLoad ? 1 : 0];
  const Operand &value = in.operands[isLoad ? 0 : 1];
  unsigned bytes = sizeOf(in.type);
  for (unsigned lane = 0; lane < 32; ++lane) {
    if (!(active >> lane & 1))
      continue;
    currentLane = lane;
    uint8_t data[64];
    unsigned all = bytes * in.vector;
    auto part = [&](unsigned i) -> const Operand & {
      return in.vector == 1 ? value : value.parts[i];
    };
    if (in.opcode == LoadParam) {
      if (uint64_t(address.value) + all > parameters->size())
        throw Error("reads past the arguments");
      std::memcpy(data, parameters->data() + address.value, all);
    } else {
      uint64_t where = getAddress(warp, address, lane);
      requireAligned(where, all);
      if (!isLoad)
        for (unsigned i = 0; i < in.vector; ++i) {
          uint64_t bits = get(warp, part(i), lane);
          std::memcpy(data + i * bytes, &bits, bytes);
        }
      if (in.mode == Local) {
        if (where + all > function->localBytes)
          throw Error("is outside of the thread's own memory");
        uint8_t *own = warp.local.data() + lane * function->localBytes + where;
        isLoad ? std::memcpy(data, own, all) : std::memcpy(own, data, all);
      } else if (in.mode == Shared) {
        isLoad ? loadShared(warp, lane, where, data, all)
               : storeShared(warp, lane, where, data, all);
      } else {
        isLoad ? memory.load(where, data, all, getAccessor(warp, lane))
               : memory.store(where, data, all, getAccessor(warp, lane));
      }
    }
    if (isLoad)
      for (unsigned i = 0; i < in.vector; ++i) {
        uint64_t bits = 0;
        std::memcpy(&bits, data + i * bytes, bytes);
        set(warp, part(i), lane, bits, in.type);
      }
  }
}

/// The oldest group of copies arrives.
void Machine::finishGroup(Warp &warp, unsigned lane) {
  auto &groups = warp.pendingGroups[lane];
  for (const AsyncWrite &write : groups.front()) {
    for (size_t i = 0; i < write.bytes.size(); ++i)
      isSharedPending[write.address + i] = false;
    storeShared(warp, lane, write.address, write.bytes.data(),
                unsigned(write.bytes.size()));
  }
  groups.erase(groups.begin());
}

void Machine::executeAsync(Warp &warp, const Instruction &in, Mask active) {
  for (unsigned lane = 0; lane < 32; ++lane) {
    if (!(active >> lane & 1))
      continue;
    currentLane = lane;
    auto &groups = warp.pendingGroups[lane];
    auto &open = warp.openGroup[lane];
    switch (in.opcode) {
    case AsyncCopy: {
      unsigned bytes = unsigned(in.operands[2].value), given = bytes;
      if (in.operands.size() > 3)
        given = unsigned(get(warp, in.operands[3], lane));
      if (given > bytes)
        throw Error("copies more bytes than it writes");
      AsyncWrite write{getAddress(warp, in.operands[0], lane),
                       std::vector<uint8_t>(bytes)};
      uint64_t from = getAddress(warp, in.operands[1], lane);
      requireAligned(write.address, bytes);
      requireAligned(from, bytes);
      if (write.address + bytes > shared.size())
        throw Error("writes outside of shared memory");
      if (given)
        memory.load(from, write.bytes.data(), given, getAccessor(warp, lane));
      // From now on nobody may touch the target.
      sharedUsage.use(write.address, bytes, getAccessor(warp, lane), true);
      for (unsigned i = 0; i < bytes; ++i)
        isSharedPending[write.address + i] = true;
      open.push_back(std::move(write));
      break;
    }
    case AsyncCommit:
      groups.push_back(std::move(open));
      open.clear();
      break;
    case AsyncWait: {
      if (in.operands[0].kind != Operand::Immediate)
        throw Error("waits for a number of groups that is no constant");
      while (int64_t(groups.size()) > in.operands[0].value)
        finishGroup(warp, lane);
      break;
    }
    default:
      groups.push_back(std::move(open));
      open.clear();
      while (!groups.empty())
        finishGroup(warp, lane);
    }
  }
}

} // namespace ptx
