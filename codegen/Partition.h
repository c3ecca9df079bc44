//===- Partition.h - One LLVM module cut into several ---------------------===//
//
// Parts are optimised and compiled side by side. How many there are and what
// each holds follows from the module alone, so the object is the same on every
// host.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_CODEGEN_PARTITION_H
#define ONNXC_CODEGEN_PARTITION_H

#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/IR/Module.h"
#include <memory>
#include <string>
#include <vector>

namespace onnxc {

/// Makes the kernels, the local functions that the model's interface calls,
/// hidden symbols under the prefix, so that parts can call each other's.
void exposeKernels(llvm::Module &module, llvm::StringRef prefix);

class Partition {
public:
  /// Distributes the functions. Local ones are copied into every part that
  /// needs them, as are local constants.
  explicit Partition(llvm::Module &module);

  unsigned size() const { return numParts; }
  /// A part in its own context; callable from any thread.
  llvm::Expected<std::unique_ptr<llvm::Module>>
  load(unsigned part, llvm::LLVMContext &context) const;

private:
  unsigned numParts = 1;
  /// Where each function has its body.
  llvm::StringMap<llvm::SmallDenseSet<unsigned>> partsOf;
  std::string bitcode;
};

} // namespace onnxc

#endif // ONNXC_CODEGEN_PARTITION_H
