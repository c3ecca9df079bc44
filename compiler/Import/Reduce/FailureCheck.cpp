//===- FailureCheck.cpp - Whether a command fails for a model -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/Reduce/FailureCheck.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/Regex.h"

using namespace llvm;

namespace onnxc {

FailureCheck::~FailureCheck() {
  if (!folder.empty())
    (void)sys::fs::remove_directories(folder);
}

Error FailureCheck::begin(const ::onnx::ModelProto &model) {
  std::string why;
  if (!options.says.empty() && !Regex(options.says).isValid(why))
    return createStringError("--says is no regular expression: " + why);
  if (std::error_code code =
          sys::fs::createUniqueDirectory("onnxc-reduce", folder))
    return createStringError("cannot make a folder for the models: " +
                             code.message());
  std::optional<int> result = run(model);
  if (!result)
    return createStringError("the command does not say '" + options.says +
                             "' for the whole model");
  if (*result == 0)
    return createStringError("the command succeeds for the whole model: "
                             "--check wants one that fails");
  status = *result;
  return Error::success();
}

bool FailureCheck::fails(const ::onnx::ModelProto &model) {
  return run(model) == status;
}

std::optional<int> FailureCheck::run(const ::onnx::ModelProto &model) {
  ++runs;
  auto in = [&](StringRef name) {
    SmallString<128> path = folder;
    sys::path::append(path, name);
    return std::string(path.str());
  };
  std::string path = in("model.onnx"), said = in("said");
  {
    std::error_code code;
    raw_fd_ostream file(path, code);
    std::string bytes;
    if (code || !model.SerializeToString(&bytes))
      return std::nullopt;
    file << bytes;
  }
  std::string command = options.command;
  size_t at = command.find("{}");
  if (at == std::string::npos)
    command += " " + path;
  for (; at != std::string::npos; at = command.find("{}", at + path.size()))
    command.replace(at, 2, path);
  std::optional<StringRef> redirects[] = {StringRef(""), StringRef(said),
                                          StringRef(said)};
  std::string message;
  int result =
      sys::ExecuteAndWait("/bin/sh", {"/bin/sh", "-c", command}, std::nullopt,
                          redirects, options.seconds, 0, &message);
  if (options.says.empty())
    return result;
  auto buffer = MemoryBuffer::getFile(said);
  if (!buffer ||
      !Regex(options.says, Regex::Newline).match((*buffer)->getBuffer()))
    return std::nullopt;
  return result;
}

} // namespace onnxc
