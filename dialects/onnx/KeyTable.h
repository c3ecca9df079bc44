//===- KeyTable.h - A perfect hash of integers ----------------------------===//
//
// Where each of some keys is found by one multiplication and two loads. The
// bits of key * multiplier, the highest first, are a bucket (log2 of the number
// of displacements) and a slot (log2 of the number of slots), which the
// bucket's displacement moves:
//
//   slot = (next bits) xor displacements[bucket]
//
// so that no two keys have the same one. Displacements are searched here,
// bucket by bucket, those of most keys first; at half as many keys as slots the
// first numbers do as a rule ("Hash, displace, and compress", Belazzougui,
// Botelho and Dietzfelbinger 2009).
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_KEYTABLE_H
#define ONNXC_DIALECTS_ONNX_KEYTABLE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include <cstdint>
#include <optional>

namespace onnxc::onnx {

struct KeyTable {
  uint64_t multiplier;
  llvm::SmallVector<int64_t> displacements; // a power of two
  /// The place of the key that is there, or that of another key, which is
  /// never looked for there: a power of two.
  llvm::SmallVector<size_t> slots;

  /// For two keys or more, all different. None where no displacements were
  /// found.
  static std::optional<KeyTable> build(llvm::ArrayRef<int64_t> keys);
};

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_KEYTABLE_H
