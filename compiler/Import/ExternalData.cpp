//===- ExternalData.cpp - Weights in files beside the model ---------------===//
//
// Files are mapped, never read: what is not used costs nothing. A model may
// name only files in its own folder and below.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/Model.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace mlir;

namespace onnxc {

namespace fs = llvm::sys::fs;
namespace path = llvm::sys::path;

/// The path of an external file; none, diagnosed, if it leaves the folder.
static FailureOr<std::string> resolve(Model &model, Location loc,
                                      StringRef location) {
  auto refuse = [&](StringRef why) -> LogicalResult {
    return emitError(loc) << "its external data file \"" << location << "\" "
                          << why
                          << "; keep the file in the model's folder and name "
                             "it relative to that";
  };
  if (location.empty() || location.contains('\0'))
    return refuse("has no valid name");
  if (path::is_absolute(location))
    return refuse("is an absolute path");
  for (StringRef part :
       llvm::make_range(path::begin(location), path::end(location)))
    if (part == "..")
      return refuse("is outside the model's folder");
  SmallString<256> folder(path::parent_path(model.path));
  if (folder.empty())
    folder = ".";
  SmallString<256> file = folder;
  path::append(file, location);
  // Links are followed before the comparison.
  SmallString<256> realFolder, realFile;
  if (std::error_code error = fs::real_path(file, realFile)) {
    emitError(loc) << "its external data file \"" << file.str()
                   << "\" cannot be read: " << error.message()
                   << "; copy it beside the model";
    return failure();
  }
  if (fs::real_path(folder, realFolder))
    return refuse("has no folder");
  if (!fs::is_regular_file(realFile))
    return refuse("is not a regular file");
  StringRef rest = realFile.str();
  if (!rest.consume_front(realFolder.str()) ||
      (realFolder != "/" && !rest.starts_with("/")))
    return refuse("is outside the model's folder");
  return std::string(file.str());
}

FailureOr<ArrayRef<char>> mapExternal(Model &model, Location loc,
                                      const ::onnx::TensorProto &tensor,
                                      int64_t size,
                                      std::shared_ptr<void> &owner) {
  StringRef location;
  int64_t offset = 0;
  std::optional<int64_t> length;
  for (const auto &entry : tensor.external_data()) {
    StringRef value = entry.value();
    if (entry.key() == "location")
      location = value;
    int64_t number;
    if (entry.key() != "offset" && entry.key() != "length")
      continue;
    if (value.getAsInteger(10, number) || number < 0) {
      emitError(loc) << "the " << entry.key()
                     << " of its external data is no size: \"" << value << "\"";
      return failure();
    }
    if (entry.key() == "offset")
      offset = number;
    else
      length = number;
  }
  FailureOr<std::string> file = resolve(model, loc, location);
  if (failed(file))
    return failure();
  if (length && *length != size) {
    emitError(loc) << "its external data has a length of " << *length
                   << " bytes, its type and shape need " << size;
    return failure();
  }
  std::shared_ptr<llvm::MemoryBuffer> &buffer = model.mapped[*file];
  if (!buffer) {
    auto opened = llvm::MemoryBuffer::getFile(*file, /*IsText=*/false,
                                              /*RequiresNullTerminator=*/false);
    if (!opened) {
      emitError(loc) << "its external data file \"" << *file
                     << "\" cannot be read: " << opened.getError().message();
      return failure();
    }
    buffer = std::move(*opened);
  }
  int64_t available = buffer->getBufferSize();
  if (offset > available || available - offset < size) {
    emitError(loc) << "its external data file \"" << *file << "\" has "
                   << available << " bytes, the tensor needs " << size
                   << " from byte " << offset
                   << "; is the file complete, and the one that belongs to "
                      "this model?";
    return failure();
  }
  owner = buffer;
  return ArrayRef<char>(buffer->getBufferStart() + offset, size);
}

LogicalResult loadExternal(Model &model, Location loc,
                           ::onnx::TensorProto &tensor) {
  std::optional<int64_t> count = countElements(
      ArrayRef<int64_t>(tensor.dims().data(), tensor.dims_size()));
  std::optional<int64_t> size =
      count ? getPackedSize(tensor.data_type(), *count) : std::nullopt;
  if (!size)
    return emitError(loc) << "has a type or shape that external data cannot "
                             "have";
  std::shared_ptr<void> owner;
  FailureOr<ArrayRef<char>> bytes =
      mapExternal(model, loc, tensor, *size, owner);
  if (failed(bytes))
    return failure();
  tensor.clear_external_data();
  tensor.clear_data_location();
  tensor.set_raw_data(bytes->data(), bytes->size());
  return success();
}

} // namespace onnxc
