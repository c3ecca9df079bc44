//===- PanelStorage.cpp - Constant matrices in panels of columns ----------===//
//
// pack-weights has brought them into the order in which they are read.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Loops/Storage.h"

using namespace mlir;
using namespace onnxc;

bool onnxc::takesPanels(const ProductShape &shape) {
  return shape.panelColumns != 0;
}

GetPanel onnxc::readPanels(const RightFactor &right) {
  VectorBuilder &builder = right.emitter.v;
  int64_t columns = right.panelColumns;
  Value stride = builder.mul(right.depth, columns);
  Value first = builder.mul(builder.div(right.column, columns), stride);
  return [=](Value k0, Value) {
    VectorBuilder &v = right.emitter.v;
    return Panel{right.matrix.elements,
                 v.add(first, v.mul(k0, columns)),
                 v.index(columns),
                 right.matrix.widen,
                 /*isPadded=*/true,
                 columns,
                 stride};
  };
}
