//===- WeightPlaces.h - Where each constant is among the weights ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_MEMORY_WEIGHTPLACES_H
#define ONNXC_PASSES_MEMORY_WEIGHTPLACES_H

#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/ADT/MapVector.h"

namespace onnxc {

/// Constants one behind the other, aligned as the arena; those of equal bytes
/// are there once.
class WeightPlaces {
public:
  /// Takes over a list of #plan.weight, as getList makes it.
  void begin(mlir::ArrayAttr list);
  int64_t place(mlir::ElementsAttr value);
  int64_t getBytes() const { return end; }
  mlir::ArrayAttr getList(mlir::MLIRContext *context) const;

private:
  void add(mlir::ElementsAttr value, int64_t at);

  llvm::MapVector<mlir::Attribute, int64_t> offsets;
  /// By the size of an element, which bytes are swapped by, and the bytes.
  llvm::DenseMap<std::pair<int64_t, llvm::StringRef>, int64_t> known;
  int64_t end = 0;
};

} // namespace onnxc

#endif // ONNXC_PASSES_MEMORY_WEIGHTPLACES_H
