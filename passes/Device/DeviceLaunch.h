//===- DeviceLaunch.h - A function of a device and its launch -------------===//
//
// A function of the device takes flat buffers, then 32-bit sizes.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_DEVICE_DEVICELAUNCH_H
#define ONNXC_PASSES_DEVICE_DEVICELAUNCH_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/DenseSet.h"

namespace onnxc {

/// Where a value can be computed.
enum class Side {
  /// From sizes alone.
  Host,
  /// By every launch that uses it, as it only reads what nobody writes.
  Anywhere,
  /// Where it is.
  Device
};

/// What the launches of a kernel share.
struct KernelLaunches {
  KernelLaunches(mlir::func::FuncOp kernel, unsigned &number)
      : kernel(kernel), number(number) {}

  mlir::func::FuncOp kernel;
  /// How many functions the device has so far, and how many this kernel's are.
  unsigned &number;
  unsigned numOwn = 0;
  llvm::DenseMap<mlir::Value, Side> sides;

  Side getSide(mlir::Value value) const {
    auto it = sides.find(value);
    // Arguments of the kernel and variables of the host's loops.
    return it == sides.end() ? Side::Host : it->second;
  }
};

/// One function of the device in the making, and its launch by the host.
class DeviceLaunch {
public:
  /// The launch goes behind `at`.
  DeviceLaunch(KernelLaunches &kernel, mlir::Location loc, mlir::Operation *at)
      : loc(loc), host(at->getBlock(), std::next(mlir::Block::iterator(at))),
        device(at->getContext()), kernel(kernel) {}

  /// Begins the function of groups of so many threads: its arguments, and what
  /// it repeats, are found from the values that it will use.
  mlir::LogicalResult begin(mlir::ArrayRef<mlir::Value> used, int64_t threads);
  void clone(mlir::Operation *op) { device.clone(*op, mapping); }
  /// Memory of a group, as aligned as the widest copies want it.
  mlir::Value addSharedMemory(mlir::Type type);
  /// Launches it with so many groups.
  mlir::LogicalResult finish(mlir::Value groups);

  mlir::Location loc;
  mlir::OpBuilder host, device;
  /// From the kernel's values to the function's.
  mlir::IRMapping mapping;

private:
  mlir::LogicalResult collect(mlir::Value value);
  mlir::Value flatten(mlir::Value buffer);
  void restore(mlir::Value buffer, mlir::Value flat);
  void createFunction();

  KernelLaunches &kernel;
  mlir::gpu::GPUFuncOp function;
  int64_t numThreads = 1;
  llvm::SmallVector<mlir::Value> buffers, sizes;
  llvm::SmallVector<mlir::Operation *> repeated;
  llvm::DenseSet<mlir::Value> seen;
  /// The dynamic sizes of each buffer.
  llvm::DenseMap<mlir::Value, llvm::SmallVector<mlir::Value>> dims;
};

} // namespace onnxc

#endif // ONNXC_PASSES_DEVICE_DEVICELAUNCH_H
