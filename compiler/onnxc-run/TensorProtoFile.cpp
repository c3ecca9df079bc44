//===- TensorProtoFile.cpp - One onnx.TensorProto, off the wire -----------===//
//
// The message is small and its format frozen, so it is read here: programs that
// run models then need neither protobuf nor onnx.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/onnxc-run/TensorFiles.h"
#include "compiler/onnxc-run/WireFormat.h"
#include "llvm/Support/Endian.h"
#include <cstring>

using namespace llvm;
using namespace llvm::support::endian;
using namespace onnxc::run::wire;

namespace onnxc::run {

namespace {
/// Field numbers of onnx.TensorProto.
enum Field : unsigned {
  Dims = 1,
  DataType = 2,
  Segment = 3,
  FloatData = 4,
  Int32Data = 5,
  StringData = 6,
  Int64Data = 7,
  Name = 8,
  RawData = 9,
  DoubleData = 10,
  Uint64Data = 11,
  ExternalData = 13,
  DataLocation = 14
};
struct Message {
  std::vector<int64_t> dims;
  int32_t dataType = 0;
  std::string name;
  bool hasRaw = false;
  StringRef raw;
  bool isExternal = false;
  std::vector<float> floats;
  std::vector<double> doubles;
  std::vector<uint64_t> integers; // of int32, int64 and uint64 data
  std::vector<std::string> strings;
};

} // namespace

/// Appends a repeated field's values, packed or single.
template <typename T>
static bool appendIntegers(std::vector<T> &into, unsigned wire, StringRef bytes,
                           uint64_t single) {
  if (wire == Varint) {
    into.push_back(static_cast<T>(single));
    return true;
  }
  if (wire != Bytes)
    return false;
  Reader packed(bytes);
  while (!packed.done())
    into.push_back(static_cast<T>(packed.varint()));
  return !packed.isBroken();
}

template <typename T>
static bool appendFloats(std::vector<T> &into, StringRef bytes) {
  if (bytes.size() % sizeof(T))
    return false;
  for (size_t at = 0; at < bytes.size(); at += sizeof(T))
    into.push_back(read<T, llvm::endianness::little>(bytes.data() + at));
  return true;
}

static bool parseField(Message &message, unsigned field, unsigned wire,
                       StringRef bytes, uint64_t value) {
  switch (field) {
  case Dims:
    return appendIntegers(message.dims, wire, bytes, value);
  case DataType:
    message.dataType = static_cast<int32_t>(value);
    return wire == Varint;
  case FloatData:
    return appendFloats(message.floats, bytes);
  case DoubleData:
    return appendFloats(message.doubles, bytes);
  case Int32Data:
  case Int64Data:
  case Uint64Data:
    return appendIntegers(message.integers, wire, bytes, value);
  case StringData:
    message.strings.push_back(bytes.str());
    return wire == Bytes;
  case Name:
    message.name = bytes.str();
    return wire == Bytes;
  case RawData:
    message.raw = bytes;
    message.hasRaw = true;
    return wire == Bytes;
  case DataLocation:
    message.isExternal = value == 1;
    return wire == Varint;
  default:
    return true; // documentation, or of a later version
  }
}

/// Bits of an element in raw_data and int32_data; several share a byte below 8.
static unsigned packedBits(int32_t dtype) {
  switch (dtype) {
  case ONNXC_UINT4:
  case ONNXC_INT4:
  case ONNXC_FLOAT4E2M1:
    return 4;
  case ONNXC_UINT2:
  case ONNXC_INT2:
    return 2;
  default:
    return 8;
  }
}

/// Spreads elements that share bytes, the first in the lowest bits, to a byte
/// each; signed ones keep their sign.
static void unpack(HostTensor &tensor, ArrayRef<uint8_t> packed) {
  unsigned bits = packedBits(tensor.dtype), perByte = 8 / bits;
  bool isSigned = tensor.dtype == ONNXC_INT4 || tensor.dtype == ONNXC_INT2;
  for (size_t i = 0; i < tensor.bytes; ++i) {
    uint8_t value = packed[i / perByte] >> (i % perByte * bits);
    value = static_cast<uint8_t>(value << (8 - bits));
    tensor.data.get()[i] =
        isSigned ? static_cast<char>(static_cast<int8_t>(value) >> (8 - bits))
                 : static_cast<char>(value >> (8 - bits));
  }
}

template <typename T>
static Error copyTyped(HostTensor &tensor, ArrayRef<T> values, size_t each) {
  if (values.size() * each != tensor.bytes)
    return createStringError("the tensor's data has " + Twine(values.size()) +
                             " elements, its shape " +
                             shapeString(tensor.shape) + " wants " +
                             Twine(tensor.bytes / each));
  // Truncation keeps the low bits: little-endian hosts only need the copy.
  for (size_t i = 0; i < values.size(); ++i)
    std::memcpy(tensor.data.get() + i * each, &values[i], each);
  return Error::success();
}

static Error fill(HostTensor &tensor, const Message &message) {
  if (tensor.dtype == ONNXC_STRING) {
    if (int64_t(message.strings.size()) != tensor.count())
      return createStringError(
          "the tensor has " + Twine(message.strings.size()) +
          " strings, its shape " + shapeString(tensor.shape) + " wants " +
          Twine(tensor.count()));
    tensor.setStrings(message.strings);
    return Error::success();
  }
  size_t size = onnxc_dtype_size(tensor.dtype);
  unsigned bits = packedBits(tensor.dtype);
  size_t packedBytes = bits == 8 ? tensor.bytes : (tensor.bytes * bits + 7) / 8;
  if (message.hasRaw && bits == 8)
    return copyTyped<char>(
        tensor, ArrayRef<char>(message.raw.data(), message.raw.size()), 1);
  if (bits < 8) {
    std::vector<uint8_t> packed(message.raw.bytes_begin(),
                                message.raw.bytes_end());
    if (!message.hasRaw)
      packed.assign(message.integers.begin(), message.integers.end());
    if (packed.size() != packedBytes)
      return createStringError("the tensor's data has " + Twine(packed.size()) +
                               " bytes instead of " + Twine(packedBytes));
    unpack(tensor, packed);
    return Error::success();
  }
  switch (tensor.dtype) {
  case ONNXC_FLOAT:
  case ONNXC_COMPLEX64:
    return copyTyped<float>(tensor, message.floats, 4);
  case ONNXC_DOUBLE:
  case ONNXC_COMPLEX128:
    return copyTyped<double>(tensor, message.doubles, 8);
  default:
    return copyTyped<uint64_t>(tensor, message.integers, size);
  }
}

Expected<NamedTensor> parseTensorProto(StringRef bytes) {
  Message message;
  Reader reader(bytes);
  while (!reader.done()) {
    uint64_t tag = reader.varint(), value = 0;
    unsigned wire = tag & 7;
    StringRef content = reader.value(wire, value);
    if (reader.isBroken() ||
        !parseField(message, static_cast<unsigned>(tag >> 3), wire, content,
                    value))
      return createStringError("not a TensorProto");
  }
  if (message.dataType == 0)
    return createStringError("a TensorProto without a type");
  if (message.isExternal)
    return createStringError("external data is not supported here");
  Expected<HostTensor> tensor =
      HostTensor::create(message.dataType, message.dims);
  if (!tensor)
    return tensor.takeError();
  if (Error error = fill(*tensor, message))
    return error;
  return NamedTensor{std::move(message.name), std::move(*tensor)};
}

/// Elements below a byte share bytes, the first in the lowest bits.
static std::string pack(const HostTensor &tensor) {
  unsigned bits = packedBits(tensor.dtype);
  if (bits == 8)
    return std::string(tensor.data.get(), tensor.bytes);
  unsigned perByte = 8 / bits, mask = (1u << bits) - 1;
  std::string packed((tensor.bytes + perByte - 1) / perByte, '\0');
  for (size_t i = 0; i < tensor.bytes; ++i)
    packed[i / perByte] |=
        char((uint8_t(tensor.data.get()[i]) & mask) << (i % perByte * bits));
  return packed;
}

std::string encodeTensorProto(const HostTensor &tensor, StringRef name) {
  std::string bytes;
  for (int64_t dim : tensor.shape) {
    appendVarint(bytes, unsigned(Dims) << 3 | Varint);
    appendVarint(bytes, uint64_t(dim));
  }
  appendVarint(bytes, unsigned(DataType) << 3 | Varint);
  appendVarint(bytes, uint64_t(tensor.dtype));
  appendBytes(bytes, Name, name);
  if (tensor.dtype != ONNXC_STRING) {
    appendBytes(bytes, RawData, pack(tensor));
    return bytes;
  }
  for (int64_t i = 0, e = tensor.count(); i < e; ++i)
    appendBytes(bytes, StringData, tensor.string(i));
  return bytes;
}

} // namespace onnxc::run
