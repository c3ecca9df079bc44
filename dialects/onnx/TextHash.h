//===- TextHash.h - A number for the bytes of a string --------------------===//
//
// FNV-1a of 64 bits, begun from a seed: each byte is added by exclusive or, and
// the sum multiplied by a prime. Short keys are what it is for, and it needs no
// tables. The compiler looks for a seed by which all keys of a table differ; a
// string that is none may have the hash of one, so that it is compared as well.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_TEXTHASH_H
#define ONNXC_DIALECTS_ONNX_TEXTHASH_H

#include "llvm/ADT/StringRef.h"
#include <cstdint>

namespace onnxc::onnx {

constexpr uint64_t kTextHashBegin = 0xcbf29ce484222325;
constexpr uint64_t kTextHashPrime = 0x100000001b3;

constexpr uint64_t beginTextHash(uint64_t seed) {
  return kTextHashBegin ^ seed;
}

inline uint64_t hashText(llvm::StringRef text, uint64_t seed) {
  uint64_t hash = beginTextHash(seed);
  for (unsigned char byte : text)
    hash = (hash ^ byte) * kTextHashPrime;
  return hash;
}

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_TEXTHASH_H
