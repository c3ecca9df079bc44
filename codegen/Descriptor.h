//===- Descriptor.h - PREFIX_model, the constant that tools read ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_CODEGEN_DESCRIPTOR_H
#define ONNXC_CODEGEN_DESCRIPTOR_H

#include "codegen/ModelInterface.h"
#include "llvm/IR/Module.h"
#include <optional>

namespace onnxc {

struct DeviceCode;

enum class WeightsPlace {
  Embed, // in the object
  File,  // beside it
  Extern // handed in by the application
};

struct DescriptorOptions {
  std::string prefix;
  std::string target;
  uint64_t cpuFeatures = 0;
  WeightsPlace weights = WeightsPlace::Embed;
  uint64_t weightsBytes = 0;
  /// Its name without a folder, for WeightsPlace::File.
  std::string weightsFile;
  /// The functions of a model that runs on a device; null for one of the CPU.
  const DeviceCode *device = nullptr;
  /// Also define onnxc_models.
  bool listModels = false;
};

/// Gives the generated functions and the weights their final names and adds
/// the descriptor. An error tells what the module lacks.
llvm::Error addDescriptor(llvm::Module &module, const ModelInterface &model,
                          const DescriptorOptions &options);

/// The same for one of several variants of a model's code, which a dispatcher
/// calls: names that begin with `variant`, weights under the model's prefix,
/// and no descriptor.
llvm::Error nameVariant(llvm::Module &module, llvm::StringRef variant,
                        const DescriptorOptions &options);

/// The arena's size where it is a constant.
std::optional<int64_t> evaluateArenaBytes(llvm::Module &module,
                                          llvm::StringRef prefix);

} // namespace onnxc

#endif // ONNXC_CODEGEN_DESCRIPTOR_H
