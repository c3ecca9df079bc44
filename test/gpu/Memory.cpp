// Memory.cpp: see Memory.h.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Memory.h"

#include <algorithm>
#include <cstring>

namespace ptx {

static std::string toHex(uint64_t value) {
  char text[32];
  snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(value));
  return text;
}

bool Usage::isOrdered(const Accessor &before, const Accessor &after) {
  if (before.group != after.group)
    return false;
  if (before.thread == after.thread || before.groupEpoch < after.groupEpoch)
    return true;
  return before.thread / 32 == after.thread / 32 &&
         before.warpEpoch < after.warpEpoch;
}

void Usage::read(const Accessor &by) {
  if (isWritten && !isOrdered(writer, by))
    throw Error("a race: group " + std::to_string(by.group) + ", thread " +
                std::to_string(by.thread) + " reads what group " +
                std::to_string(writer.group) + ", thread " +
                std::to_string(writer.thread) + " writes");
  if (isRead && reader.group != by.group)
    hasReadersAnywhere = true;
  else if (isRead && !isOrdered(reader, by))
    hasReaders = true;
  else
    hasReaders = false;
  reader = by;
  isRead = true;
}

void Usage::write(const Accessor &by) {
  bool isClear = !isWritten || isOrdered(writer, by);
  if (isRead) {
    bool isAfter = isOrdered(reader, by);
    // One of several readers of its own group.
    if (hasReaders && reader.thread == by.thread)
      isAfter = reader.groupEpoch < by.groupEpoch;
    isClear &= isAfter && !hasReadersAnywhere;
  }
  if (!isClear)
    throw Error("a race: group " + std::to_string(by.group) + ", thread " +
                std::to_string(by.thread) + " writes what " +
                (isRead ? "others read" : "another writes"));
  writer = by;
  isWritten = true;
  isRead = hasReaders = false;
}

void UsageMap::use(uint64_t offset, unsigned bytes, const Accessor &by,
                   bool isWrite) {
  auto touch = [&](Usage &usage) {
    isWrite ? usage.write(by) : usage.read(by);
  };
  for (uint64_t at = offset; at < offset + bytes;) {
    bool isWhole = at % 4 == 0 && at + 4 <= offset + bytes;
    if (isWhole && parts.empty()) {
      touch(words[at / 4]);
      at += 4;
      continue;
    }
    if (isWhole) {
      touch(words[at / 4]);
      for (unsigned i = 0; i < 4; ++i)
        if (auto it = parts.find(at + i); it != parts.end())
          touch(it->second);
      at += 4;
      continue;
    }
    // A byte takes over what is known of its word.
    auto [it, isNew] = parts.emplace(at, words[at / 4]);
    touch(it->second);
    ++at;
  }
}

uint64_t GlobalMemory::allocate(uint64_t bytes) {
  if (bytes == 0 || bytes > limit - used)
    return 0;
  // 256 bytes between buffers belong to nobody.
  uint64_t address = next;
  next += (bytes + 511) / 256 * 256;
  used += bytes;
  Buffer &buffer = buffers[address];
  // What a device's memory holds at first is anything.
  buffer.data.assign(bytes, 0xcd);
  buffer.isKnown.assign(bytes, false);
  return address;
}

void GlobalMemory::release(uint64_t address) {
  auto it = buffers.find(address);
  if (it == buffers.end())
    throw Error("no buffer begins at " + toHex(address));
  used -= it->second.data.size();
  last = {0, nullptr};
  buffers.erase(it);
}

std::pair<uint64_t, GlobalMemory::Buffer *> GlobalMemory::find(uint64_t address,
                                                               uint64_t bytes) {
  auto holds = [&](std::pair<uint64_t, Buffer *> candidate) {
    return candidate.second && address >= candidate.first &&
           address - candidate.first + bytes <= candidate.second->data.size();
  };
  if (!holds(last)) {
    auto it = buffers.upper_bound(address);
    if (it != buffers.begin())
      --it;
    if (it != buffers.end())
      last = {it->first, &it->second};
    if (!holds(last)) {
      last = {0, nullptr};
      throw Error(std::to_string(bytes) + " bytes at " + toHex(address) +
                  " are outside of all buffers");
    }
  }
  if (last.second->launch != launches) {
    last.second->launch = launches;
    last.second->usage.reset(last.second->data.size());
  }
  return {address - last.first, last.second};
}

uint8_t *GlobalMemory::get(uint64_t address, uint64_t bytes) {
  auto [offset, buffer] = find(address, bytes);
  return buffer->data.data() + offset;
}

void GlobalMemory::load(uint64_t address, void *to, unsigned bytes,
                        const Accessor &by) {
  auto [offset, buffer] = find(address, bytes);
  for (unsigned i = 0; i < bytes; ++i)
    if (!buffer->isKnown[offset + i])
      throw Error("reads at " + toHex(address) + " what nobody has written");
  buffer->usage.use(offset, bytes, by, false);
  std::memcpy(to, buffer->data.data() + offset, bytes);
}

void GlobalMemory::store(uint64_t address, const void *from, unsigned bytes,
                         const Accessor &by) {
  auto [offset, buffer] = find(address, bytes);
  buffer->usage.use(offset, bytes, by, true);
  for (unsigned i = 0; i < bytes; ++i)
    buffer->isKnown[offset + i] = true;
  std::memcpy(buffer->data.data() + offset, from, bytes);
}

void GlobalMemory::write(uint64_t address, const void *from, uint64_t bytes) {
  auto [offset, buffer] = find(address, bytes);
  std::fill_n(buffer->isKnown.begin() + offset, bytes, true);
  std::memcpy(buffer->data.data() + offset, from, bytes);
}

void GlobalMemory::read(uint64_t address, void *to, uint64_t bytes) {
  std::memcpy(to, get(address, bytes), bytes);
}

void GlobalMemory::startLaunch() { ++launches; }

} // namespace ptx
