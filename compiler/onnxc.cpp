//===- onnxc.cpp - The compiler's program ---------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Driver.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/raw_ostream.h"

using namespace onnxc;

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  llvm::setBugReportMsg("This is a bug of onnxc. Please report it with the "
                        "model and the lines below.\n");
  auto options = parseCommandLine(argc, argv);
  if (!options) {
    llvm::errs() << "onnxc: error: " << llvm::toString(options.takeError())
                 << "\n";
    return 1;
  }
  if (!*options)
    return 0;
  mlir::LogicalResult result =
      (*options)->inspect ? inspectModel(**options) : compileModel(**options);
  return mlir::failed(result);
}
