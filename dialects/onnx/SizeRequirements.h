//===- SizeRequirements.h - Sizes that an operator needs to agree ---------===//
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

#ifndef ONNXC_DIALECTS_ONNX_SIZEREQUIREMENTS_H
#define ONNXC_DIALECTS_ONNX_SIZEREQUIREMENTS_H

#include "dialects/onnx/SymbolicShape.h"
#include "mlir/IR/Operation.h"

namespace onnxc::onnx {

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
  /// Or the size is 1.
  void sameOrOne(mlir::AffineExpr size, mlir::AffineExpr needed,
                 const llvm::Twine &what);
  void equal(mlir::AffineExpr size, mlir::AffineExpr needed,
             const llvm::Twine &what);
  void atMost(mlir::AffineExpr size, mlir::AffineExpr limit,
              const llvm::Twine &what);
  void notNegative(mlir::AffineExpr size, const llvm::Twine &what);
  void positive(mlir::AffineExpr size, const llvm::Twine &what);
  /// `of` is positive.
  void multiple(mlir::AffineExpr size, int64_t of, const llvm::Twine &what);
  void fail(const llvm::Twine &message);

  // What several families need.

  /// No size of a result is negative.
  void notNegative(mlir::Value result);
  /// A scalar, or a list of one.
  void single(llvm::StringRef name, mlir::Value value);
  /// A scalar or a list, of one element or one for each of `size`.
  void oneOrEach(llvm::StringRef name, mlir::Value value,
                 mlir::AffineExpr size);
  /// The last size consists of as many heads.
  void heads(llvm::StringRef name, mlir::AffineExpr size, int64_t heads);
  /// The inner sizes of a matrix product agree.
  void innerSizes(mlir::Value left, mlir::Value right);
  /// The result has no elements, or the dimension it is computed from has.
  void element(mlir::AffineExpr size, mlir::Value result);
  /// The same for all dimensions of the data from `from` on.
  void elements(mlir::Value data, unsigned from, mlir::Value result);
  /// Indices reach no further than the data in all dimensions but `axis`.
  void within(mlir::Value data, mlir::Value indices, int64_t axis);

  // Indices that are constants, or expressions over sizes, are checked: now
  // where the dimension has a known size, before the model runs where it is
  // free. Those that are data are limited by the kernels to the dimension,
  // which therefore must not be empty.

  /// Of `indices`, the elements from `first` on, every `stride`-th, index a
  /// dimension of `size`.
  void indices(mlir::Value indices, int64_t first, int64_t stride,
               mlir::AffineExpr size);
  void indicesAlong(mlir::Value data, mlir::Value indices, int64_t axis);
  /// Tuples of indices, the first into dimension `from` of the data.
  void indexTuples(mlir::Value data, mlir::Value indices, int64_t from);

  mlir::AffineExpr constant(int64_t value) const;
  bool hasFailed() const { return failed; }

private:
  void index(mlir::AffineExpr least, mlir::AffineExpr greatest,
             mlir::AffineExpr size);

  mlir::Operation *op;
  bool mayNotRun;
  Note note;
  bool failed = false;
};

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_SIZEREQUIREMENTS_H
