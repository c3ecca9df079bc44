//===- ImageTile.cpp - A part of an image with its padding, in a scratch --===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Loops/ImageTile.h"

using namespace mlir;
using namespace onnxc;

void ImageTile::copy(VectorBuilder &v, Value elements,
                     const std::function<Value(Value)> &widen, Value plane,
                     Value outRow, Value rows, Value outColumn,
                     Value to) const {
  Type type = cast<MemRefType>(scratch.getType()).getElementType();
  Value outside = fill ? fill : v.zero(type);
  Value row0 = v.sub(v.mul(outRow, conv.strideH), v.index(conv.padH));
  Value column0 = v.sub(v.mul(outColumn, conv.strideW), v.index(conv.padW));
  Value low = v.max(v.index(0), v.sub(v.index(0), column0));
  Value high = v.min(v.index(width), v.sub(planeWidth, column0));
  low = v.min(low, v.index(width));
  high = v.max(low, high);
  Value needed = v.add(v.mul(v.sub(rows, v.index(1)), conv.strideH),
                       (conv.kernelH - 1) * conv.dilationH + 1);
  // Vectors that reach beyond a row spoil the beginning of the next, which is
  // written afterwards.
  auto clear = [&](Value at, Value from, Value end) {
    v.loop(from, end, v.width,
           [&](Value i) { v.store(outside, scratch, v.add(at, i), v.all()); });
  };
  v.loop(v.index(0), needed, 1, [&](Value i) {
    Value at = v.add(to, v.mul(i, width));
    Value row = v.add(row0, i);
    // Unsigned: a negative row is outside as well.
    Value isInside = arith::CmpIOp::create(
        v.b, v.loc, arith::CmpIPredicate::ult, row, planeHeight);
    auto branch = scf::IfOp::create(v.b, v.loc, isInside,
                                    /*withElseRegion=*/true);
    OpBuilder::InsertionGuard guard(v.b);
    v.b.setInsertionPoint(branch.thenBlock()->getTerminator());
    Value from = v.add(v.add(plane, v.mul(row, planeWidth)), column0);
    clear(at, v.index(0), low);
    v.loopVectors(low, high, [&](Value j, Lanes lanes) {
      Value value = v.load(elements, v.add(from, j), lanes);
      if (widen)
        value = widen(value);
      v.store(value, scratch, v.add(at, j), v.all());
    });
    clear(at, high, v.index(width));
    v.b.setInsertionPoint(branch.elseBlock()->getTerminator());
    clear(at, v.index(0), v.index(width));
  });
}

Value ImageTile::load(VectorBuilder &v, Value at) const {
  if (conv.strideW == 1)
    return v.load(scratch, at, v.all());
  if (conv.strideW == 2) {
    Value first = v.load(scratch, at, v.all());
    Value second = v.load(scratch, v.add(at, v.width), v.all());
    SmallVector<int64_t> even;
    for (int64_t i = 0; i < v.width; ++i)
      even.push_back(2 * i);
    return vector::ShuffleOp::create(v.b, v.loc, first, second, even);
  }
  SmallVector<Value> pixels;
  for (int64_t i = 0; i < v.width; ++i)
    pixels.push_back(v.loadScalar(scratch, v.add(at, i * conv.strideW)));
  return vector::FromElementsOp::create(
      v.b, v.loc,
      v.vectorType(cast<MemRefType>(scratch.getType()).getElementType()),
      pixels);
}
