//===- NpyStrings.cpp - Strings in NumPy's .npy format --------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/onnxc-run/NpyStrings.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/ConvertUTF.h"
#include "llvm/Support/Endian.h"
#include <algorithm>

using namespace llvm;

namespace onnxc::run {

static Expected<std::string> parseOne(StringRef bytes, bool isWide,
                                      bool bigEndian) {
  if (!isWide)
    return bytes.rtrim('\0').str();
  std::vector<UTF32> points;
  for (size_t at = 0; at < bytes.size(); at += 4)
    points.push_back(bigEndian ? support::endian::read32be(bytes.data() + at)
                               : support::endian::read32le(bytes.data() + at));
  while (!points.empty() && points.back() == 0)
    points.pop_back();
  std::string string(points.size() * UNI_MAX_UTF8_BYTES_PER_CODE_POINT, '\0');
  const UTF32 *from = points.data();
  UTF8 *begin = reinterpret_cast<UTF8 *>(string.data()), *to = begin;
  if (ConvertUTF32toUTF8(&from, from + points.size(), &to,
                         begin + string.size(),
                         strictConversion) != conversionOK)
    return createStringError("a string holds what is no code point");
  string.resize(to - begin);
  return string;
}

/// Where element `index` is among column-major ones.
static int64_t transposePlace(ArrayRef<int64_t> shape, int64_t index) {
  int64_t stride = 1, place = 0;
  for (int64_t dim : shape)
    stride *= dim;
  for (int64_t dim : llvm::reverse(shape)) {
    stride /= dim;
    place += index % dim * stride;
    index /= dim;
  }
  return place;
}

Expected<HostTensor> parseNpyStrings(StringRef descr, bool bigEndian,
                                     bool isTransposed, ArrayRef<int64_t> shape,
                                     StringRef content) {
  bool isWide = descr.consume_front("U");
  size_t width;
  if ((!isWide && !descr.consume_front("S")) || descr.getAsInteger(10, width) ||
      width > SIZE_MAX / 4)
    return createStringError("the .npy header's type is malformed");
  width *= isWide ? 4 : 1;
  Expected<HostTensor> tensor = HostTensor::create(ONNXC_STRING, shape);
  if (!tensor)
    return tensor;
  size_t count = tensor->count(), needed;
  if (__builtin_mul_overflow(count, width, &needed) || content.size() < needed)
    return createStringError("truncated .npy file: " + Twine(content.size()) +
                             " bytes of " + Twine(count) + " times " +
                             Twine(width));
  std::vector<std::string> strings;
  for (size_t i = 0; i < count; ++i) {
    size_t place = isTransposed ? transposePlace(shape, i) : i;
    Expected<std::string> one =
        parseOne(content.substr(place * width, width), isWide, bigEndian);
    if (!one)
      return one.takeError();
    strings.push_back(std::move(*one));
  }
  tensor->setStrings(strings);
  return tensor;
}

Expected<std::string> encodeNpyStrings(const HostTensor &tensor,
                                       std::string &descr) {
  std::vector<std::vector<UTF32>> strings;
  size_t width = 1;
  for (int64_t i = 0, e = tensor.count(); i < e; ++i) {
    StringRef string = tensor.string(i);
    std::vector<UTF32> &points = strings.emplace_back(string.size());
    const UTF8 *from = string.bytes_begin();
    UTF32 *to = points.data();
    if (string.ends_with(StringRef("\0", 1)) ||
        ConvertUTF8toUTF32(&from, string.bytes_end(), &to, to + points.size(),
                           strictConversion) != conversionOK)
      return createStringError("string " + Twine(i) +
                               " is no UTF-8, or ends in a zero, which NumPy "
                               "cannot hold; write a .pb");
    points.resize(to - points.data());
    width = std::max(width, points.size());
  }
  descr = "<U" + std::to_string(width);
  std::string bytes(strings.size() * width * 4, '\0');
  for (size_t i = 0; i < strings.size(); ++i)
    for (size_t k = 0; k < strings[i].size(); ++k)
      support::endian::write32le(&bytes[(i * width + k) * 4], strings[i][k]);
  return bytes;
}

} // namespace onnxc::run
