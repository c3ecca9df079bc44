//===- NpyFile.cpp - NumPy's .npy format, versions 1 to 3 -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/onnxc-run/NpyStrings.h"
#include "compiler/onnxc-run/TensorFiles.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Endian.h"
#include <algorithm>
#include <cstring>

using namespace llvm;

namespace onnxc::run {

static constexpr StringLiteral kMagic = "\x93NUMPY";

namespace {
struct NpyType {
  const char *descr; // without the byte order
  int32_t dtype;
};
} // namespace

// The first row of a dtype is the one that is written.
static const NpyType kNpyTypes[] = {{"f4", ONNXC_FLOAT},
                                    {"f8", ONNXC_DOUBLE},
                                    {"f2", ONNXC_FLOAT16},
                                    {"i1", ONNXC_INT8},
                                    {"i2", ONNXC_INT16},
                                    {"i4", ONNXC_INT32},
                                    {"i8", ONNXC_INT64},
                                    {"u1", ONNXC_UINT8},
                                    {"u2", ONNXC_UINT16},
                                    {"u4", ONNXC_UINT32},
                                    {"u8", ONNXC_UINT64},
                                    {"b1", ONNXC_BOOL},
                                    {"c8", ONNXC_COMPLEX64},
                                    {"c16", ONNXC_COMPLEX128},
                                    {"V1", ONNXC_UINT8},
                                    {"V2", ONNXC_UINT16},
                                    {"u2", ONNXC_BFLOAT16},
                                    {"u1", ONNXC_FLOAT8E4M3FN},
                                    {"u1", ONNXC_FLOAT8E4M3FNUZ},
                                    {"u1", ONNXC_FLOAT8E5M2},
                                    {"u1", ONNXC_FLOAT8E5M2FNUZ},
                                    {"u1", ONNXC_FLOAT8E8M0},
                                    {"u1", ONNXC_FLOAT4E2M1},
                                    {"u1", ONNXC_UINT4},
                                    {"u1", ONNXC_UINT2},
                                    {"i1", ONNXC_INT4},
                                    {"i1", ONNXC_INT2}};

/// The text after 'key': in the header's dictionary.
static StringRef valueOf(StringRef header, StringRef key) {
  size_t at = header.find(("'" + key + "'").str());
  if (at == StringRef::npos)
    return {};
  StringRef rest = header.drop_front(at + key.size() + 2).ltrim();
  return rest.consume_front(":") ? rest.ltrim() : StringRef();
}

static Expected<SmallVector<int64_t>> parseShape(StringRef text) {
  if (!text.consume_front("("))
    return createStringError("the .npy header has no shape");
  SmallVector<int64_t> shape;
  for (text = text.ltrim(); !text.consume_front(")"); text = text.ltrim()) {
    int64_t dim;
    if (text.consumeInteger(10, dim))
      return createStringError("the .npy header's shape is malformed");
    shape.push_back(dim);
    text.consume_front("L"); // Python 2 wrote long integers so
    text = text.ltrim();
    if (!text.consume_front(",") && !text.starts_with(")"))
      return createStringError("the .npy header's shape is malformed");
  }
  return shape;
}

static void swapBytes(HostTensor &tensor) {
  size_t size = onnxc_dtype_size(tensor.dtype);
  if (tensor.dtype == ONNXC_COMPLEX64 || tensor.dtype == ONNXC_COMPLEX128)
    size /= 2;
  for (size_t at = 0; at < tensor.bytes; at += size)
    std::reverse(tensor.data.get() + at, tensor.data.get() + at + size);
}

/// Copies column-major data into the row-major tensor.
static void copyTransposed(HostTensor &tensor, const char *source) {
  size_t size = onnxc_dtype_size(tensor.dtype);
  size_t rank = tensor.shape.size();
  std::vector<int64_t> index(rank, 0);
  int64_t count = tensor.count();
  for (int64_t i = 0; i < count; ++i) {
    int64_t from = 0, stride = 1;
    for (size_t d = 0; d < rank; ++d) {
      from += index[d] * stride;
      stride *= tensor.shape[d];
    }
    std::memcpy(tensor.data.get() + i * size, source + from * size, size);
    for (size_t d = rank; d-- > 0;) {
      if (++index[d] < tensor.shape[d])
        break;
      index[d] = 0;
    }
  }
}

Expected<HostTensor> parseNpy(StringRef bytes) {
  if (!bytes.consume_front(kMagic) || bytes.size() < 6)
    return createStringError("not a .npy file");
  unsigned version = static_cast<unsigned char>(bytes[0]);
  bytes = bytes.drop_front(2);
  size_t length, width = version == 1 ? 2 : 4;
  if (version < 1 || version > 3)
    return createStringError("unknown version of .npy");
  length = version == 1 ? support::endian::read16le(bytes.data())
                        : support::endian::read32le(bytes.data());
  bytes = bytes.drop_front(width);
  if (length > bytes.size())
    return createStringError("truncated .npy header");
  StringRef header = bytes.take_front(length);
  StringRef content = bytes.drop_front(length);

  StringRef descr = valueOf(header, "descr");
  if (!descr.consume_front("'"))
    return createStringError("structured .npy arrays are not supported");
  descr = descr.take_until([](char c) { return c == '\''; });
  bool bigEndian = descr.consume_front(">");
  if (!bigEndian)
    (void)(descr.consume_front("<") || descr.consume_front("|") ||
           descr.consume_front("="));
  auto shape = parseShape(valueOf(header, "shape"));
  if (!shape)
    return shape.takeError();
  bool isTransposed = valueOf(header, "fortran_order").starts_with("True");
  if (descr.starts_with("U") || descr.starts_with("S"))
    return parseNpyStrings(descr, bigEndian, isTransposed, *shape, content);
  const NpyType *type = llvm::find_if(
      kNpyTypes, [&](const NpyType &t) { return descr == t.descr; });
  if (type == std::end(kNpyTypes))
    return createStringError("elements of NumPy type '" + descr +
                             "' are not supported yet");
  Expected<HostTensor> tensor = HostTensor::create(type->dtype, *shape);
  if (!tensor)
    return tensor;
  if (content.size() < tensor->bytes)
    return createStringError("truncated .npy file: " + Twine(content.size()) +
                             " bytes of " + Twine(tensor->bytes));
  if (isTransposed)
    copyTransposed(*tensor, content.data());
  else if (tensor->bytes)
    std::memcpy(tensor->data.get(), content.data(), tensor->bytes);
  if (bigEndian)
    swapBytes(*tensor);
  return tensor;
}

Expected<std::string> encodeNpy(const HostTensor &tensor) {
  std::string descr, content(tensor.data.get(), tensor.bytes);
  if (tensor.dtype == ONNXC_STRING) {
    Expected<std::string> strings = encodeNpyStrings(tensor, descr);
    if (!strings)
      return strings.takeError();
    content = std::move(*strings);
  } else {
    const NpyType *type = llvm::find_if(
        kNpyTypes, [&](const NpyType &t) { return t.dtype == tensor.dtype; });
    descr = onnxc_dtype_size(tensor.dtype) == 1 ? "|" : "<";
    descr += type->descr;
  }
  std::string header = "{'descr': '" + descr;
  header += "', 'fortran_order': False, 'shape': (";
  for (int64_t dim : tensor.shape)
    header += std::to_string(dim) + ",";
  header += "), }";
  // The data begin at a multiple of 64; the header ends in a newline.
  size_t fixed = kMagic.size() + 4;
  header.append(63 - (fixed + header.size()) % 64, ' ');
  header += '\n';

  std::string text = kMagic.str();
  bool isLong = header.size() > 0xffff;
  text += isLong ? '\2' : '\1';
  text += '\0';
  char length[4];
  support::endian::write32le(length, header.size());
  text.append(length, isLong ? 4 : 2);
  text += header;
  return text + content;
}

} // namespace onnxc::run
