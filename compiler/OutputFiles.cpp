//===- OutputFiles.cpp - The files of a compilation -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/OutputFiles.h"
#include "codegen/Identifier.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace llvm;
namespace path = llvm::sys::path;

namespace onnxc {

static StringRef getExtension(EmitKind kind) {
  switch (kind) {
  case EmitKind::Object:
  case EmitKind::Rust:
    return "o";
  case EmitKind::Assembly:
    return "s";
  case EmitKind::LLVMIR:
    return "ll";
  case EmitKind::MLIR:
    return "mlir";
  case EmitKind::Header:
    return "h";
  case EmitKind::Archive:
    return "a";
  case EmitKind::Shared:
    return "so";
  case EmitKind::PTX:
    return "ptx";
  case EmitKind::SPIRV:
    return "json";
  }
  llvm_unreachable("unknown kind");
}

bool isText(EmitKind kind) {
  return kind == EmitKind::Assembly || kind == EmitKind::LLVMIR ||
         kind == EmitKind::MLIR || kind == EmitKind::Header ||
         kind == EmitKind::PTX || kind == EmitKind::SPIRV;
}

/// Whether the name is, or will be, that of a file; that it is a folder is said
/// when it is written.
static bool namesFile(StringRef name) {
  return name != "-" &&
         (!sys::fs::exists(name) || sys::fs::is_regular_file(name) ||
          sys::fs::is_directory(name));
}

Error nameOutputs(Options &options) {
  bool isFile = namesFile(options.output);
  if (!isFile && options.emit == EmitKind::Shared)
    return createStringError(
        "a shared library can be written to a regular file only");
  if (options.emit == EmitKind::Rust) {
    if (!isFile)
      return createStringError(
          "a module of Rust lies beside its object: -o names a file");
    // Either of the two names both.
    if (path::extension(options.output) == ".rs")
      options.output =
          options.output.substr(0, options.output.size() - 2) + "o";
  }
  if (options.prefix.empty()) {
    bool isNamed = isFile && !options.output.empty() && !isText(options.emit);
    options.prefix =
        makeIdentifier(path::stem(isNamed ? options.output : options.input));
  }
  if (options.output.empty())
    options.output =
        (path::stem(options.input) + "." + getExtension(options.emit)).str();
  return Error::success();
}

OutputFiles::OutputFiles(const Options &options)
    : outputIsFile(namesFile(options.output)),
      stem(outputIsFile ? options.output : options.prefix) {}

std::string OutputFiles::beside(StringRef extension) const {
  SmallString<128> file(stem);
  path::replace_extension(file, extension);
  return file.str().str();
}

OutputFile &OutputFiles::add(StringRef file) {
  files.push_back(std::make_unique<OutputFile>(file));
  return *files.back();
}

Error OutputFiles::write(StringRef file,
                         function_ref<void(raw_ostream &)> fill) {
  OutputFile &output = add(file);
  if (Error error = output.create())
    return error;
  fill(output.stream());
  return output.close();
}

Error OutputFiles::commit() {
  for (std::unique_ptr<OutputFile> &file : files)
    if (Error error = file->commit())
      return error;
  return Error::success();
}

} // namespace onnxc
