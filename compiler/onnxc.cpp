//===- onnxc.cpp - The compiler's program ---------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Driver.h"
#include "targets/Target.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/TargetParser/Host.h"

using namespace onnxc;

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  llvm::setBugReportMsg("This is a bug of onnxc. Please report it with the "
                        "model and the lines below.\n");
  auto options =
      parseCommandLine(llvm::ArrayRef<const char *>(argv + 1, argc - 1));
  if (!options) {
    llvm::errs() << "onnxc: error: " << llvm::toString(options.takeError())
                 << "\n";
    return 1;
  }
  if (options->help || options->helpAll) {
    printHelp(llvm::outs(), options->helpAll);
    return 0;
  }
  if (options->version) {
    llvm::outs() << "onnxc " ONNXC_VERSION " (LLVM " LLVM_VERSION_STRING ", "
                 << llvm::sys::getDefaultTargetTriple() << ", "
                 << llvm::sys::getHostCPUName() << ")\n";
    return 0;
  }
  if (options->listTargets) {
    printTargets(llvm::outs());
    return 0;
  }
  if (options->input.empty()) {
    llvm::errs() << "onnxc: error: no model is given\n";
    printHelp(llvm::errs(), false);
    return 1;
  }
  mlir::LogicalResult result =
      options->inspect ? inspectModel(*options) : compileModel(*options);
  return mlir::failed(result);
}
