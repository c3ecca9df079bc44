//===- KeyTable.cpp - A perfect hash of integers --------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/KeyTable.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"
#include <vector>

using namespace llvm;

namespace onnxc::onnx {

// Keys of one bucket whose slots differ from the start are found for every
// second multiplier or so.
static constexpr int kMaxMultipliers = 64;
// Keys a bucket, as a power of two.
static constexpr unsigned kBucketBits = 2;

namespace {

/// A search with one multiplier.
class Placement {
public:
  Placement(ArrayRef<int64_t> keys, unsigned bucketBits, unsigned slotBits,
            uint64_t multiplier)
      : keys(keys), bucketBits(bucketBits), slotBits(slotBits),
        multiplier(multiplier), buckets(size_t(1) << bucketBits),
        taken(size_t(1) << slotBits, false) {}

  std::optional<KeyTable> run();

private:
  ArrayRef<int64_t> keys;
  unsigned bucketBits, slotBits;
  uint64_t multiplier;
  std::vector<SmallVector<size_t, 8>> buckets;
  std::vector<bool> taken;

  size_t getBucket(int64_t key) const {
    return bucketBits ? (uint64_t(key) * multiplier) >> (64 - bucketBits) : 0;
  }
  size_t getSlot(int64_t key, size_t displacement) const {
    uint64_t bits = (uint64_t(key) * multiplier) << bucketBits;
    return (bits >> (64 - slotBits)) ^ displacement;
  }

  bool fits(ArrayRef<size_t> bucket, size_t displacement) const {
    SmallVector<size_t, 8> slots;
    for (size_t place : bucket) {
      slots.push_back(getSlot(keys[place], displacement));
      if (taken[slots.back()])
        return false;
    }
    llvm::sort(slots);
    return llvm::adjacent_find(slots) == slots.end();
  }
};

std::optional<KeyTable> Placement::run() {
  for (auto [place, key] : llvm::enumerate(keys))
    buckets[getBucket(key)].push_back(place);
  auto order = llvm::to_vector(llvm::seq<size_t>(0, buckets.size()));
  llvm::sort(order, [&](size_t l, size_t r) {
    size_t left = buckets[l].size(), right = buckets[r].size();
    return left != right ? left > right : l < r;
  });
  KeyTable table{multiplier, SmallVector<int64_t>(buckets.size(), 0),
                 // Key 0 is looked for in its own slot only.
                 SmallVector<size_t>(taken.size(), 0)};
  for (size_t number : order) {
    size_t displacement = 0;
    while (displacement < taken.size() && !fits(buckets[number], displacement))
      ++displacement;
    if (displacement == taken.size())
      return std::nullopt;
    table.displacements[number] = displacement;
    for (size_t place : buckets[number]) {
      size_t slot = getSlot(keys[place], displacement);
      taken[slot] = true;
      table.slots[slot] = place;
    }
  }
  return table;
}

} // namespace

std::optional<KeyTable> KeyTable::build(ArrayRef<int64_t> keys) {
  unsigned bits = std::max(1u, Log2_64_Ceil(keys.size()));
  uint64_t multiplier = 0x9E3779B97F4A7C15;
  for (int i = 0; i < kMaxMultipliers; ++i) {
    Placement placement(keys, bits > kBucketBits ? bits - kBucketBits : 0,
                        bits + 1, multiplier | 1);
    if (std::optional<KeyTable> table = placement.run())
      return table;
    multiplier = multiplier * 0xD1342543DE82EF95 + 1;
  }
  return std::nullopt;
}

} // namespace onnxc::onnx
