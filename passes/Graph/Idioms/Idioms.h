//===- Idioms.h - What exporters write for an operator --------------------===//
//
// An idiom is a few ops that together are one operator of the dialect, as an
// exporter wrote it that did not have the operator:
//
//   Mul(x, Sigmoid(x))  ->  Swish(x)
//
// Each has a file in this folder, NAME.cpp, that adds its patterns by
// populateNAMEIdiom. A pattern matches the last op and what it is computed
// from, down to the operands of the new op (the leaves). Nothing between them
// may be used elsewhere: it would be computed twice.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_GRAPH_IDIOMS_IDIOMS_H
#define ONNXC_PASSES_GRAPH_IDIOMS_IDIOMS_H

#include "dialects/onnx/MathOps.h"
#include "dialects/onnx/SymbolicShape.h"
#include "mlir/IR/PatternMatch.h"

namespace onnxc {

/// The value of a constant of one element, or of a Cast of one.
std::optional<double> getScalar(mlir::Value value);
/// Whether it is this number, as near as its type can hold it.
bool isScalar(mlir::Value value, double number);
bool isNear(double given, double number, mlir::Type elementType);

/// A product, taken apart: the constants multiplied, and the other factors. A
/// factor that is used more than once is not taken apart.
struct Factors {
  double constant = 1;
  llvm::SmallVector<mlir::Value> values;

  /// The factor that is not `value`, where there are just these two.
  mlir::Value getOther(mlir::Value value) const;
  /// Whether it is `value` this many times, and nothing else.
  bool isPower(mlir::Value value, size_t exponent) const;
};
Factors getFactors(mlir::Value product);

/// Of a sum with this constant, the other operand; null for others.
mlir::Value matchPlus(mlir::Value sum, double constant);

/// Whether the elements are floats that an idiom is recognised for.
bool isFloat(mlir::Value value);
/// Whether an attribute of 32 bits can hold the number for these elements.
bool fitsAttribute(double number, mlir::Value value);

/// The ops from `last` up to the leaves, constants aside; none where one but
/// the last has a user beyond them.
std::optional<llvm::SmallVector<mlir::Operation *>>
getBody(mlir::Operation *last, llvm::ArrayRef<mlir::Value> leaves);

/// Replaces the idiom that ends in `last` by what `build` makes at its place.
/// Fails where a value between is used elsewhere, or the type would be another.
llvm::LogicalResult
replaceIdiom(mlir::PatternRewriter &b, mlir::Operation *last,
             llvm::ArrayRef<mlir::Value> leaves,
             llvm::function_ref<mlir::Value(mlir::Location)> build);

// populateNAMEIdiom(patterns) of each file NAME.cpp: CMake lists them.
#include "passes/Graph/Idioms/IdiomDecls.inc"

} // namespace onnxc

#endif // ONNXC_PASSES_GRAPH_IDIOMS_IDIOMS_H
