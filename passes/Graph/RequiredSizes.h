//===- RequiredSizes.h - Sizes that an operator needs to agree ------------===//
//
// An operator's result types follow from some sizes of its operands; its loops
// rely on others as well: the columns of W on the features of X, the shape of
// the updates on that of the indices. What contradicts itself is refused here,
// and what depends on free dimensions is noted, to be checked before it runs.
// In a branch or a loop's body, which may not run, a contradiction is noted
// like that, too, as two numbers that are never equal.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_GRAPH_REQUIREDSIZES_H
#define ONNXC_PASSES_GRAPH_REQUIREDSIZES_H

#include "dialects/onnx/SymbolicShape.h"
#include "mlir/IR/Operation.h"

namespace onnxc {

/// Collects what one operator requires.
class SizeRequirements {
public:
  /// `note` is given two expressions that have to be equal.
  using Note = llvm::function_ref<void(mlir::AffineExpr, mlir::AffineExpr)>;
  SizeRequirements(mlir::Operation *op, bool mayNotRun, Note note)
      : op(op), mayNotRun(mayNotRun), note(note) {}

  /// What has no value, or no shape yet, requires nothing.
  void rank(llvm::StringRef name, mlir::Value value, size_t rank);
  void size(llvm::StringRef name, mlir::Value value, unsigned dim,
            mlir::AffineExpr needed);
  void shape(llvm::StringRef name, mlir::Value value,
             llvm::ArrayRef<mlir::AffineExpr> needed);
  /// The value broadcasts to the shape, and does not enlarge it.
  void broadcast(llvm::StringRef name, mlir::Value value,
                 llvm::ArrayRef<mlir::AffineExpr> shape);
  void equal(mlir::AffineExpr size, mlir::AffineExpr needed,
             const llvm::Twine &what);
  void atMost(mlir::AffineExpr size, mlir::AffineExpr limit,
              const llvm::Twine &what);
  void notNegative(mlir::AffineExpr size, const llvm::Twine &what);
  void fail(const llvm::Twine &message);

  mlir::AffineExpr constant(int64_t value) const;
  bool hasFailed() const { return failed; }

private:
  mlir::Operation *op;
  bool mayNotRun;
  Note note;
  bool failed = false;
};

/// All but what the types of elementwise operators, joins and matrix products
/// say.
void requireSizes(mlir::Operation *op, SizeRequirements &r);
/// That indices known now lie in the dimension they index, and that there is
/// something to index.
void requireIndices(mlir::Operation *op, SizeRequirements &r);

} // namespace onnxc

#endif // ONNXC_PASSES_GRAPH_REQUIREDSIZES_H
