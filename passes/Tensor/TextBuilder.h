//===- TextBuilder.h - Strings as addresses of bytes ----------------------===//
//
// A string is 128 bits in a kernel: the address of its first byte below the
// number of bytes. That is an onnxc_string of runtime.h as it lies in memory,
// on targets of 64 bits and of 32. Operators that move elements move it like a
// number. Kernels read its bytes through the address, which no tensor of theirs
// shares: what a kernel writes is read by others.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_TENSOR_TEXTBUILDER_H
#define ONNXC_PASSES_TENSOR_TEXTBUILDER_H

#include "passes/Tensor/TensorBuilder.h"

namespace onnxc {

class TextBuilder : public TensorBuilder {
public:
  using TensorBuilder::TensorBuilder;

  /// A string's address, i64, and its number of bytes, an index.
  Value address(Value string) const;
  Value length(Value string) const;
  Value string(Value address, Value length) const;
  /// The byte at an address plus an index: i8.
  Value byte(Value address, Value index) const;
  /// Goes on as long as the condition holds for what is carried.
  using Holds = llvm::function_ref<Value(ValueRange carried)>;
  using WhileBody = llvm::function_ref<Values(ValueRange carried)>;
  Values repeatWhile(ValueRange carried, Holds condition, WhileBody body) const;

  /// `bytes` bytes of a string from `begin` on.
  Value part(Value string, Value begin, Value bytes) const;
  Value emptyString() const { return zero(b.getIntegerType(128)); }

  /// -1, 0 or 1 (an index) as string `l` is before, equal to or after string
  /// `r` in the order of their bytes.
  Value compare(Value l, Value r) const;

  /// The code point that begins at a byte of a string of UTF-8 (i32), and how
  /// many bytes it takes; -1 and 1 where none does.
  struct CodePoint {
    Value point, size;
  };
  CodePoint decode(Value address, Value at, Value length) const;
  /// How many bytes a code point takes; 1 for -1.
  Value encodedSize(Value point) const;
  /// Byte number `index` of a code point of `size` bytes, i8.
  Value encodedByte(Value point, Value size, Value index) const;

  /// The address of a tensor's first element. The tensor is one of the
  /// kernel's arguments, so that it has memory of its own.
  Value addressOf(Value tensor) const;
};

} // namespace onnxc

#endif // ONNXC_PASSES_TENSOR_TEXTBUILDER_H
