//===- OutputFiles.h - The files of a compilation -------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_OUTPUTFILES_H
#define ONNXC_COMPILER_OUTPUTFILES_H

#include "codegen/OutputFile.h"
#include "compiler/Options.h"

namespace onnxc {

/// Whether it is written as text.
bool isText(EmitKind kind);

/// Gives the output and the prefix names where the options have none.
llvm::Error nameOutputs(Options &options);

/// Files that appear together, once everything has worked.
class OutputFiles {
public:
  /// The options have their names.
  explicit OutputFiles(const Options &options);

  /// Whether the output is a file, which others lie beside, and not a stream.
  bool isFile() const { return outputIsFile; }
  /// The output's name with another extension.
  std::string beside(llvm::StringRef extension) const;
  /// One more file; nothing is opened yet.
  OutputFile &add(llvm::StringRef file);
  /// One more file, with what `fill` writes.
  llvm::Error write(llvm::StringRef file,
                    llvm::function_ref<void(llvm::raw_ostream &)> fill);
  /// Puts all of them in their places.
  llvm::Error commit();

private:
  bool outputIsFile;
  std::string stem;
  std::vector<std::unique_ptr<OutputFile>> files;
};

} // namespace onnxc

#endif // ONNXC_COMPILER_OUTPUTFILES_H
