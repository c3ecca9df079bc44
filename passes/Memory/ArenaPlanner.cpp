//===- ArenaPlanner.cpp - Offsets of buffers in one arena -----------------===//
//
// Buffers of known size: the largest first, each at the lowest offset where it
// overlaps none that lives at the same time ("greedy by size", which comes
// within a few percent of the largest sum of live buffers on real networks).
// Where it does not, the buffer that ends last is placed first in another try.
//
// So are buffers whose sizes are multiples of one expression, like 256, 512 and
// 2048 times s0 * s1: each such family has a part of the arena of its own, in
// which offsets are multiples too.
//
// Other buffers whose size is an expression: in order of their first use, each
// takes over a slot whose last user is dead and which is provably as large (the
// difference of the sizes is a sum of non-negative terms), or opens a slot of
// its own behind the others. So for any values of the symbols nothing that is
// alive overlaps.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Memory/ArenaPlanner.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"
#include "llvm/Support/MathExtras.h"
#include <map>
#include <numeric>

using namespace mlir;
using namespace onnxc;
using onnxc::onnx::getConstant;
using onnxc::onnx::simplify;

/// The largest constant factor of an expression, and the rest.
static std::pair<int64_t, AffineExpr> split(AffineExpr expr) {
  MLIRContext *context = expr.getContext();
  if (std::optional<int64_t> constant = getConstant(expr))
    return {*constant, getConstant(context, 1)};
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary || (binary.getKind() != AffineExprKind::Add &&
                  binary.getKind() != AffineExprKind::Mul))
    return {1, expr};
  auto [l, left] = split(binary.getLHS());
  auto [r, right] = split(binary.getRHS());
  if (binary.getKind() == AffineExprKind::Mul) {
    int64_t factor;
    if (llvm::MulOverflow(l, r, factor))
      return {1, expr};
    return {factor, simplify(left * right)};
  }
  int64_t factor = std::gcd(l, r);
  if (factor == 0)
    return {1, expr};
  return {factor, simplify(left * (l / factor) + right * (r / factor))};
}

AffineExpr onnxc::alignToArena(AffineExpr bytes) {
  if (std::optional<int64_t> constant = getConstant(bytes))
    return getConstant(bytes.getContext(),
                       llvm::alignTo(*constant, kArenaAlignment));
  // Multiples of an expression stay such when their factor is rounded instead,
  // which is no loss to speak of for large ones.
  auto [factor, unit] = split(bytes);
  if (factor >= 16 * kArenaAlignment && onnx::isKnownNonNegative(unit))
    return simplify(unit * int64_t(llvm::alignTo(factor, kArenaAlignment)));
  return simplify(bytes.ceilDiv(kArenaAlignment) * kArenaAlignment);
}

static bool overlap(const ArenaBuffer &a, const ArenaBuffer &b) {
  return a.first <= b.last && b.first <= a.last;
}

/// Offsets of buffers of units[i] each, placed in the order given; returns the
/// units that all take.
static int64_t placeInOrder(ArrayRef<ArenaBuffer *> buffers,
                            ArrayRef<int64_t> units, ArrayRef<size_t> order,
                            MutableArrayRef<int64_t> offsets) {
  struct Placed {
    int64_t offset, end;
    const ArenaBuffer *buffer;
  };
  SmallVector<Placed> placed; // sorted by offset
  int64_t total = 0;
  for (size_t i : order) {
    ArenaBuffer *buffer = buffers[i];
    int64_t size = units[i], offset = 0;
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
    offsets[i] = offset;
    total = std::max(total, offset + size);
  }
  return total;
}

/// The largest sum of units that live at once.
static int64_t getLiveUnits(ArrayRef<ArenaBuffer *> buffers,
                            ArrayRef<int64_t> units) {
  std::map<int64_t, int64_t> changes;
  for (auto [buffer, size] : llvm::zip(buffers, units)) {
    changes[buffer->first] += size;
    changes[buffer->last + 1] -= size;
  }
  int64_t live = 0, most = 0;
  for (auto [step, change] : changes)
    most = std::max(most, live += change);
  return most;
}

/// Places buffers of units[i] each; returns the units that all take.
static int64_t placeBySize(ArrayRef<ArenaBuffer *> buffers,
                           ArrayRef<int64_t> units, AffineExpr unit) {
  // Numbers break ties: they are in the order of the caller's list.
  auto order = llvm::to_vector(llvm::seq<size_t>(0, buffers.size()));
  llvm::sort(order, [&](size_t a, size_t b) {
    return units[a] != units[b] ? units[a] > units[b] : a < b;
  });
  constexpr unsigned kTries = 32;
  int64_t least = getLiveUnits(buffers, units), total = 0;
  SmallVector<int64_t> offsets(buffers.size()), best;
  for (unsigned i = 0; i < kTries && (i == 0 || total > least); ++i) {
    int64_t next = placeInOrder(buffers, units, order, offsets);
    if (best.empty() || next < total) {
      best = offsets;
      total = next;
    }
    // The one that ends last goes first.
    auto *last = llvm::max_element(order, [&](size_t a, size_t b) {
      return offsets[a] + units[a] < offsets[b] + units[b];
    });
    if (last != order.end())
      std::rotate(order.begin(), last, std::next(last));
  }
  for (auto [buffer, offset] : llvm::zip(buffers, best))
    buffer->offset = simplify(unit * offset);
  return total;
}

namespace {
/// Buffers whose sizes are multiples of one expression.
struct Multiples {
  SmallVector<ArenaBuffer *> buffers;
  SmallVector<int64_t> factors;
};
} // namespace

static bool isAligned(ArrayRef<int64_t> bytes) {
  return llvm::all_of(bytes,
                      [](int64_t b) { return b % kArenaAlignment == 0; });
}

AffineExpr onnxc::planArena(MLIRContext *context,
                            MutableArrayRef<ArenaBuffer> buffers) {
  llvm::MapVector<AffineExpr, Multiples> classes;
  for (ArenaBuffer &buffer : buffers) {
    auto [factor, unit] = split(buffer.bytes);
    classes[unit].buffers.push_back(&buffer);
    classes[unit].factors.push_back(factor);
  }
  AffineExpr end = getConstant(context, 0);
  SmallVector<ArenaBuffer *> symbolic;
  for (auto &[unit, multiples] : classes) {
    if (!getConstant(unit) &&
        (llvm::all_equal(multiples.factors) || !isAligned(multiples.factors))) {
      llvm::append_range(symbolic, multiples.buffers);
      continue;
    }
    AffineExpr start = end;
    int64_t total = placeBySize(multiples.buffers, multiples.factors, unit);
    end = simplify(end + unit * total);
    for (ArenaBuffer *buffer : multiples.buffers)
      buffer->offset = simplify(start + buffer->offset);
  }

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

std::optional<int64_t> onnxc::getMostLiveBytes(ArrayRef<ArenaBuffer> buffers) {
  // What begins and ends, by step; a buffer ends behind its last one.
  std::map<int64_t, int64_t> changes;
  for (const ArenaBuffer &buffer : buffers) {
    std::optional<int64_t> bytes = getConstant(buffer.bytes);
    if (!bytes)
      return std::nullopt;
    changes[buffer.first] += *bytes;
    changes[buffer.last + 1] -= *bytes;
  }
  int64_t live = 0, most = 0;
  for (auto [step, change] : changes) {
    live += change;
    most = std::max(most, live);
  }
  return most;
}
