//===- WireFormat.h - Protobuf's messages, byte by byte -------------------===//
//
// ONNX's messages of data are small and their format frozen: programs that run
// models read them without protobuf.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_ONNXCRUN_WIREFORMAT_H
#define ONNXC_COMPILER_ONNXCRUN_WIREFORMAT_H

#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <string>

namespace onnxc::run::wire {

enum WireType : unsigned { Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5 };

/// Takes a message apart from its front.
class Reader {
public:
  explicit Reader(llvm::StringRef bytes) : bytes(bytes) {}
  bool done() const { return bytes.empty() || broken; }
  bool isBroken() const { return broken; }

  uint64_t varint() {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (bytes.empty())
        return fail();
      unsigned char byte = bytes.front();
      bytes = bytes.drop_front();
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (!(byte & 0x80))
        return value;
    }
    return fail();
  }
  llvm::StringRef take(uint64_t size) {
    if (size > bytes.size()) {
      fail();
      return {};
    }
    llvm::StringRef taken = bytes.take_front(size);
    bytes = bytes.drop_front(size);
    return taken;
  }
  /// The bytes of a value of any wire type; varints through `value`.
  llvm::StringRef value(unsigned wire, uint64_t &value) {
    switch (wire) {
    case Varint:
      value = varint();
      return {};
    case Fixed64:
      return take(8);
    case Bytes:
      return take(varint());
    case Fixed32:
      return take(4);
    default:
      fail();
      return {};
    }
  }

private:
  uint64_t fail() {
    broken = true;
    return 0;
  }
  llvm::StringRef bytes;
  bool broken = false;
};

inline void appendVarint(std::string &to, uint64_t value) {
  for (; value >= 0x80; value >>= 7)
    to += char(uint8_t(value) | 0x80);
  to += char(value);
}

inline void appendBytes(std::string &to, unsigned field,
                        llvm::StringRef bytes) {
  appendVarint(to, field << 3 | Bytes);
  appendVarint(to, bytes.size());
  to += bytes;
}

} // namespace onnxc::run::wire

#endif
