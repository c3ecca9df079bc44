//===- onnxc.cpp - The compiler's program ---------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Driver.h"
#include "compiler/ReduceCommand.h"
#include "compiler/VerifyCommand.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/raw_ostream.h"
#include <cstdio>

using namespace onnxc;

static int run(int argc, char **argv) {
  llvm::setBugReportMsg("This is a bug of onnxc. Please report it with the "
                        "model and the lines below.\n");
  if (argc > 1 && llvm::StringRef(argv[1]) == "reduce")
    return runReduce(argc - 1, argv + 1);
  if (argc > 1 && llvm::StringRef(argv[1]) == "verify")
    return runVerify(argv[0], argc - 2, argv + 2);
  auto options = parseCommandLine(argc, argv);
  if (!options) {
    llvm::errs() << "onnxc: error: " << llvm::toString(options.takeError())
                 << "\n";
    return 1;
  }
  bool succeeded = true;
  if (*options) {
    const Options &given = **options;
    succeeded = mlir::succeeded(given.inspect ? inspectModel(given)
                                              : compileModel(given));
  }
  return !succeeded;
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  int status = run(argc, argv);
  llvm::outs().flush();
  if (std::error_code code = llvm::outs().error()) {
    llvm::outs().clear_error();
    llvm::errs() << "onnxc: error: cannot write 'standard output': "
                 << code.message() << "\n";
    status = 1;
  }
  // All that matters is written and closed. What is left are the schemas of
  // onnx, whose destructors take a tenth of the time of a small model.
  std::fflush(stdout);
  llvm::sys::Process::Exit(status, /*NoCleanup=*/true);
}
