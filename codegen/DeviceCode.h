//===- DeviceCode.h - Functions of a device, compiled ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_CODEGEN_DEVICECODE_H
#define ONNXC_CODEGEN_DEVICECODE_H

#include "mlir/IR/BuiltinOps.h"
#include "targets/Target.h"
#include <string>
#include <vector>

namespace onnxc {

struct DeviceFunction {
  std::string name;
  int32_t numBuffers = 0, numSizes = 0, threads = 1;
  /// Its SPIR-V module; empty where one image holds all functions.
  std::vector<uint32_t> words;
};

/// Kernels that the device runs in one go: onnxc_device_part.
struct DevicePart {
  /// The number of its first function.
  int32_t firstFunction = 0;
  int32_t numInputs = 0;
  /// Where the device keeps the inputs and then the outputs, and whether the
  /// host gives or takes each of them.
  llvm::SmallVector<int32_t> slots;
  llvm::SmallVector<bool> transfers;
};

/// The contents of onnxc_device_code of runtime.h.
struct DeviceCode {
  std::string interface;
  /// Bits ONNXC_GPU_* that the functions need.
  uint64_t features = 0;
  uint64_t level = 0;
  /// The functions in the order of their numbers.
  std::vector<DeviceFunction> functions;
  /// PTX of all functions; empty for SPIR-V.
  std::string image;
  std::vector<DevicePart> parts;
  /// How many of the first bytes of the weights the device reads.
  uint64_t weightsBytes = 0;
};

/// The inputs of compileDeviceCode.
void registerDeviceDialects(mlir::DialectRegistry &registry);

/// Takes the gpu.modules out of the module and compiles them for the device.
/// Failures have been reported.
mlir::FailureOr<DeviceCode> compileDeviceCode(mlir::ModuleOp module,
                                              const Target &device,
                                              unsigned optLevel);

/// The parts of it: the holder has gpu.modules, `code` its functions filled in
/// but for their code.
mlir::LogicalResult compileToSPIRV(mlir::ModuleOp holder, DeviceCode &code);
mlir::LogicalResult compileToPTX(mlir::ModuleOp holder, const Target &device,
                                 unsigned optLevel, DeviceCode &code);

/// Says in JSON what the functions want and where their code lies.
/// `getFile` names the file of a function.
void writeManifest(
    const DeviceCode &code, llvm::StringRef model,
    llvm::function_ref<std::string(const DeviceFunction &)> getFile,
    llvm::raw_ostream &os);

} // namespace onnxc

#endif // ONNXC_CODEGEN_DEVICECODE_H
