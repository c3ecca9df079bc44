//===- StageCuts.h - Where a model may be cut into stages -----------------===//
//
// The ops of @main in their order, what each does, and what goes over a cut
// between two of them. Free dimensions are taken to have their bound, else 64.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_GRAPH_STAGECUTS_H
#define ONNXC_PASSES_GRAPH_STAGECUTS_H

#include "dialects/onnx/SymbolicShape.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/SmallBitVector.h"

namespace onnxc {

/// The values of the block around the op that it reads, in its regions too.
llvm::SmallVector<mlir::Value> listOperands(mlir::Operation *op);

/// The symbols in types and attributes of the op and what is in it.
void addSymbols(mlir::Operation *op, llvm::SmallBitVector &symbols);
void addSymbols(mlir::Type type, llvm::SmallBitVector &symbols);
void addSymbols(mlir::AffineExpr expr, llvm::SmallBitVector &symbols);

class StageCuts {
public:
  explicit StageCuts(mlir::func::FuncOp main);

  /// What one stage computes, in order. All else depends on constants and sizes
  /// alone, and each stage that reads it computes it for itself.
  llvm::ArrayRef<mlir::Operation *> getOps() const { return ops; }
  /// The place in that order; none for a block argument or what is copied.
  std::optional<unsigned> getPlace(mlir::Operation *op) const;
  std::optional<unsigned> getPlace(mlir::Value value) const {
    return getPlace(value.getDefiningOp());
  }
  int64_t getBytes(mlir::Value value) const;
  /// Between how many neighbours a cut may be.
  unsigned countPlaces() const;
  /// The first op of each stage, and behind them the number of all ops: the
  /// fewest bytes over all cuts for which the longest stage takes little more
  /// than it has to. Empty where there are too few places.
  llvm::SmallVector<unsigned> choose(unsigned numStages) const;

private:
  mlir::func::FuncOp main;
  llvm::SmallVector<mlir::Operation *> ops;
  llvm::DenseMap<mlir::Operation *, unsigned> places;
  llvm::SmallVector<int64_t> sizes;
  /// Work of the ops before a place, and bytes over a cut there; -1 where there
  /// can be none.
  llvm::SmallVector<int64_t> workBefore, bytesAt;

  void assumeSizes();
  int64_t evaluate(mlir::AffineExpr expr) const;
  int64_t countWork(mlir::Operation *op) const;
  void countBytes();
  void keepReaders();
  void forbid(unsigned from, unsigned to);
  std::optional<unsigned> countStages(int64_t mostWork) const;
  int64_t findLeastWork(unsigned numStages) const;
};

} // namespace onnxc

#endif // ONNXC_PASSES_GRAPH_STAGECUTS_H
