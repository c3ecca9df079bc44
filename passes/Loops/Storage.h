//===- Storage.h - How the second factor of a product is read -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_LOOPS_STORAGE_H
#define ONNXC_PASSES_LOOPS_STORAGE_H

#include "passes/Loops/GemmEmitter.h"
#include "passes/Loops/QuantizedPanels.h"

namespace onnxc {

/// B as a task sees it: its columns from `column` on.
struct RightFactor {
  GemmEmitter &emitter;
  const ProductChoice &choice;
  Matrix matrix;
  /// Of a panel; 0 where B is a matrix.
  int64_t panelColumns;
  mlir::Value column, columns, depth;
  /// Null where B's elements are numbers like others.
  const QuantizedPanels *quants = nullptr;
};

/// Brings B's rows [k0, k0 + kc) of the task's columns to where the innermost
/// loops read them.
using GetPanel = std::function<Panel(mlir::Value k0, mlir::Value kc)>;

#define ONNXC_STORAGE(NAME, IS_COPIED)                                         \
  bool takes##NAME(const ProductShape &shape);                                 \
  GetPanel read##NAME(const RightFactor &right);
#include "passes/Loops/Storages.def"

} // namespace onnxc

#endif // ONNXC_PASSES_LOOPS_STORAGE_H
