//===- ModelFolder.cpp - Bytes as a model's file, imported ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "test/fuzz/ModelFolder.h"
#include "compiler/Import/Import.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
namespace fs = llvm::sys::fs;

namespace onnxc::fuzz {

void fail(StringRef what) {
  llvm::errs() << "fuzzing: " << what << "\n";
  abort();
}

void expectWords(MLIRContext &context, StringRef step,
                 llvm::function_ref<LogicalResult()> run) {
  bool hasError = false;
  std::string said;
  ScopedDiagnosticHandler watcher(&context, [&](Diagnostic &diagnostic) {
    hasError |= diagnostic.getSeverity() == DiagnosticSeverity::Error;
    said += diagnostic.str() + "\n";
    return success();
  });
  bool hasFailed = failed(run());
  if (hasFailed && !hasError)
    fail((step + " has failed without a word").str());
  if (!hasFailed && hasError)
    fail((step + " has not failed, but says: " + said).str());
  // The driver's words for what no message foresees.
  if (StringRef(said).contains("this is a bug"))
    fail((step + ": " + said).str());
}

static size_t countEntries(const llvm::Twine &folder) {
  size_t count = 0;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; it != end && !error;
       it.increment(error))
    ++count;
  return count;
}

namespace {

/// A folder that is gone when the program ends.
class Folder {
public:
  Folder() {
    if (fs::createUniqueDirectory("onnxc-fuzz", path))
      fail("no folder can be made");
    write("data.bin", std::vector<uint8_t>(4096, 1));
  }
  ~Folder() { fs::remove_directories(path); }

  std::string write(StringRef name, ArrayRef<uint8_t> bytes) {
    SmallString<128> file(path);
    llvm::sys::path::append(file, name);
    std::error_code error;
    llvm::raw_fd_ostream os(file, error);
    os.write(reinterpret_cast<const char *>(bytes.data()), bytes.size());
    os.close();
    if (error || os.has_error())
      fail("a file cannot be written");
    return file.str().str();
  }
  size_t count() const { return countEntries(path); }

private:
  SmallString<128> path;
};

} // namespace

OwningOpRef<ModuleOp> importBytes(ArrayRef<uint8_t> bytes,
                                  MLIRContext &context) {
  static Folder folder;
  std::string file = folder.write("model.onnx", bytes);
  // Every second size of a file: dimensions as --dim gives them.
  ImportOptions options;
  // Those of the corpus's models with such operators.
  for (auto [name, rules] : std::initializer_list<
           std::pair<const char *, llvm::SmallVector<std::string>>>{
           {"Twice", {"same-as-input-0"}},
           {"Pick", {"[?,d1(0)]", "int64[]"}},
           {"CountUp", {"[?]"}},
           {"Masked", {"same-as-input-0", "float[d0(0)]"}},
           {"Tell", {"float[number + d0(0) / ints[0]]"}},
           {"Turn", {}}})
    options.customOperators.push_back({"my", name, "function", rules});
  if (bytes.size() % 2 == 0)
    options.dims = {{"n", {2, 2}}, {"batch", {1, 8}}};
  size_t open = countEntries("/proc/self/fd");
  OwningOpRef<ModuleOp> module;
  expectWords(context, "the import", [&]() -> LogicalResult {
    ExternalFiles files;
    auto imported = importModel(file, options, context, files);
    if (failed(imported))
      return failure();
    module = std::move(*imported);
    return success();
  });
  if (countEntries("/proc/self/fd") != open)
    fail("a file is left open");
  if (folder.count() != 2)
    fail("a file is left in the model's folder");
  if (module && failed(verify(*module)))
    fail("what is imported is not valid");
  return module;
}

} // namespace onnxc::fuzz
