//===- ValueWriter.cpp - Write what a model's kernels have written --------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/onnxc-run/ValueWriter.h"
#include "compiler/onnxc-run/HostTensor.h"
#include "compiler/onnxc-run/TensorFiles.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/Path.h"
#include <cstring>

using namespace llvm;

namespace onnxc::run {

ValueWriter::ValueWriter(StringRef folder, int file)
    : folder(folder), list(file, /*shouldClose=*/true) {}

Expected<std::unique_ptr<ValueWriter>> ValueWriter::create(StringRef folder) {
  SmallString<128> path(folder);
  if (std::error_code error = sys::fs::create_directories(folder))
    return createStringError(folder + ": " + error.message());
  sys::path::append(path, "values.jsonl");
  int file;
  if (std::error_code error = sys::fs::openFileForWrite(path, file))
    return createStringError(path + ": " + error.message());
  return std::unique_ptr<ValueWriter>(new ValueWriter(folder, file));
}

void ValueWriter::tell(void *observer, const onnxc_value_info *value,
                       const void *address, const int64_t *sizes) {
  auto &writer = *static_cast<ValueWriter *>(observer);
  if (Error error = writer.write(*value, address, sizes)) {
    std::string text = toString(std::move(error));
    if (writer.firstFault.empty())
      writer.firstFault = text;
  }
}

Error ValueWriter::write(const onnxc_value_info &value, const void *address,
                         const int64_t *sizes) {
  auto tensor = HostTensor::create(value.dtype, ArrayRef(sizes, value.rank));
  if (!tensor)
    return tensor.takeError();
  std::memcpy(tensor->data.get(), address,
              tensor->count() * onnxc_dtype_size(value.dtype));
  std::string name = std::to_string(count++) + ".npy";
  SmallString<128> path(folder);
  sys::path::append(path, name);
  if (Error error = writeTensorFile(path, *tensor, ""))
    return error;
  int64_t site = sites.try_emplace(&value, sites.size()).first->second;
  auto orEmpty = [](const char *text) { return text ? text : ""; };
  list << json::Value(json::Object{{"file", name},
                                   {"makers", orEmpty(value.makers)},
                                   {"nodes", orEmpty(value.nodes)},
                                   {"kernel", orEmpty(value.kernel)},
                                   {"dtype", value.dtype},
                                   {"site", site}})
       << "\n";
  list.flush();
  return Error::success();
}

Error ValueWriter::finish() {
  list.close();
  if (list.has_error()) {
    std::string text = list.error().message();
    list.clear_error();
    return createStringError(folder + "/values.jsonl: " + text);
  }
  if (!firstFault.empty())
    return createStringError(firstFault);
  if (count == 0)
    return createStringError("no value was told of: was the model compiled "
                             "with --observe?");
  return Error::success();
}

} // namespace onnxc::run
