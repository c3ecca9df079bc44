//===- RuntimeABI.h - What generated code and the runtime agree on --------===//
//
// The numbers of runtime-lite's onnxc/runtime.h that the compiler writes into
// objects or reads in them. The compiler does not include that header, which is
// the application's; test/unit/codegen/RuntimeABITest.cpp compares the two, of
// RuntimeABI.def all that is there.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_TARGETS_RUNTIMEABI_H
#define ONNXC_TARGETS_RUNTIMEABI_H

#include <cstdint>

namespace onnxc::abi {

constexpr uint32_t kVersion = 7;
constexpr int64_t kArenaAlignment = 64;
/// A dimension that is an expression.
constexpr int64_t kComputed = INT64_MIN;
constexpr const char *kModelsSymbol = "onnxc_models";

/// The order of onnxc_context's fields, all pointer-sized.
enum ContextField {
#define ONNXC_CONTEXT_FIELD(NAME, FIELD) NAME,
#include "targets/RuntimeABI.def"
  NumContextFields,
  /// What follows the context of a model that runs on a device.
  Launch = NumContextFields,
  Copy
};

/// The values of onnxc_status that generated code returns.
enum Status : int32_t {
#define ONNXC_STATUS(NAME, RUNTIME_NAME, VALUE) NAME = (VALUE),
#include "targets/RuntimeABI.def"
};

enum ModelFlags : uint32_t { NeedsAllocator = 1, ExternWeights = 2 };

/// onnxc_dtype, which is onnx.TensorProto.DataType.
enum Dtype : int32_t {
#define ONNXC_DTYPE(NAME, RUNTIME_NAME, VALUE) NAME = (VALUE),
#include "targets/RuntimeABI.def"
};

/// onnxc_part.
enum Part : int32_t {
#define ONNXC_PART(NAME, RUNTIME_NAME, VALUE) NAME = (VALUE),
#include "targets/RuntimeABI.def"
};

/// Which bit of onnxc_device_code.features a device's ability is.
enum GpuBit {
#define ONNXC_GPU_BIT(NAME, RUNTIME_NAME, TEXT) Gpu##NAME,
#include "targets/RuntimeABI.def"
};
constexpr const char *kGpuFeatureNames[] = {
#define ONNXC_GPU_BIT(NAME, RUNTIME_NAME, TEXT) TEXT,
#include "targets/RuntimeABI.def"
};

} // namespace onnxc::abi

#endif // ONNXC_TARGETS_RUNTIMEABI_H
