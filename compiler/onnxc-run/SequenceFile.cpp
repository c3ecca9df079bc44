//===- SequenceFile.cpp - Sequences and optionals in files ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/onnxc-run/SequenceFile.h"
#include "compiler/onnxc-run/TensorFiles.h"
#include "compiler/onnxc-run/WireFormat.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"
#include <cstring>

using namespace llvm;
using namespace onnxc::run::wire;

namespace onnxc::run {

namespace {
/// Field numbers of onnx.SequenceProto and onnx.OptionalProto, which agree up
/// to 3, and the kinds that their second field names.
enum Field : unsigned { Name = 1, Kind = 2, Tensors = 3, OptionalSequence = 5 };
enum ElementKind : uint64_t { Nothing = 0, Tensor = 1, Sequence = 3 };

struct Elements {
  bool isPresent = false;
  std::vector<HostTensor> tensors;
};
} // namespace

std::vector<ValueGroup> groupParts(ArrayRef<onnxc_tensor_info> infos) {
  std::vector<ValueGroup> groups;
  for (auto [i, info] : llvm::enumerate(infos)) {
    if (info.part == ONNXC_SHAPES || info.part == ONNXC_PRESENT) {
      ++groups.back().count;
      continue;
    }
    StringRef name = info.name;
    if (info.part == ONNXC_SEQUENCE_VALUES ||
        info.part == ONNXC_OPTIONAL_VALUES)
      name.consume_back(".values");
    groups.push_back({i, 1, name.str()});
  }
  return groups;
}

void dropEmptyColumns(HostTensor &shapes) {
  int64_t length = shapes.shape[0], columns = shapes.shape[1], used = 0;
  auto *sizes = reinterpret_cast<int64_t *>(shapes.data.get());
  for (int64_t i = 0; i < length * columns; ++i)
    if (sizes[i] != -1)
      used = std::max(used, i % columns + 1);
  for (int64_t i = 0; i < length; ++i)
    for (int64_t k = 0; k < used; ++k)
      sizes[i * used + k] = sizes[i * columns + k];
  shapes.shape[1] = used;
  shapes.bytes = size_t(length * used) * sizeof(int64_t);
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

/// The tensors of a SequenceProto, or of an OptionalProto and what is in it.
static Error parseElements(StringRef bytes, bool isOptional,
                           Elements &elements) {
  Reader reader(bytes);
  while (!reader.done()) {
    uint64_t tag = reader.varint(), value = 0;
    unsigned wire = tag & 7, field = unsigned(tag >> 3);
    StringRef content = reader.value(wire, value);
    if (reader.isBroken())
      break;
    if (field == Kind && wire == Varint) {
      if (value != Nothing && value != Tensor &&
          !(isOptional && value == Sequence))
        return createStringError("its elements are no tensors");
      elements.isPresent |= value != Nothing;
    } else if (field == Tensors && wire == Bytes) {
      auto tensor = parseTensorProto(content);
      if (!tensor)
        return tensor.takeError();
      elements.isPresent = true;
      elements.tensors.push_back(std::move(tensor->tensor));
    } else if (isOptional && field == OptionalSequence && wire == Bytes) {
      elements.isPresent = true;
      if (Error error = parseElements(content, false, elements))
        return error;
    } else if (field > Tensors) {
      return createStringError("its elements are no tensors");
    }
  }
  return reader.isBroken() ? createStringError("not a sequence or an optional")
                           : Error::success();
}

/// One tensor's elements behind those of the others.
static Expected<HostTensor> joinValues(ArrayRef<HostTensor> tensors,
                                       int32_t dtype) {
  int64_t count = 0;
  for (const HostTensor &tensor : tensors) {
    if (tensor.dtype != dtype)
      return createStringError(Twine("its tensors are ") +
                               onnxc_dtype_name(tensor.dtype) +
                               ", the model's " + onnxc_dtype_name(dtype));
    count += tensor.count();
  }
  Expected<HostTensor> values = HostTensor::create(dtype, {count});
  if (!values)
    return values;
  if (dtype == ONNXC_STRING) {
    std::vector<std::string> strings;
    for (const HostTensor &tensor : tensors)
      for (int64_t i = 0, e = tensor.count(); i < e; ++i)
        strings.push_back(tensor.string(i).str());
    values->setStrings(strings);
    return values;
  }
  char *next = values->data.get();
  for (const HostTensor &tensor : tensors) {
    std::memcpy(next, tensor.data.get(), tensor.bytes);
    next += tensor.bytes;
  }
  return values;
}

static Expected<HostTensor> joinShapes(ArrayRef<HostTensor> tensors,
                                       int64_t columns) {
  if (columns < 0) {
    columns = 0;
    for (const HostTensor &tensor : tensors)
      columns = std::max<int64_t>(columns, tensor.shape.size());
  }
  Expected<HostTensor> shapes =
      HostTensor::create(ONNXC_INT64, {int64_t(tensors.size()), columns});
  if (!shapes)
    return shapes;
  auto *row = reinterpret_cast<int64_t *>(shapes->data.get());
  for (const HostTensor &tensor : tensors) {
    if (int64_t(tensor.shape.size()) > columns)
      return createStringError("a tensor of shape " +
                               shapeString(tensor.shape) +
                               " has another rank than the model's");
    std::fill_n(row, columns, -1);
    llvm::copy(tensor.shape, row);
    row += columns;
  }
  return shapes;
}

static Expected<Elements> readElements(StringRef path, bool isOptional) {
  Elements elements;
  if (path.ends_with(".npz")) {
    auto arrays = readTensorFile(path);
    if (!arrays)
      return arrays.takeError();
    elements.isPresent = true;
    for (NamedTensor &array : *arrays)
      elements.tensors.push_back(std::move(array.tensor));
    return elements;
  }
  if (!path.ends_with(".pb"))
    return createStringError(path +
                             ": sequences are read from .pb and .npz files");
  auto buffer = MemoryBuffer::getFile(path, /*IsText=*/false,
                                      /*RequiresNullTerminator=*/false);
  if (!buffer)
    return createStringError(path + ": " + buffer.getError().message());
  if (Error error = parseElements((*buffer)->getBuffer(), isOptional, elements))
    return createStringError(path + ": " + toString(std::move(error)));
  return elements;
}

Expected<std::vector<HostTensor>>
readSequenceFile(StringRef path, ArrayRef<onnxc_tensor_info> parts) {
  bool isOptional = parts[0].part == ONNXC_OPTIONAL_VALUES || parts.size() == 3;
  auto elements = readElements(path, isOptional);
  if (!elements)
    return elements.takeError();
  auto fail = [&](Error error) {
    return createStringError(path + ": " + toString(std::move(error)));
  };
  for (HostTensor &tensor : elements->tensors)
    adoptType(tensor, parts[0].dtype);
  std::vector<HostTensor> tensors;
  auto values = joinValues(elements->tensors, parts[0].dtype);
  if (!values)
    return fail(values.takeError());
  auto shapes = joinShapes(elements->tensors, parts[1].dims[1]);
  if (!shapes)
    return fail(shapes.takeError());
  tensors.push_back(std::move(*values));
  tensors.push_back(std::move(*shapes));
  if (parts.size() == 3) {
    auto present = HostTensor::create(ONNXC_BOOL, {});
    if (!present)
      return present.takeError();
    *present->data.get() = elements->isPresent;
    tensors.push_back(std::move(*present));
  }
  return tensors;
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

/// The tensor at a position, in memory of its own.
static Expected<HostTensor> copyElement(const onnxc_tensor &values,
                                        const onnxc_tensor &shapes,
                                        int64_t position) {
  std::vector<int64_t> shape(shapes.shape[1]);
  onnxc_tensor element = {nullptr, shape.data(), 0, 0};
  if (onnxc_element(&values, &shapes, position, &element))
    return createStringError("its values and shapes do not belong together");
  shape.resize(element.rank);
  Expected<HostTensor> tensor = HostTensor::create(element.dtype, shape);
  if (tensor)
    std::memcpy(tensor->data.get(), element.data, tensor->bytes);
  return tensor;
}

static void appendKind(std::string &to, ElementKind kind) {
  appendVarint(to, Kind << 3 | Varint);
  appendVarint(to, kind);
}

Error writeSequenceFile(StringRef path, ArrayRef<onnxc_tensor_info> parts,
                        ArrayRef<HostTensor> tensors, StringRef name) {
  auto view = [](const HostTensor &tensor) {
    return onnxc_tensor{tensor.data.get(),
                        const_cast<int64_t *>(tensor.shape.data()),
                        int32_t(tensor.shape.size()), tensor.dtype};
  };
  onnxc_tensor values = view(tensors[0]), shapes = view(tensors[1]);
  bool isOptional = parts[0].part == ONNXC_OPTIONAL_VALUES;
  std::string list;
  appendBytes(list, Name, name);
  appendKind(list, isOptional && !tensors[1].shape[0] ? Nothing : Tensor);
  for (int64_t i = 0; i < tensors[1].shape[0]; ++i) {
    auto element = copyElement(values, shapes, i);
    if (!element)
      return element.takeError();
    appendBytes(list, Tensors, encodeTensorProto(*element, ""));
  }
  if (parts.size() == 3) {
    bool isPresent = *tensors[2].data.get();
    std::string optional;
    appendBytes(optional, Name, name);
    appendKind(optional, isPresent ? Sequence : Nothing);
    if (isPresent)
      appendBytes(optional, OptionalSequence, list);
    list = std::move(optional);
  }
  std::error_code error;
  raw_fd_ostream file(path, error);
  if (!error) {
    file << list;
    file.close();
    error = file.error();
    file.clear_error();
  }
  return error ? createStringError(path + ": " + error.message())
               : Error::success();
}

} // namespace onnxc::run
