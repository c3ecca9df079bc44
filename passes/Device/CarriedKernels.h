//===- CarriedKernels.h - Which kernels run on a device -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_DEVICE_CARRIEDKERNELS_H
#define ONNXC_PASSES_DEVICE_CARRIEDKERNELS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseMap.h"

namespace onnxc {

/// Decides which kernels run on a device, by their bodies, which are on memrefs
/// already.
class CarriedKernels {
public:
  /// `rowThreads` threads share a long sum.
  explicit CarriedKernels(int64_t rowThreads) : rowThreads(rowThreads) {}

  /// Whether the device has all types and functions of the kernel, and enough
  /// threads for its work.
  bool canCarry(mlir::func::FuncOp kernel);
  /// Whether the kernel does one thing after the other, so that one thread of
  /// the device would do it all.
  bool isSequential(mlir::func::FuncOp kernel);
  /// Whether it sums products, which is enough work for a launch.
  bool isContraction(mlir::func::FuncOp kernel);

private:
  int64_t rowThreads;
  llvm::DenseMap<mlir::Operation *, bool> carried, sequential;

  bool isKnownType(mlir::Type type) const;
  bool isKnown(mlir::Operation *op) const;
};

} // namespace onnxc

#endif // ONNXC_PASSES_DEVICE_CARRIEDKERNELS_H
