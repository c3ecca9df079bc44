// CplusplusTest.cpp: the header reads as C++, and its structs are laid out as
// generated code takes them to be.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "onnxc/runtime.h"

#include <cstddef>
#include <type_traits>

static_assert(std::is_standard_layout<onnxc_context>::value, "");
static_assert(sizeof(onnxc_context) == 15 * sizeof(void *), "");
static_assert(sizeof(onnxc_string) == 16, "");
static_assert(offsetof(onnxc_context, weights) == 2 * sizeof(void *), "");
static_assert(offsetof(onnxc_context, error_name) == 8 * sizeof(void *), "");
static_assert(offsetof(onnxc_model, abi_version) == 0, "");
static_assert(offsetof(onnxc_model, name) == 8, "");
#if UINTPTR_MAX == UINT64_MAX
static_assert(sizeof(onnxc_tensor_info) == 40, "");
static_assert(sizeof(onnxc_symbol_info) == 32, "");
static_assert(offsetof(onnxc_model, cpu_features) == 40, "");
static_assert(offsetof(onnxc_model, inputs) == 64, "");
static_assert(offsetof(onnxc_model, weights) == 96, "");
static_assert(offsetof(onnxc_model, entry) == 120, "");
static_assert(sizeof(onnxc_model) == 168, "");
#endif

int main() { return onnxc_dtype_size(ONNXC_FLOAT) == 4 ? 0 : 1; }
