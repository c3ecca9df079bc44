// Memory.h: a device's memory, and who has used which word of it.
//
// Two threads use a word in no order, and one of them writes: that is a race,
// even if the numbers come out right. Within a launch, threads of a group are
// ordered by its barriers, those of a warp by bar.warp.sync, others by nothing.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ONNXC_TEST_GPU_MEMORY_H
#define ONNXC_TEST_GPU_MEMORY_H

#include "PtxModule.h"

#include <memory>
#include <unordered_map>

namespace ptx {

/// Who accesses, and how many barriers its group and warp have passed.
struct Accessor {
  uint32_t group = 0, thread = 0;
  uint32_t groupEpoch = 0, warpEpoch = 0;
};

/// The last users of a word.
class Usage {
public:
  /// Throws Error for a race.
  void read(const Accessor &by);
  void write(const Accessor &by);

private:
  static bool isOrdered(const Accessor &before, const Accessor &after);
  Accessor writer, reader;
  bool isWritten = false, isRead = false;
  /// Of the reader's group, or of any.
  bool hasReaders = false, hasReadersAnywhere = false;
};

/// Usage of a range of bytes, by words where these are used as a whole.
class UsageMap {
public:
  void reset(uint64_t bytes) {
    words.assign((bytes + 3) / 4, Usage());
    parts.clear();
  }
  void use(uint64_t offset, unsigned bytes, const Accessor &by, bool isWrite);

private:
  std::vector<Usage> words;
  /// Of words that are not used as a whole, each byte.
  std::unordered_map<uint64_t, Usage> parts;
};

/// What cuMemAlloc has given.
class GlobalMemory {
public:
  explicit GlobalMemory(uint64_t limit = uint64_t(4) << 30) : limit(limit) {}
  /// 0 where there is not so much.
  uint64_t allocate(uint64_t bytes);
  /// Throws Error where nothing begins there.
  void release(uint64_t address);
  /// Throws Error for what is outside of all buffers.
  uint8_t *get(uint64_t address, uint64_t bytes);
  void load(uint64_t address, void *to, unsigned bytes, const Accessor &by);
  void store(uint64_t address, const void *from, unsigned bytes,
             const Accessor &by);
  /// The host writes or reads.
  void write(uint64_t address, const void *from, uint64_t bytes);
  void read(uint64_t address, void *to, uint64_t bytes);
  /// Nobody has used anything yet.
  void startLaunch();

private:
  struct Buffer {
    std::vector<uint8_t> data;
    /// Whether a byte was written ever.
    std::vector<bool> isKnown;
    UsageMap usage;
    uint64_t launch = 0;
  };
  std::pair<uint64_t, Buffer *> find(uint64_t address, uint64_t bytes);

  std::map<uint64_t, Buffer> buffers;
  uint64_t limit, used = 0, next = 0x7f0000000000, launches = 0;
  std::pair<uint64_t, Buffer *> last = {0, nullptr};
};

} // namespace ptx

#endif // ONNXC_TEST_GPU_MEMORY_H
