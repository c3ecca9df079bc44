//===- DotProduct.h - Products of bytes, as the machine sums them ---------===//
//
// A lane of a vector of sums takes the products of a group of bytes: of four,
// or of two widened to 16 bits. The left side of an instruction is one group
// for all lanes, the right side a group of weights for each:
//
//   sum[lane] += left[0] right[lane][0] + ... + left[3] right[lane][3]
//
// An instruction of scalars, which takes pairs of 16 bits, has the even and the
// odd bytes of a word widened to such pairs first.
//
// Where there is no instruction for vectors of that size, lanes are picked out
// of the groups and multiplied.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_LOOPS_DOTPRODUCT_H
#define ONNXC_PASSES_LOOPS_DOTPRODUCT_H

#include "passes/Loops/GemmEmitter.h"

namespace onnxc {

class DotProduct {
public:
  /// `group` elements lie side by side in both factors; `offset` is added to
  /// each of the left.
  DotProduct(VectorBuilder &v, const DotInstruction &machine, int64_t group,
             int64_t offset, bool isLeftUnsigned)
      : v(v), machine(machine), group(group), offset(offset),
        isLeftUnsigned(isLeftUnsigned) {}

  /// The group at a place of a row of bytes or 16-bit integers, for all lanes.
  mlir::Value loadLeft(mlir::Value row, mlir::Value at) const;
  /// The groups of all lanes at a place of a row of signed bytes.
  mlir::Value loadRight(mlir::Value row, mlir::Value at) const;
  mlir::Value accumulate(mlir::Value left, mlir::Value right,
                         mlir::Value sums) const;

private:
  mlir::Value accumulateScalars(mlir::Value left, mlir::Value right,
                                mlir::Value sums) const;
  mlir::Value accumulateVectors(mlir::Value left, mlir::Value right,
                                mlir::Value sums, int64_t width) const;
  mlir::Value accumulateMembers(mlir::Value left, mlir::Value right,
                                mlir::Value sums) const;
  mlir::Value widen(mlir::Value narrow, unsigned bits, bool isUnsigned) const;
  mlir::Value loadWord(mlir::Value row, mlir::Value at) const;
  /// A word as two of 16-bit pairs: of its even bytes, and of its odd ones.
  void unpack(mlir::Value word, bool isUnsigned,
              llvm::SmallVectorImpl<mlir::Value> &pairs) const;
  mlir::Value callScalar(llvm::StringRef name, mlir::ValueRange operands) const;
  bool takesScalars() const { return group == 4 && machine.takesScalars(); }

  VectorBuilder &v;
  const DotInstruction &machine;
  int64_t group, offset;
  bool isLeftUnsigned;
};

} // namespace onnxc

#endif // ONNXC_PASSES_LOOPS_DOTPRODUCT_H
