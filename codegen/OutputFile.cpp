//===- OutputFile.cpp - Files that appear complete or not at all ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "codegen/OutputFile.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/Signals.h"

using namespace llvm;

namespace onnxc {

OutputFile::OutputFile(StringRef path) : finalPath(path.str()) {}

OutputFile::~OutputFile() {
  if (os) {
    // Errors were reported, or another one is why this is discarded.
    os->close();
    os->clear_error();
    os.reset();
  }
  if (temporary.empty())
    return;
  (void)sys::fs::remove(temporary);
  sys::DontRemoveFileOnSignal(temporary);
}

static Error writeError(StringRef path, std::error_code code) {
  return createStringError("cannot write '" + path.str() +
                           "': " + code.message());
}

Error OutputFile::create() {
  if (finalPath == "-")
    return Error::success();
  if (sys::fs::is_directory(finalPath))
    return writeError(finalPath,
                      std::make_error_code(std::errc::is_a_directory));
  // A device is written as it is: renaming would replace it.
  if (sys::fs::exists(finalPath) && !sys::fs::is_regular_file(finalPath)) {
    std::error_code code;
    os = std::make_unique<raw_fd_ostream>(finalPath, code);
    if (code) {
      os.reset();
      return writeError(finalPath, code);
    }
    return Error::success();
  }
  int file = -1;
  SmallString<128> unique;
  if (std::error_code code = sys::fs::createUniqueFile(
          finalPath + ".tmp%%%%%%%%", file, unique, sys::fs::OF_None,
          sys::fs::all_read | sys::fs::all_write))
    return writeError(finalPath, code);
  temporary = unique.str().str();
  sys::RemoveFileOnSignal(temporary);
  os = std::make_unique<raw_fd_ostream>(file, /*shouldClose=*/true);
  return Error::success();
}

raw_pwrite_stream &OutputFile::stream() { return os ? *os : outs(); }

Error OutputFile::close() {
  if (!os) {
    outs().flush();
    if (std::error_code code = outs().error()) {
      outs().clear_error();
      return writeError("standard output", code);
    }
    return Error::success();
  }
  os->close();
  std::error_code code = os->error();
  os->clear_error();
  os.reset();
  if (code)
    return writeError(finalPath, code);
  return Error::success();
}

Error OutputFile::commit() {
  if (os || finalPath == "-")
    if (Error error = close())
      return error;
  if (temporary.empty())
    return Error::success();
  if (std::error_code code = sys::fs::rename(temporary, finalPath))
    return writeError(finalPath, code);
  sys::DontRemoveFileOnSignal(temporary);
  temporary.clear();
  return Error::success();
}

} // namespace onnxc
