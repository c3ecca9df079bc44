//===- MatrixStorage.cpp - Matrices, read in place or copied --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Loops/Storage.h"

using namespace mlir;
using namespace onnxc;

bool onnxc::takesInPlace(const ProductShape &shape) {
  return shape.isRowMajor && shape.hasFewRows();
}

GetPanel onnxc::readInPlace(const RightFactor &right) {
  return [right](Value k0, Value) {
    VectorBuilder &v = right.emitter.v;
    const Matrix &b = right.matrix;
    return Panel{b.elements,
                 v.add(v.add(b.base, right.column), v.mul(k0, b.row)), b.row,
                 b.widen, /*isPadded=*/false};
  };
}

using Pack = void (GemmEmitter::*)(Matrix, Value, Value, Value, Value, Value,
                                   int64_t);

static GetPanel copy(const RightFactor &right, Pack pack) {
  Value scratch =
      right.emitter.v.scratch(right.emitter.getSumType(), right.choice.scratch);
  return [=](Value k0, Value kc) {
    VectorBuilder &v = right.emitter.v;
    int64_t pitch = right.choice.pitch;
    (right.emitter.*pack)(right.matrix, k0, kc, right.column, right.columns,
                          scratch, pitch);
    return Panel{scratch, v.index(0), v.index(pitch), {}, /*isPadded=*/true};
  };
}

bool onnxc::takesCopiedRows(const ProductShape &shape) {
  return shape.isRowMajor;
}

GetPanel onnxc::readCopiedRows(const RightFactor &right) {
  return copy(right, &GemmEmitter::packRows);
}

bool onnxc::takesCopiedColumns(const ProductShape &shape) {
  return shape.isColumnMajor;
}

GetPanel onnxc::readCopiedColumns(const RightFactor &right) {
  return copy(right, &GemmEmitter::packColumns);
}
