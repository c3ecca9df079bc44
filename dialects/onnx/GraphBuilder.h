//===- GraphBuilder.h - Short graphs of onnx ops --------------------------===//
//
// Expansions of ops are written with it. Types need not be known while a graph
// is built; shape inference finds them.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_GRAPHBUILDER_H
#define ONNXC_DIALECTS_ONNX_GRAPHBUILDER_H

#include "dialects/onnx/SymbolicShape.h"
#include "mlir/IR/Builders.h"

namespace onnxc::onnx {

struct GraphBuilder {
  mlir::OpBuilder &b;
  mlir::Location loc;

  // Constants: a list of i64, and single numbers of rank 0.
  mlir::Value ints(llvm::ArrayRef<int64_t> ints);
  mlir::Value repeat(int64_t value, int64_t count);
  mlir::Value iota(int64_t count);
  mlir::Value number(double value, mlir::Type element);
  mlir::Value integer(int64_t value);
  /// A constant of this shape, rounded to a float type.
  mlir::Value floats(llvm::ArrayRef<float> values,
                     llvm::ArrayRef<int64_t> shape, mlir::Type element);
  /// Sizes as expressions, a list.
  mlir::Value dims(llvm::ArrayRef<mlir::AffineExpr> dims);

  /// The sizes of all dimensions; of one, as a list of one.
  mlir::Value shape(mlir::Value data);
  mlir::Value size(mlir::Value data, int64_t dim);
  /// The number of elements, a list of one.
  mlir::Value count(mlir::Value data);
  mlir::Value cast(mlir::Value x, mlir::Type element);
  /// A scalar or a list of one as a list of one i64.
  mlir::Value list(mlir::Value x);

  mlir::Value add(mlir::Value l, mlir::Value r);
  mlir::Value sub(mlir::Value l, mlir::Value r);
  mlir::Value mul(mlir::Value l, mlir::Value r);
  mlir::Value div(mlir::Value l, mlir::Value r);
  mlir::Value mod(mlir::Value l, mlir::Value r);
  mlir::Value max(mlir::Value l, mlir::Value r);
  mlir::Value min(mlir::Value l, mlir::Value r);
  mlir::Value neg(mlir::Value x);
  mlir::Value less(mlir::Value l, mlir::Value r);
  mlir::Value lessOrEqual(mlir::Value l, mlir::Value r);
  mlir::Value equal(mlir::Value l, mlir::Value r);
  mlir::Value both(mlir::Value l, mlir::Value r);
  mlir::Value either(mlir::Value l, mlir::Value r);
  mlir::Value select(mlir::Value condition, mlir::Value l, mlir::Value r);
  mlir::Value exp(mlir::Value x);
  mlir::Value log(mlir::Value x);
  mlir::Value cos(mlir::Value x);
  mlir::Value sin(mlir::Value x);
  mlir::Value floor(mlir::Value x);
  mlir::Value matmul(mlir::Value l, mlir::Value r);
  mlir::Value product(mlir::Value list);
  mlir::Value sum(mlir::Value x, int64_t axis, bool keepdims = false);

  mlir::Value reshape(mlir::Value x, mlir::Value shape);
  /// Sizes of 0 are 0, not the input's.
  mlir::Value reshape(mlir::Value x, llvm::ArrayRef<int64_t> shape);
  mlir::Value transpose(mlir::Value x, llvm::ArrayRef<int64_t> perm);
  mlir::Value concat(llvm::ArrayRef<mlir::Value> parts, int64_t axis);
  mlir::Value gather(mlir::Value x, mlir::Value indices, int64_t axis);
  /// [from, to) of an axis; both are lists of one.
  mlir::Value slice(mlir::Value x, mlir::Value from, mlir::Value to,
                    int64_t axis);
  /// The elements of `values` at places of a list.
  mlir::Value scatter(mlir::Value into, mlir::Value places, mlir::Value values);
  /// 0, 1, ... below a list of one.
  mlir::Value range(mlir::Value count);
  mlir::Value expand(mlir::Value x, mlir::Value shape);
};

/// Ends an expansion: the op has a form that is refused. Nothing else is said
/// of it.
llvm::SmallVector<mlir::Value> refuseExpansion(mlir::Operation *op,
                                               const llvm::Twine &why);

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_GRAPHBUILDER_H
