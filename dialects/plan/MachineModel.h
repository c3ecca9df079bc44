//===- MachineModel.h - What passes know about the machine ----------------===//
//
// General passes never ask which target they serve, they ask the machine model.
// It travels with the module, as the attribute `plan.machine`, so that a test
// states the machine it is for, and a phase can be run again from what it left.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_PLAN_MACHINEMODEL_H
#define ONNXC_DIALECTS_PLAN_MACHINEMODEL_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"

namespace onnxc {

/// An instruction that sums products of small integers: each 32-bit lane those
/// of a group of four bytes, or of two 16-bit integers. The right side,
/// weights, is signed.
struct DotInstruction {
  /// 1 where there is none.
  unsigned group = 1;
  /// Of groups of bytes: what makes any byte one that the left side takes. 128
  /// where that is unsigned (added to signed bytes), -128 where it is signed.
  int leftOffset = 0;
  /// Whether it adds to sums; else the operands are the factors only.
  bool accumulates = true;
  /// LLVM's intrinsic for vectors of so many bits. For 32 it is one of scalars.
  llvm::SmallVector<std::pair<unsigned, llvm::StringRef>> intrinsics = {};
  /// Where it takes pairs of 16 bits and bytes lie in groups of four: the
  /// intrinsics that widen the first and the third byte of a word.
  llvm::StringRef widenSigned = {}, widenUnsigned = {};

  /// Empty where vectors of so many bits have none.
  llvm::StringRef getIntrinsic(int64_t bits) const {
    for (const auto &[size, name] : intrinsics)
      if (size == bits)
        return name;
    return {};
  }
  bool takesScalars() const { return !widenSigned.empty(); }
};

/// Figures of one core, or of a device, that tiling, packing and vectorisation
/// are chosen by. Texts live as long as the context, or for ever.
struct MachineModel {
  /// 0 where the machine has no vectors.
  unsigned vectorBits = 0;
  unsigned numVectorRegisters = 0;
  /// Bits of a block of channels, and of half a panel of columns, where several
  /// vectors make one. Machines that agree read the same weights.
  unsigned blockBits = 0;
  /// Registers that hold one f32 each, where they are not vector registers.
  unsigned numFloatRegisters = 0;
  /// General registers that code may use.
  unsigned numIntegerRegisters = 13;
  /// Bits of a pointer; `index` has as many.
  unsigned pointerBits = 64;
  /// Rounding of floats to integers (floor, nearest even) in an instruction.
  bool hasRounding = false;
  /// Conversions between half and single precision.
  bool hasHalfConversion = false;
  DotInstruction dot = {};
  /// Bytes of the first-level cache of a core.
  uint64_t l1Bytes = 32 << 10;
  /// What a kernel may keep on the stack at once.
  uint64_t stackBytes = 1 << 20;
  /// Whether anybody can run tasks at the same time.
  bool hasThreads = true;
  /// What a device is given whose functions the host launches; the model is of
  /// a CPU where there is none.
  enum DeviceCode { NoDevice, SPIRV, PTX } deviceCode = NoDevice;
  /// Threads of a device that share memory and wait for each other.
  unsigned groupThreads = 1;
  /// Of these, how many run together and exchange values; 0 where that is not
  /// known, or no use.
  unsigned subgroupThreads = 0;
  /// Threads that keep a device busy.
  unsigned minThreads = 1;
  /// Memory of a group of threads.
  uint64_t sharedBytes = 0;
  /// Whether a thread copies into it without waiting; where it cannot, tiles of
  /// products stay in registers.
  bool hasAsyncCopies = false;
  /// Whether 32 threads together multiply 16 x 16 by 16 x 8 matrices of 16-bit
  /// floats, and add the product to sums of 32 bits.
  bool hasMatrixProduct = false;

  bool isDevice() const { return deviceCode != NoDevice; }
  /// Registers as those see them who keep tiles of results there. Without
  /// vectors, four floats side by side are taken for one.
  bool hasTiles() const { return vectorBits > 0 || numFloatRegisters >= 16; }
  unsigned getTileBits() const {
    return vectorBits > 0 ? vectorBits : hasTiles() ? 128 : 0;
  }
  unsigned getBlockBits() const {
    return blockBits ? blockBits : getTileBits();
  }
  unsigned getNumTileRegisters() const {
    return vectorBits > 0 ? numVectorRegisters : numFloatRegisters / 4;
  }
};

/// Calls visit(name, field) for each field, in a fixed order: what prints,
/// parses and compares machine models goes by this list.
template <typename Dot, typename Visit>
void visitDotInstruction(Dot &dot, Visit &&visit) {
  visit("group", dot.group);
  visit("leftOffset", dot.leftOffset);
  visit("accumulates", dot.accumulates);
  visit("intrinsics", dot.intrinsics);
  visit("widenSigned", dot.widenSigned);
  visit("widenUnsigned", dot.widenUnsigned);
}
template <typename Model, typename Visit>
void visitMachineModel(Model &model, Visit &&visit) {
  visit("vectorBits", model.vectorBits);
  visit("numVectorRegisters", model.numVectorRegisters);
  visit("blockBits", model.blockBits);
  visit("numFloatRegisters", model.numFloatRegisters);
  visit("numIntegerRegisters", model.numIntegerRegisters);
  visit("pointerBits", model.pointerBits);
  visit("hasRounding", model.hasRounding);
  visit("hasHalfConversion", model.hasHalfConversion);
  visit("dot", model.dot);
  visit("l1Bytes", model.l1Bytes);
  visit("stackBytes", model.stackBytes);
  visit("hasThreads", model.hasThreads);
  visit("deviceCode", model.deviceCode);
  visit("groupThreads", model.groupThreads);
  visit("subgroupThreads", model.subgroupThreads);
  visit("minThreads", model.minThreads);
  visit("sharedBytes", model.sharedBytes);
  visit("hasAsyncCopies", model.hasAsyncCopies);
  visit("hasMatrixProduct", model.hasMatrixProduct);
}

/// The machine that the op is compiled for: that of the nearest module around
/// it that states one, else a core with 16 vector registers of 256 bits.
MachineModel getMachine(mlir::Operation *op);
void setMachine(mlir::ModuleOp module, const MachineModel &machine);
/// Whether the module states a machine, or just this one.
bool statesMachine(mlir::ModuleOp module);
bool hasMachine(mlir::ModuleOp module, const MachineModel &machine);

/// The machine of what a device leaves to its host; the module's own until
/// `divide-plan` has made modules of the device's parts.
MachineModel getHostMachine(mlir::ModuleOp module);
void setHostMachine(mlir::ModuleOp module, const MachineModel &machine);
/// From here on the module is the host's.
void becomeHost(mlir::ModuleOp module);

} // namespace onnxc

#endif // ONNXC_DIALECTS_PLAN_MACHINEMODEL_H
