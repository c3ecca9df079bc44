//===- onnxc-import.cpp - The importer alone, for tests -------------------===//
//
//   onnxc-import [--quiet] [--dim=NAME=N|A..B] [--shape=INPUT=1x3x4]...
//   MODEL...
//
// Prints the module or the diagnostics of each model; with --quiet only the
// diagnostics and a count.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/Import.h"
#include "compiler/Import/ModelDiagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace onnxc;

static bool parseDim(StringRef text, ImportOptions &options) {
  auto [name, range] = text.split('=');
  auto [low, high] = range.split("..");
  DimBinding binding;
  if (low.getAsInteger(10, binding.min))
    return false;
  binding.max = binding.min;
  if (range.contains("..") && high.getAsInteger(10, binding.max))
    return false;
  options.dims.emplace_back(name.str(), binding);
  return true;
}

static bool parseShape(StringRef text, ImportOptions &options) {
  auto [name, sizes] = text.split('=');
  SmallVector<int64_t> shape;
  for (StringRef size : llvm::split(sizes, 'x'))
    if (size == "?")
      shape.push_back(ShapedType::kDynamic);
    else if (size.getAsInteger(10, shape.emplace_back()))
      return false;
  options.shapes.emplace_back(name.str(), shape);
  return true;
}

int main(int argc, char **argv) {
  bool quiet = false;
  int failures = 0, models = 0;
  ImportOptions options;
  for (int i = 1; i < argc; ++i) {
    StringRef arg = argv[i];
    if (arg == "--quiet") {
      quiet = true;
      continue;
    }
    if (arg.consume_front("--dim=") || arg.consume_front("--shape=")) {
      bool isDim = StringRef(argv[i]).starts_with("--dim=");
      if (!(isDim ? parseDim(arg, options) : parseShape(arg, options))) {
        llvm::errs() << "cannot understand " << argv[i] << '\n';
        return 2;
      }
      continue;
    }
    MLIRContext context(MLIRContext::Threading::DISABLED);
    ModelDiagnosticPrinter printer(&context, llvm::errs());
    ExternalFiles files;
    auto module = importModel(arg, options, context, files);
    ++models;
    failures += failed(module);
    if (succeeded(module) && !quiet)
      (*module)->print(llvm::outs());
  }
  if (quiet)
    llvm::outs() << models - failures << " of " << models << " imported\n";
  return failures != 0;
}
