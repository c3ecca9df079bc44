//===- TensorFiles.cpp - Tensors in files ---------------------------------===//
//
// The suffix of a file picks its reader.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/onnxc-run/TensorFiles.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace onnxc::run {

static Expected<std::vector<NamedTensor>> parseNpz(StringRef bytes) {
  auto entries = parseZip(bytes);
  if (!entries)
    return entries.takeError();
  std::vector<NamedTensor> tensors;
  for (auto &[name, content] : *entries) {
    StringRef key = name;
    key.consume_back(".npy");
    Expected<HostTensor> tensor = parseNpy(content);
    if (!tensor)
      return createStringError(key + ": " + toString(tensor.takeError()));
    tensors.push_back({key.str(), std::move(*tensor)});
  }
  return tensors;
}

static Expected<std::vector<NamedTensor>> parseByName(StringRef path,
                                                      StringRef bytes) {
  if (path.ends_with(".npz"))
    return parseNpz(bytes);
  std::vector<NamedTensor> tensors(1);
  if (path.ends_with(".npy")) {
    Expected<HostTensor> tensor = parseNpy(bytes);
    if (!tensor)
      return tensor.takeError();
    tensors[0].tensor = std::move(*tensor);
    return tensors;
  }
  if (path.ends_with(".pb")) {
    Expected<NamedTensor> tensor = parseTensorProto(bytes);
    if (!tensor)
      return tensor.takeError();
    tensors[0] = std::move(*tensor);
    return tensors;
  }
  return createStringError("unknown suffix (.npy, .npz and .pb are read)");
}

Expected<std::vector<NamedTensor>> readTensorFile(StringRef path) {
  auto buffer = MemoryBuffer::getFile(path, /*IsText=*/false,
                                      /*RequiresNullTerminator=*/false);
  if (!buffer)
    return createStringError(path + ": " + buffer.getError().message());
  auto tensors = parseByName(path, (*buffer)->getBuffer());
  if (!tensors)
    return createStringError(path + ": " + toString(tensors.takeError()));
  return tensors;
}

Error writeTensorFile(StringRef path, const HostTensor &tensor,
                      StringRef name) {
  Expected<std::string> bytes = path.ends_with(".pb")
                                    ? encodeTensorProto(tensor, name)
                                    : encodeNpy(tensor);
  if (!bytes)
    return createStringError(path + ": " + toString(bytes.takeError()));
  std::error_code error;
  raw_fd_ostream file(path, error);
  if (!error) {
    file << *bytes;
    file.close();
    error = file.error();
    file.clear_error();
  }
  if (error)
    return createStringError(path + ": " + error.message());
  return Error::success();
}

static bool isNamedByNumPy(int32_t dtype) {
  return dtype <= ONNXC_COMPLEX128 && dtype != ONNXC_STRING;
}

void adoptType(HostTensor &tensor, int32_t dtype) {
  bool isStorage = tensor.dtype == ONNXC_UINT8 || tensor.dtype == ONNXC_INT8 ||
                   tensor.dtype == ONNXC_UINT16 || tensor.dtype == ONNXC_INT16;
  if (isStorage && !isNamedByNumPy(dtype) &&
      onnxc_dtype_size(dtype) == onnxc_dtype_size(tensor.dtype))
    tensor.dtype = dtype;
}

} // namespace onnxc::run
