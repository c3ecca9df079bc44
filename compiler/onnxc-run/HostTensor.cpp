//===- HostTensor.cpp - A tensor that owns its memory ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/onnxc-run/HostTensor.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Twine.h"
#include <cstring>

using namespace llvm;

namespace onnxc::run {

// Room behind a tensor, so that one a little too long to read harms nobody and
// an empty one has an address.
static constexpr size_t kSlack = 64;

Expected<HostTensor> HostTensor::create(int32_t dtype,
                                        ArrayRef<int64_t> shape) {
  size_t bytes = onnxc_dtype_size(dtype);
  if (!bytes)
    return createStringError("unknown element type " + Twine(dtype));
  for (int64_t dim : shape) {
    if (dim < 0)
      return createStringError("negative dimension " + Twine(dim));
    if (__builtin_mul_overflow(bytes, static_cast<size_t>(dim), &bytes) ||
        bytes > SIZE_MAX / 2)
      return createStringError("a tensor of shape " + shapeString(shape) +
                               " does not fit in memory");
  }
  HostTensor tensor;
  tensor.dtype = dtype;
  tensor.shape = shape.vec();
  tensor.bytes = bytes;
  tensor.data.reset(static_cast<char *>(
      onnxc_aligned_alloc(nullptr, bytes + kSlack, ONNXC_ARENA_ALIGNMENT)));
  if (!tensor.data)
    return createStringError("out of memory: " + Twine(bytes) + " bytes");
  if (dtype == ONNXC_STRING)
    std::memset(tensor.data.get(), 0, bytes);
  return tensor;
}

StringRef HostTensor::string(int64_t index) const {
  const onnxc_string &element =
      reinterpret_cast<const onnxc_string *>(data.get())[index];
  return {element.data, size_t(element.length)};
}

void HostTensor::setStrings(ArrayRef<std::string> strings) {
  std::vector<char> all;
  for (const std::string &one : strings)
    all.insert(all.end(), one.begin(), one.end());
  text = std::move(all);
  const char *next = text.data();
  auto *elements = reinterpret_cast<onnxc_string *>(data.get());
  for (auto [element, one] :
       llvm::zip(MutableArrayRef(elements, strings.size()), strings)) {
    element = onnxc_string();
    element.data = next;
    element.length = one.size();
    next += one.size();
  }
}

void HostTensor::keepStrings() {
  std::vector<std::string> strings;
  for (int64_t i = 0, e = count(); i < e; ++i)
    strings.push_back(string(i).str());
  setStrings(strings);
}

int64_t HostTensor::count() const {
  int64_t count = 1;
  for (int64_t dim : shape)
    count *= dim;
  return count;
}

onnxc_tensor HostTensor::view() {
  return {data.get(), shape.data(), static_cast<int32_t>(shape.size()), dtype};
}

std::string shapeString(ArrayRef<int64_t> shape) {
  if (shape.empty())
    return "scalar";
  std::string text;
  for (int64_t dim : shape)
    text += (text.empty() ? "" : "x") + std::to_string(dim);
  return text;
}

} // namespace onnxc::run
