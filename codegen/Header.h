//===- Header.h - The C header of a compiled model ------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_CODEGEN_HEADER_H
#define ONNXC_CODEGEN_HEADER_H

#include "codegen/ModelInterface.h"
#include "llvm/Support/raw_ostream.h"

namespace onnxc {

/// The memory that a run takes, as far as it is known.
struct MemoryNeeds {
  /// Set if it is one number.
  std::optional<int64_t> arenaBytes;
  /// The stack of the generated code, if it calls nothing by a pointer.
  std::optional<uint64_t> stackBytes;
};

/// Writes a header of C99 and C++: structs of inputs and outputs, PREFIX_run,
/// sizes.
void writeHeader(const ModelInterface &model, llvm::StringRef prefix,
                 const MemoryNeeds &needs, llvm::raw_ostream &os);

/// An expression over the model's symbols in C; `symbol` spells one.
std::string printExpression(mlir::AffineExpr expr,
                            llvm::function_ref<std::string(unsigned)> symbol);

/// The type of C that an element of an onnxc_dtype is in memory.
llvm::StringRef getCType(int32_t dtype);

/// HeaderFunctions.cpp: declares what the application defines.
void writeFunctions(llvm::ArrayRef<FunctionInterface> functions,
                    llvm::raw_ostream &os);
/// A comment wrapped at 80 columns.
void writeComment(const llvm::Twine &text, llvm::StringRef indent,
                  llvm::raw_ostream &os);

/// ONNX's name of an onnxc_dtype, and how it lies in memory where C has no such
/// type.
llvm::StringRef describeType(int32_t dtype);

} // namespace onnxc

#endif // ONNXC_CODEGEN_HEADER_H
