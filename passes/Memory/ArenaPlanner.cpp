//===- ArenaPlanner.cpp - Offsets of buffers in one arena -----------------===//
//
// Buffers of known size: the largest first, each at the lowest offset where it
// overlaps none that lives at the same time ("greedy by size", which comes
// within a few percent of the largest sum of live buffers on real networks).
//
// Buffers whose size is an expression: in order of their first use, each takes
// over a slot whose last user is dead and which is provably as large (the
// difference of the sizes is a sum of non-negative terms), or opens a slot of
// its own behind the others. So for any values of the symbols nothing that is
// alive overlaps.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Memory/ArenaPlanner.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace onnxc;
using onnxc::onnx::getConstant;
using onnxc::onnx::simplify;

AffineExpr onnxc::alignToArena(AffineExpr bytes) {
  if (std::optional<int64_t> constant = getConstant(bytes))
    return getConstant(bytes.getContext(),
                       llvm::alignTo(*constant, kArenaAlignment));
  return simplify(bytes.ceilDiv(kArenaAlignment) * kArenaAlignment);
}

static bool overlap(const ArenaBuffer &a, const ArenaBuffer &b) {
  return a.first <= b.last && b.first <= a.last;
}

static int64_t placeStatic(MLIRContext *context,
                           MutableArrayRef<ArenaBuffer *> buffers) {
  // Addresses break ties: they are in the order of the caller's list.
  llvm::sort(buffers, [](ArenaBuffer *a, ArenaBuffer *b) {
    int64_t left = *getConstant(a->bytes), right = *getConstant(b->bytes);
    return left != right ? left > right : a < b;
  });
  struct Placed {
    int64_t offset, end;
    const ArenaBuffer *buffer;
  };
  SmallVector<Placed> placed; // sorted by offset
  int64_t total = 0;
  for (ArenaBuffer *buffer : buffers) {
    int64_t size = *getConstant(buffer->bytes), offset = 0;
    for (const Placed &other : placed) {
      if (!overlap(*buffer, *other.buffer))
        continue;
      if (offset + size <= other.offset)
        break;
      offset = std::max(offset, other.end);
    }
    Placed entry{offset, offset + size, buffer};
    placed.insert(llvm::upper_bound(placed, entry,
                                    [](const Placed &a, const Placed &b) {
                                      return a.offset < b.offset;
                                    }),
                  entry);
    buffer->offset = getConstant(context, offset);
    total = std::max(total, offset + size);
  }
  return total;
}

AffineExpr onnxc::planArena(MLIRContext *context,
                            MutableArrayRef<ArenaBuffer> buffers) {
  SmallVector<ArenaBuffer *> fixed, symbolic;
  for (ArenaBuffer &buffer : buffers)
    (getConstant(buffer.bytes) ? fixed : symbolic).push_back(&buffer);
  AffineExpr end = getConstant(context, placeStatic(context, fixed));

  llvm::sort(symbolic, [](ArenaBuffer *a, ArenaBuffer *b) {
    return a->first != b->first ? a->first < b->first : a < b;
  });
  struct Slot {
    AffineExpr bytes, offset;
    int64_t last;
  };
  SmallVector<Slot> slots;
  for (ArenaBuffer *buffer : symbolic) {
    Slot *best = nullptr;
    for (Slot &slot : slots) {
      if (slot.last >= buffer->first)
        continue;
      if (slot.bytes == buffer->bytes) {
        best = &slot;
        break;
      }
      if (!best &&
          onnx::isKnownNonNegative(simplify(slot.bytes - buffer->bytes)))
        best = &slot;
    }
    if (!best) {
      slots.push_back({buffer->bytes, end, 0});
      end = simplify(end + buffer->bytes);
      best = &slots.back();
    }
    buffer->offset = best->offset;
    best->last = buffer->last;
  }
  return end;
}
