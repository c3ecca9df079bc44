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

/// A function of part k by what it does: "record", "part_arena_bytes",
/// "part_tensor_bytes".
using FindPartFunction =
    llvm::function_ref<llvm::Constant *(llvm::StringRef kind, unsigned part)>;

/// The table of a device's functions and parts.
llvm::Constant *buildDeviceCode(TableBuilder &b, const DeviceCode &code,
                                llvm::LLVMContext &context,
                                FindPartFunction find);

} // namespace onnxc

#endif // ONNXC_CODEGEN_DEVICEDESCRIPTOR_H
