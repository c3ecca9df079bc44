//===- OutputFile.h - Files that appear complete or not at all ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_CODEGEN_OUTPUTFILE_H
#define ONNXC_CODEGEN_OUTPUTFILE_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"
#include <memory>
#include <string>

namespace onnxc {

/// A temporary beside its place, renamed by commit(), else removed, also when a
/// signal ends the program.
class OutputFile {
public:
  /// "-" is standard output. Nothing is opened yet.
  explicit OutputFile(llvm::StringRef path);
  ~OutputFile();
  OutputFile(OutputFile &&) = default;

  /// Creates the temporary; says why it cannot.
  llvm::Error create();
  /// Where to write meanwhile.
  llvm::StringRef temporaryPath() const { return temporary; }
  llvm::StringRef path() const { return finalPath; }
  /// A stream to the temporary.
  llvm::raw_pwrite_stream &stream();
  /// Closes the stream and reports what failed while writing.
  llvm::Error close();
  /// Puts the file in its place.
  llvm::Error commit();

private:
  std::string finalPath;
  std::string temporary;
  std::unique_ptr<llvm::raw_fd_ostream> os;
};

} // namespace onnxc

#endif // ONNXC_CODEGEN_OUTPUTFILE_H
