//===- Weights.h - The constants of a model, as bytes ---------------------===//
//
// One convention for all blobs: little-endian elements in row-major order,
// bool and types below a byte one byte an element (sub-byte integers extended
// by their sign, unsigned ones by zeros; floats their bits), complex numbers
// real part first. Values begin at multiples of 64.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_CODEGEN_WEIGHTS_H
#define ONNXC_CODEGEN_WEIGHTS_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/raw_ostream.h"

namespace onnxc {

constexpr uint64_t weightsAlignment = 64;

/// Bytes of a value in a blob; none for elements without a form in memory.
std::optional<uint64_t> getBlobBytes(mlir::ElementsAttr value);
/// Writes a value's bytes, for a big-endian machine when told.
mlir::LogicalResult writeBlob(mlir::ElementsAttr value, bool bigEndian,
                              llvm::raw_ostream &os);

struct WeightsBlob {
  struct Entry {
    uint64_t offset;
    mlir::ElementsAttr value;
  };
  /// Sorted by offset, not overlapping.
  llvm::SmallVector<Entry> entries;
  uint64_t totalBytes = 0;

  mlir::LogicalResult write(bool bigEndian, llvm::raw_ostream &os) const;
};

/// Reads the module's plan.weights.
mlir::FailureOr<WeightsBlob> readWeights(mlir::ModuleOp module);

} // namespace onnxc

#endif // ONNXC_CODEGEN_WEIGHTS_H
