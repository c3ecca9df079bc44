//===- Target.h - What onnxc knows about the machine it compiles for ------===//
//
// A target is resolved once from a triple, a CPU and features, all of LLVM's
// naming. General passes ask the machine model, never which target it is.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_TARGETS_TARGET_H
#define ONNXC_TARGETS_TARGET_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Triple.h"
#include <memory>
#include <string>

namespace onnxc {

/// An instruction that sums products of small integers: each 32-bit lane those
/// of a group of four bytes, or of two 16-bit integers. The right side,
/// weights, is signed.
struct DotProduct {
  /// 1 where there is none.
  unsigned group = 1;
  /// Of groups of bytes: what makes any byte one that the left side takes. 128
  /// where that is unsigned (added to signed bytes), -128 where it is signed.
  int leftOffset = 0;
  /// Whether it adds to sums; else the operands are the factors only.
  bool accumulates = true;
  /// LLVM's intrinsic for vectors of so many bits. For 32 it is one of scalars.
  llvm::SmallVector<std::pair<unsigned, llvm::StringRef>> intrinsics;
  /// Where it takes pairs of 16 bits and bytes lie in groups of four: the
  /// intrinsics that widen the first and the third byte of a word.
  llvm::StringRef widenSigned = {}, widenUnsigned = {};
};

/// Figures of one core that tiling, packing and vectorisation are chosen by.
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
  bool hasFloatUnit = true;
  bool hasDoubleUnit = true;
  bool hasFMA = false;
  /// Rounding of floats to integers (floor, nearest even) in an instruction.
  bool hasRounding = false;
  /// Conversions between half and single precision.
  bool hasHalfConversion = false;
  bool hasHalfArithmetic = false;
  bool hasBFloat16Dot = false;
  DotProduct dot;
  uint64_t l1Bytes = 32 << 10;
  uint64_t l2Bytes = 256 << 10;
  /// What a kernel may keep on the stack at once.
  uint64_t stackBytes = 1 << 20;
  /// Whether anybody can run tasks at the same time.
  bool hasThreads = true;
  /// What a device is given whose functions the host launches; the model is of
  /// a CPU where there is none.
  enum DeviceCode { NoDevice, SPIRV, PTX } deviceCode = NoDevice;
  bool isDevice() const { return deviceCode != NoDevice; }
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

/// Whether the machine has an instruction set, by LLVM's name ("avx2").
using HasFeature = llvm::function_ref<bool(llvm::StringRef)>;

/// What a triple stands for where no CPU is given.
struct Baseline {
  llvm::StringRef cpu, features;
};

/// A way to say --target, and CPUs that are asked for by name.
struct TargetName {
  /// What one types, and the triple it is short for.
  llvm::StringRef name, triple;
  llvm::StringRef cpus;
};

/// One folder of targets/, as the others see it.
struct TargetFamily {
  llvm::StringRef name;
  llvm::StringRef summary;
  llvm::ArrayRef<TargetName> names;
  bool (*handles)(const llvm::Triple &triple);
  Baseline (*getBaseline)(const llvm::Triple &triple);
  void (*describeMachine)(const llvm::Triple &triple, HasFeature has,
                          MachineModel &model);
  /// Bits of the runtime's cpu_features, see RuntimeABI.h.
  uint64_t (*getCpuFeatureBits)(HasFeature has);
};

llvm::ArrayRef<TargetFamily> getTargetFamilies();

/// A triple, CPU and features, all resolved: equal values give equal code.
struct Target {
  llvm::Triple triple;
  std::string cpu;
  /// "+avx2,-sse4a", sorted.
  std::string features;
  const TargetFamily *family = nullptr;
  MachineModel machine;
  uint64_t cpuFeatureBits = 0;

  /// "x86_64-unknown-linux-gnu skylake"
  std::string str() const;
  /// A fresh one, as they are not shared between threads.
  std::unique_ptr<llvm::TargetMachine>
  createTargetMachine(llvm::CodeGenOptLevel level) const;
};

/// The target may be one of a family's names. An empty one is the host's. The
/// CPU "native" is the host's with all it has; empty is the triple's baseline.
llvm::Expected<Target> resolveTarget(llvm::StringRef target,
                                     llvm::StringRef cpu,
                                     llvm::StringRef features = "");

/// The families, their names and CPUs; all CPUs and features of one target
/// where one is named.
llvm::Error printTargets(llvm::StringRef target, llvm::raw_ostream &os);

} // namespace onnxc

#endif // ONNXC_TARGETS_TARGET_H
