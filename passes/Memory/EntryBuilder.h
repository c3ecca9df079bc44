//===- EntryBuilder.h - Writes the generated entry point ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_MEMORY_ENTRYBUILDER_H
#define ONNXC_PASSES_MEMORY_ENTRYBUILDER_H

#include "dialects/onnx/SymbolicShape.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "llvm/ADT/DenseMap.h"

namespace onnxc {

/// The bytes of an onnx element in memory; types below a byte take one.
int64_t getStorageBytes(mlir::Type onnxElementType);

/// The symbol that an index value of @main is: a trailing argument or the
/// result of plan.symbol.
mlir::AffineExpr getSymbolExpr(mlir::func::FuncOp main, mlir::Value index);

/// Builds @onnxc_entry: pointers, symbol values and calls. Values are built
/// once and kept, since the entry is one block.
class EntryBuilder {
public:
  /// Starts the function at the builder's place.
  EntryBuilder(mlir::OpBuilder &b, mlir::func::FuncOp main);

  void setLoc(mlir::Location newLoc) { loc = newLoc; }
  mlir::Value getInput(int64_t number);
  mlir::Value getOutput(int64_t number);
  mlir::Value getWeights(int64_t offset);
  mlir::Value getArena(mlir::AffineExpr offset);
  /// The value of an expression over symbols, as an index.
  mlir::Value getSymbol(mlir::AffineExpr expr);
  void callKernel(llvm::StringRef name, mlir::ValueRange arguments);
  /// Reads symbol `number` from an integer in memory, and stores it for the
  /// caller.
  void defineSymbol(int64_t number, mlir::Value address, mlir::Type integer,
                    int64_t element);
  void storeInts(mlir::Value address, mlir::Type integer,
                 llvm::ArrayRef<mlir::AffineExpr> exprs);
  void copy(mlir::Value to, mlir::Value from, mlir::AffineExpr bytes);
  void finish();

private:
  mlir::OpBuilder &b;
  mlir::Location loc;
  mlir::func::FuncOp entry;
  llvm::DenseMap<mlir::AffineExpr, mlir::Value> symbols;
  llvm::DenseMap<std::pair<int, int64_t>, mlir::Value> pointers;
  mlir::Value arena, weights;

  mlir::Value load(mlir::Type type, mlir::Value base, int64_t index);
  mlir::Value offsetBy(mlir::Value base, mlir::Value bytes);
};

/// Builds @onnxc_arena_bytes, which is -1 when the size does not fit.
void buildArenaBytes(mlir::OpBuilder &b, mlir::Location loc,
                     mlir::AffineExpr total);

/// Builds @onnxc_output_shapes for the dims of all outputs.
void buildOutputShapes(mlir::OpBuilder &b, mlir::Location loc,
                       llvm::ArrayRef<mlir::AffineExpr> dims);

} // namespace onnxc

#endif // ONNXC_PASSES_MEMORY_ENTRYBUILDER_H
