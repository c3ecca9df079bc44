//===- RuntimeABITest.cpp - The compiler's numbers are the runtime's ------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "targets/RuntimeABI.h"
#include "onnxc/runtime.h"
#include <catch2/catch.hpp>
#include <cstddef>

using namespace onnxc;

TEST_CASE("versions, limits and names are those of the runtime") {
  CHECK(abi::kVersion == ONNXC_ABI_VERSION);
  CHECK(abi::kArenaAlignment == ONNXC_ARENA_ALIGNMENT);
  CHECK(abi::kComputed == ONNXC_COMPUTED);
  CHECK(std::string(abi::kModelsSymbol) == ONNXC_MODELS_SYMBOL);
  CHECK(abi::NeedsAllocator == ONNXC_MODEL_NEEDS_ALLOCATOR);
  CHECK(abi::ExternWeights == ONNXC_MODEL_EXTERN_WEIGHTS);
  CHECK(abi::Ok == int(ONNXC_OK));
  CHECK(abi::BadInputShape == int(ONNXC_BAD_INPUT_SHAPE));
  CHECK(abi::NoAllocator == int(ONNXC_NO_ALLOCATOR));
  CHECK(abi::OutOfMemory == int(ONNXC_OUT_OF_MEMORY));
  CHECK(abi::Overflow == int(ONNXC_OVERFLOW));
  CHECK(abi::BadValue == int(ONNXC_BAD_VALUE));
}

#define CHECK_FIELD(NAME, FIELD)                                               \
  CHECK(abi::NAME * sizeof(void *) == offsetof(onnxc_context, FIELD))

TEST_CASE("fields of the context lie where generated code reads them") {
  CHECK_FIELD(Arena, arena);
  CHECK_FIELD(ArenaBytes, arena_bytes);
  CHECK_FIELD(Weights, weights);
  CHECK_FIELD(ParallelFor, parallel_for);
  CHECK_FIELD(Pool, pool);
  CHECK_FIELD(Allocate, allocate);
  CHECK_FIELD(Release, release);
  CHECK_FIELD(Allocator, allocator);
  CHECK_FIELD(ErrorName, error_name);
  CHECK_FIELD(Profile, profile);
  CHECK_FIELD(Profiler, profiler);
  CHECK(abi::NumContextFields * sizeof(void *) == sizeof(onnxc_context));
}

TEST_CASE("element types have the runtime's numbers") {
  CHECK(abi::Float == int(ONNXC_FLOAT));
  CHECK(abi::UInt8 == int(ONNXC_UINT8));
  CHECK(abi::Int8 == int(ONNXC_INT8));
  CHECK(abi::UInt16 == int(ONNXC_UINT16));
  CHECK(abi::Int16 == int(ONNXC_INT16));
  CHECK(abi::Int32 == int(ONNXC_INT32));
  CHECK(abi::Int64 == int(ONNXC_INT64));
  CHECK(abi::String == int(ONNXC_STRING));
  CHECK(abi::Bool == int(ONNXC_BOOL));
  CHECK(abi::Float16 == int(ONNXC_FLOAT16));
  CHECK(abi::Double == int(ONNXC_DOUBLE));
  CHECK(abi::UInt32 == int(ONNXC_UINT32));
  CHECK(abi::UInt64 == int(ONNXC_UINT64));
  CHECK(abi::Complex64 == int(ONNXC_COMPLEX64));
  CHECK(abi::Complex128 == int(ONNXC_COMPLEX128));
  CHECK(abi::BFloat16 == int(ONNXC_BFLOAT16));
  CHECK(abi::Float8E4M3FN == int(ONNXC_FLOAT8E4M3FN));
  CHECK(abi::Float8E4M3FNUZ == int(ONNXC_FLOAT8E4M3FNUZ));
  CHECK(abi::Float8E5M2 == int(ONNXC_FLOAT8E5M2));
  CHECK(abi::Float8E5M2FNUZ == int(ONNXC_FLOAT8E5M2FNUZ));
  CHECK(abi::UInt4 == int(ONNXC_UINT4));
  CHECK(abi::Int4 == int(ONNXC_INT4));
  CHECK(abi::Float4E2M1 == int(ONNXC_FLOAT4E2M1));
  CHECK(abi::Float8E8M0 == int(ONNXC_FLOAT8E8M0));
  CHECK(abi::UInt2 == int(ONNXC_UINT2));
  CHECK(abi::Int2 == int(ONNXC_INT2));
}
