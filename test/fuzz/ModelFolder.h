//===- ModelFolder.h - Bytes as a model's file, imported ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_TEST_FUZZ_MODELFOLDER_H
#define ONNXC_TEST_FUZZ_MODELFOLDER_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/ArrayRef.h"

namespace onnxc::fuzz {

/// Says what is wrong and ends the program, as a crash would.
[[noreturn]] void fail(llvm::StringRef what);

/// Runs steps of the compiler: one that fails without an error has failed the
/// test. Nothing is printed.
void expectWords(mlir::MLIRContext &context, llvm::StringRef step,
                 llvm::function_ref<llvm::LogicalResult()> run);

/// Imports bytes from a folder that holds external data, too. Null where they
/// are refused. What is left open or in the folder is a failure.
mlir::OwningOpRef<mlir::ModuleOp> importBytes(llvm::ArrayRef<uint8_t> bytes,
                                              mlir::MLIRContext &context);

} // namespace onnxc::fuzz

#endif // ONNXC_TEST_FUZZ_MODELFOLDER_H
