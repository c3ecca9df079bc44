//===- VerifyCommand.cpp - onnxc verify -----------------------------------===//
//
// The work is done in Python, where the references are: onnxruntime and onnx's
// evaluator. Its module lies in share/onnxc/runtime-lite/python beside the
// folder of the program, in an installation as in a build tree; else Python has
// to find it.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/VerifyCommand.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"
#include <cstdlib>

using namespace llvm;

namespace onnxc {

static int fail(const Twine &why) {
  errs() << "onnxc verify: error: " << why << "\n";
  return 2;
}

/// The Python that ONNXC_PYTHON names, else the first on the PATH.
static ErrorOr<std::string> findPython() {
  if (const char *named = std::getenv("ONNXC_PYTHON"))
    return sys::findProgramByName(named);
  return sys::findProgramByName("python3");
}

int runVerify(const char *program, int count, const char *const *arguments) {
  ErrorOr<std::string> python = findPython();
  if (!python || !sys::fs::can_execute(*python))
    return fail("no Python is found, which it is written in: put python3 on "
                "the PATH, or name one by ONNXC_PYTHON");
  static int anchor;
  std::string self = sys::fs::getMainExecutable(program, &anchor);
  SmallString<128> modules(
      sys::path::parent_path(sys::path::parent_path(self)));
  sys::path::append(modules, "share", "onnxc", "runtime-lite", "python");
  // A package of that name that is installed as well comes after ours.
  const char *start =
      "import os, runpy, sys\n"
      "if os.path.isdir(sys.argv[1]): sys.path.insert(0, sys.argv[1])\n"
      "del sys.argv[1]\n"
      "try:\n"
      "  import onnxc.verify\n"
      "except ImportError as error:\n"
      "  name = error.name or 'onnxc'\n"
      "  print('onnxc verify: error: the Python package', repr(name), 'is "
      "needed and cannot be imported (%s): pip install %s' % (error, name), "
      "file=sys.stderr)\n"
      "  sys.exit(2)\n"
      "runpy.run_module('onnxc.verify', run_name='__main__')\n";
  SmallVector<StringRef> command = {*python, "-c",      start,
                                    modules, "--onnxc", self};
  command.append(arguments, arguments + count);
  std::string error;
  int status = sys::ExecuteAndWait(*python, command, /*Env=*/std::nullopt,
                                   /*Redirects=*/{}, /*SecondsToWait=*/0,
                                   /*MemoryLimit=*/0, &error);
  if (status < 0)
    return fail(*python + ": " + error);
  return status;
}

} // namespace onnxc
