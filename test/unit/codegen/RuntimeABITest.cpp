//===- RuntimeABITest.cpp - The compiler's numbers are the runtime's ------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "targets/RuntimeABI.h"
#include "onnxc/runtime.h"
#include "runtime-lite/lib/Device.h"
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
#define ONNXC_STATUS(NAME, RUNTIME_NAME, VALUE)                                \
  CHECK(abi::NAME == int(ONNXC_##RUNTIME_NAME));
#include "targets/RuntimeABI.def"
}

TEST_CASE("fields of the context lie where generated code reads them") {
#define ONNXC_CONTEXT_FIELD(NAME, FIELD)                                       \
  CHECK(abi::NAME * sizeof(void *) == offsetof(onnxc_context, FIELD));
#include "targets/RuntimeABI.def"
  CHECK(abi::NumContextFields * sizeof(void *) == sizeof(onnxc_context));
  CHECK(abi::Launch * sizeof(void *) == offsetof(onnxc_recorder, launch));
  CHECK(abi::Copy * sizeof(void *) == offsetof(onnxc_recorder, copy));
}

TEST_CASE("element types have the runtime's numbers") {
#define ONNXC_DTYPE(NAME, RUNTIME_NAME, VALUE)                                 \
  CHECK(abi::NAME == int(ONNXC_##RUNTIME_NAME));
#include "targets/RuntimeABI.def"
}

TEST_CASE("parts of sequences have the runtime's numbers") {
#define ONNXC_PART(NAME, RUNTIME_NAME, VALUE)                                  \
  CHECK(abi::NAME == int(ONNXC_##RUNTIME_NAME));
#include "targets/RuntimeABI.def"
}

TEST_CASE("abilities of devices have the runtime's bits") {
#define ONNXC_GPU_BIT(NAME, RUNTIME_NAME, TEXT)                                \
  CHECK((1ull << abi::Gpu##NAME) == ONNXC_GPU_##RUNTIME_NAME);
#include "targets/RuntimeABI.def"
}
