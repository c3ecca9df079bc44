//===- ReduceCommand.cpp - onnxc reduce -----------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/ReduceCommand.h"
#include "compiler/Import/Reduce/Reduce.h"
#include "compiler/Options.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace onnxc {

int runReduce(int argc, const char *const *argv) {
  unregisterOptions();
  cl::opt<std::string> input(cl::Positional, cl::desc("model.onnx"));
  cl::opt<std::string> command(
      "check", cl::value_desc("COMMAND"),
      cl::desc("A command of the shell that fails for the model; {} in it is "
               "the model's path, which else follows it"));
  cl::opt<std::string> says("says", cl::value_desc("REGEX"),
                            cl::desc("What the command has to print as well"));
  cl::opt<unsigned> seconds("timeout", cl::value_desc("SECONDS"), cl::init(60),
                            cl::desc("Of one run of the command (60)"));
  cl::opt<std::string> output("o", cl::value_desc("FILE"),
                              cl::init("reduced.onnx"),
                              cl::desc("The result (reduced.onnx)"));
  cl::opt<bool> help("help", cl::desc("Print this"));
  auto fail = [](const Twine &why) {
    errs() << "onnxc reduce: error: " << why << "\n";
    return 1;
  };
  if (!cl::ParseCommandLineOptions(
          argc, argv,
          "onnxc reduce makes a model small that makes a command fail\n\n"
          "  onnxc reduce model.onnx --check 'onnxc {} -o /dev/null'\n"
          "  onnxc reduce model.onnx --check ./is-wrong.sh -o small.onnx\n",
          &errs()))
    return 1;
  if (help) {
    cl::PrintHelpMessage();
    return 0;
  }
  if (input.empty())
    return fail("no model is given; see onnxc reduce --help");
  if (command.empty())
    return fail("no command is given: --check 'onnxc {} -o /dev/null', for "
                "example");
  ReduceOptions options{input, output, command, says, seconds};
  if (Error error = reduceModel(options, outs()))
    return fail(toString(std::move(error)));
  return 0;
}

} // namespace onnxc
