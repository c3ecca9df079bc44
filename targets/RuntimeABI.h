//===- RuntimeABI.h - What generated code and the runtime agree on --------===//
//
// The numbers of runtime-lite's onnxc/runtime.h that the compiler writes into
// objects or reads in them. The compiler does not include that header, which is
// the application's; test/unit/codegen/RuntimeABITest.cpp compares the two.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_TARGETS_RUNTIMEABI_H
#define ONNXC_TARGETS_RUNTIMEABI_H

#include <cstdint>

namespace onnxc::abi {

constexpr uint32_t kVersion = 4;
constexpr int64_t kArenaAlignment = 64;
/// A dimension that is an expression.
constexpr int64_t kComputed = INT64_MIN;
constexpr const char *kModelsSymbol = "onnxc_models";

/// The order of onnxc_context's fields, all pointer-sized.
enum ContextField {
  Arena,
  ArenaBytes,
  Weights,
  ParallelFor,
  Pool,
  Allocate,
  Release,
  Allocator,
  ErrorName,
  Profile,
  Profiler,
  Device,
  NumContextFields,
  /// What follows the context of a model that runs on a device.
  Launch = NumContextFields,
  Copy
};

/// The values of onnxc_status that generated code returns.
enum Status : int32_t {
  Ok = 0,
  BadInputShape = 6,
  NoAllocator = 10,
  OutOfMemory = 11,
  Overflow = 12,
  BadValue = 13,
  NoDevice = 16
};

enum ModelFlags : uint32_t { NeedsAllocator = 1, ExternWeights = 2 };

/// onnxc_dtype, which is onnx.TensorProto.DataType.
enum Dtype : int32_t {
  Float = 1,
  UInt8 = 2,
  Int8 = 3,
  UInt16 = 4,
  Int16 = 5,
  Int32 = 6,
  Int64 = 7,
  String = 8,
  Bool = 9,
  Float16 = 10,
  Double = 11,
  UInt32 = 12,
  UInt64 = 13,
  Complex64 = 14,
  Complex128 = 15,
  BFloat16 = 16,
  Float8E4M3FN = 17,
  Float8E4M3FNUZ = 18,
  Float8E5M2 = 19,
  Float8E5M2FNUZ = 20,
  UInt4 = 21,
  Int4 = 22,
  Float4E2M1 = 23,
  Float8E8M0 = 24,
  UInt2 = 25,
  Int2 = 26
};

/// Which bit of onnxc_device_code.features a device's ability is.
enum GpuBit {
  GpuInt64,
  GpuInt16,
  GpuInt8,
  GpuFloat64,
  GpuFloat16,
  GpuStorage16,
  GpuStorage8
};
constexpr const char *kGpuFeatureNames[] = {
    "int64", "int16", "int8", "float64", "float16", "storage16", "storage8"};

} // namespace onnxc::abi

#endif // ONNXC_TARGETS_RUNTIMEABI_H
