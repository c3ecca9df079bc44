//===- Tensors.cpp - Tensors of the protobuf as attributes ----------------===//
//
// One convention for bytes: an element takes its width rounded up to whole
// bytes, bool and types below a byte one byte each, signed ones of these
// sign-extended in a resource. Small tensors become DenseElementsAttr, so that
// folders see them; others stay where they are, in the file's mapping or in
// the string that protobuf read, behind a DenseResourceElementsAttr.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/Model.h"
#include "dialects/onnx/OnnxDialect.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;

namespace onnxc {

namespace {

constexpr int64_t kSmallBytes = 1024;
constexpr int64_t kSmallIntegers = 1024;

/// The elements as ONNX packs them, or already unpacked.
struct Bytes {
  ArrayRef<char> data;
  std::shared_ptr<void> owner;

  static Bytes adopt(std::string string) {
    auto owned = std::make_shared<std::string>(std::move(string));
    return {ArrayRef<char>(owned->data(), owned->size()), owned};
  }
};

using Proto = ::onnx::TensorProto;

bool isSignedBelowByte(int dataType) {
  return dataType == Proto::INT2 || dataType == Proto::INT4;
}

template <typename T, typename Field> std::string narrow(const Field &field) {
  std::string bytes(field.size() * sizeof(T), '\0');
  char *out = bytes.data();
  for (auto element : field) {
    T value = static_cast<T>(element);
    std::memcpy(out, &value, sizeof(T));
    out += sizeof(T);
  }
  return bytes;
}

/// The elements from the typed fields, packed.
std::string fromFields(Proto &tensor) {
  switch (tensor.data_type()) {
  case Proto::FLOAT:
  case Proto::COMPLEX64:
    return narrow<float>(tensor.float_data());
  case Proto::DOUBLE:
  case Proto::COMPLEX128:
    return narrow<double>(tensor.double_data());
  case Proto::INT64:
    return narrow<int64_t>(tensor.int64_data());
  case Proto::UINT64:
    return narrow<uint64_t>(tensor.uint64_data());
  case Proto::UINT32:
    return narrow<uint32_t>(tensor.uint64_data());
  case Proto::INT32:
    return narrow<int32_t>(tensor.int32_data());
  case Proto::INT16:
  case Proto::UINT16:
  case Proto::FLOAT16:
  case Proto::BFLOAT16:
    return narrow<uint16_t>(tensor.int32_data());
  default:
    return narrow<uint8_t>(tensor.int32_data());
  }
}

/// Spreads elements below a byte to a byte each, the first in the lowest bits.
std::string unpack(ArrayRef<char> packed, unsigned width, int64_t count) {
  std::string bytes(count, '\0');
  for (int64_t i = 0; i < count; ++i) {
    int64_t bit = i * width;
    unsigned window = uint8_t(packed[bit / 8]);
    if (bit % 8 + width > 8)
      window |= unsigned(uint8_t(packed[bit / 8 + 1])) << 8;
    bytes[i] = char((window >> (bit % 8)) & ((1u << width) - 1));
  }
  return bytes;
}

/// The fields, and files, that hold elements.
int countData(const Proto &tensor) {
  return (tensor.data_location() == Proto::EXTERNAL) +
         !tensor.raw_data().empty() + !tensor.float_data().empty() +
         !tensor.double_data().empty() + !tensor.int32_data().empty() +
         !tensor.int64_data().empty() + !tensor.uint64_data().empty() +
         !tensor.string_data().empty();
}

FailureOr<Bytes> getPacked(Model &model, Location loc, Proto &tensor,
                           int64_t size) {
  Bytes bytes;
  if (countData(tensor) > 1) {
    emitError(loc) << "holds its elements in more than one field: which of "
                      "them count is not to be told";
    return failure();
  }
  if (tensor.data_location() == Proto::EXTERNAL) {
    FailureOr<ArrayRef<char>> mapped =
        mapExternal(model, loc, tensor, size, bytes.owner);
    if (failed(mapped))
      return failure();
    bytes.data = *mapped;
    return bytes;
  }
  if (tensor.has_raw_data())
    bytes = Bytes::adopt(std::move(*tensor.mutable_raw_data()));
  else
    bytes = Bytes::adopt(fromFields(tensor));
  if (int64_t(bytes.data.size()) != size) {
    emitError(loc) << "holds " << bytes.data.size()
                   << " bytes of elements, its type and shape need " << size;
    return failure();
  }
  return bytes;
}

ElementsAttr getElements(RankedTensorType type, int dataType, Bytes bytes,
                         int64_t count) {
  Type element = type.getElementType();
  bool small = int64_t(bytes.data.size()) <= kSmallBytes ||
               (isa<IntegerType>(element) && count <= kSmallIntegers);
  if (small && element.isInteger(1)) {
    SmallVector<bool> bools;
    for (char c : bytes.data)
      bools.push_back(c != 0);
    return DenseElementsAttr::get(type, bools);
  }
  if (small && count == 0)
    return DenseElementsAttr::get(type, ArrayRef<Attribute>());
  if (small)
    return DenseElementsAttr::getFromRawBuffer(type, bytes.data);

  unsigned width = getBitWidth(dataType);
  if (isSignedBelowByte(dataType)) {
    std::string extended(bytes.data.begin(), bytes.data.end());
    for (char &c : extended)
      c = char(int8_t(uint8_t(c) << (8 - width)) >> (8 - width));
    bytes = Bytes::adopt(std::move(extended));
  }
  // A mapped file may hold elements at any address.
  size_t align = std::max<size_t>(1, std::min<size_t>(width / 8, 8));
  if (reinterpret_cast<uintptr_t>(bytes.data.data()) % align != 0)
    bytes = Bytes::adopt(std::string(bytes.data.begin(), bytes.data.end()));
  AsmResourceBlob blob = UnmanagedAsmResourceBlob::allocateWithAlign(
      bytes.data, align, [owner = bytes.owner](void *, size_t, size_t) {});
  return DenseResourceElementsAttr::get(type, "weight", std::move(blob));
}

FailureOr<RankedTensorType> getTensorType(Model &model, Location loc,
                                          int dataType,
                                          ArrayRef<int64_t> shape) {
  Type element = convertElementType(&model.context, dataType);
  if (!element) {
    emitError(loc) << "has the unknown element type number " << dataType;
    return failure();
  }
  if (!countElements(shape)) {
    emitError(loc) << "has a shape that is negative or too large";
    return failure();
  }
  return RankedTensorType::get(shape, element);
}

FailureOr<Bytes> getUnpacked(Model &model, Location loc, Proto &tensor,
                             int64_t count) {
  std::optional<int64_t> size = getPackedSize(tensor.data_type(), count);
  if (!size) {
    emitError(loc) << "has elements that take more bytes than there can be";
    return failure();
  }
  FailureOr<Bytes> bytes = getPacked(model, loc, tensor, *size);
  unsigned width = getBitWidth(tensor.data_type());
  if (succeeded(bytes) && width < 8)
    return Bytes::adopt(unpack(bytes->data, width, count));
  return bytes;
}

} // namespace

FailureOr<Constant> convertTensor(Model &model, Location loc, Proto &tensor) {
  ArrayRef<int64_t> shape(tensor.dims().data(), tensor.dims_size());
  FailureOr<RankedTensorType> type =
      getTensorType(model, loc, tensor.data_type(), shape);
  if (failed(type))
    return failure();
  if (tensor.has_segment()) {
    emitError(loc) << "is stored in segments, which is not supported; save "
                      "the model again with a current onnx";
    return failure();
  }
  int64_t count = *countElements(shape);
  Constant constant;
  constant.type = *type;
  if (tensor.data_type() == Proto::STRING) {
    if (tensor.string_data_size() != count) {
      emitError(loc) << "holds " << tensor.string_data_size()
                     << " strings, its shape needs " << count;
      return failure();
    }
    SmallVector<Attribute> strings;
    for (const std::string &string : tensor.string_data())
      strings.push_back(StringAttr::get(&model.context, string));
    constant.strings = ArrayAttr::get(&model.context, strings);
    return constant;
  }
  FailureOr<Bytes> bytes = getUnpacked(model, loc, tensor, count);
  if (failed(bytes))
    return failure();
  constant.elements =
      getElements(*type, tensor.data_type(), std::move(*bytes), count);
  return constant;
}

FailureOr<Constant> convertSparseTensor(Model &model, Location loc,
                                        ::onnx::SparseTensorProto &sparse) {
  ArrayRef<int64_t> shape(sparse.dims().data(), sparse.dims_size());
  Proto &values = *sparse.mutable_values();
  Proto &indices = *sparse.mutable_indices();
  FailureOr<RankedTensorType> type =
      getTensorType(model, loc, values.data_type(), shape);
  if (failed(type))
    return failure();
  auto invalid = [&](StringRef why) -> LogicalResult {
    return emitError(loc) << "is a sparse tensor whose " << why;
  };
  unsigned width = getBitWidth(values.data_type());
  int64_t count = *countElements(shape), rank = shape.size();
  if (width == 0 || values.dims_size() != 1 || values.dims(0) < 0)
    return invalid("values are not a list of numbers");
  int64_t numValues = values.dims(0), stride = width < 8 ? 1 : width / 8;
  bool linear = indices.dims_size() == 1;
  if (indices.data_type() != Proto::INT64 || indices.dims_size() < 1 ||
      indices.dims_size() > 2 || indices.dims(0) != numValues ||
      (!linear && indices.dims(1) != rank))
    return invalid("indices do not match its values");
  // Twice what a large model has: a few bytes must not ask for terabytes.
  if (count > (int64_t(1) << 34) / stride)
    return invalid("dense form is too large");
  int64_t numIndices = numValues * (linear ? 1 : rank);
  FailureOr<Bytes> valueBytes = getUnpacked(model, loc, values, numValues);
  FailureOr<Bytes> indexBytes = getUnpacked(model, loc, indices, numIndices);
  if (failed(valueBytes) || failed(indexBytes))
    return failure();
  std::string dense(count * stride, '\0');
  for (int64_t i = 0; i < numValues; ++i) {
    int64_t position = 0;
    for (int64_t k = 0, e = linear ? 1 : rank; k < e; ++k) {
      int64_t index;
      std::memcpy(&index, indexBytes->data.data() + 8 * (i * e + k), 8);
      int64_t size = linear ? count : shape[k];
      if (index < 0 || index >= size)
        return invalid("indices are out of range");
      position = position * size + index;
    }
    std::memcpy(dense.data() + position * stride,
                valueBytes->data.data() + i * stride, stride);
  }
  Constant constant;
  constant.type = *type;
  constant.elements = getElements(*type, values.data_type(),
                                  Bytes::adopt(std::move(dense)), count);
  return constant;
}

} // namespace onnxc
