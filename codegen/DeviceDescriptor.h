//===- DeviceDescriptor.h - onnxc_device_code, and who runs it ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_CODEGEN_DEVICEDESCRIPTOR_H
#define ONNXC_CODEGEN_DEVICEDESCRIPTOR_H

#include "codegen/DeviceCode.h"
#include "codegen/TableBuilder.h"

namespace onnxc {

/// The table of a device's functions. `record` and `arenaBytes` are what the
/// entry point and the arena's size are for a model of the CPU.
llvm::Constant *buildDeviceCode(TableBuilder &b, const DeviceCode &code,
                                llvm::Function *record,
                                llvm::Function *arenaBytes);

/// The entry point: it lets the context's device run the model. There is no
/// reference to the runtime, so that only programs that open a device have what
/// opens it.
llvm::Function *buildDeviceEntry(llvm::Module &module);

/// The host's arena, which is not needed.
llvm::Function *buildNoArena(llvm::Module &module);

} // namespace onnxc

#endif // ONNXC_CODEGEN_DEVICEDESCRIPTOR_H
