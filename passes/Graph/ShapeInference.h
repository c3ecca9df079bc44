//===- ShapeInference.h - One walk over a function's ops ------------------===//
//
// What infer-shapes does, whose file says what comes of it. The walk is in
// ShapeInference.cpp, a job of it in each of the others.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_GRAPH_SHAPEINFERENCE_H
#define ONNXC_PASSES_GRAPH_SHAPEINFERENCE_H

#include "dialects/onnx/ControlFlowOps.h"
#include "dialects/onnx/ShapeOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/MapVector.h"

namespace onnxc {

class ShapeInference {
public:
  explicit ShapeInference(mlir::func::FuncOp function) : function(function) {}

  mlir::LogicalResult run();

  // What the inference of sub-graphs asks for (ControlFlowShapes.h).

  mlir::LogicalResult inferBlock(mlir::Block &block);
  mlir::LogicalResult inferOp(mlir::Operation *op);
  /// A new symbol for an element of an integer tensor.
  mlir::AffineExpr defineSymbol(mlir::OpBuilder &b, mlir::Location loc,
                                mlir::Value tensor, int64_t element);
  /// A symbol that nothing defines, until those from `number` on are forgotten.
  mlir::AffineExpr addSymbol(const llvm::Twine &name);
  size_t getSymbolCount() const { return symbols.size(); }
  void forgetSymbols(size_t number);
  /// The size without symbols that stand for a broadcast of others.
  mlir::AffineExpr getDefinition(mlir::AffineExpr size) const;
  /// A run has to find the sizes equal before the op.
  void noteEqual(mlir::Operation *op, mlir::AffineExpr l, mlir::AffineExpr r);
  /// Compiles the model for those sizes of its inputs only that lead to one
  /// branch; others are refused when the model runs. False, and nothing done,
  /// where the condition is not one on sizes.
  bool assumeBranch(onnx::IfOp op, bool takesThen);
  /// Infers both branches. One that the sizes make impossible becomes a branch
  /// that ends the run; an error where both are.
  mlir::LogicalResult inferBranches(onnx::IfOp op);
  /// Before a copy that is thrown away, or a branch that no run takes, goes.
  void forgetRunTimeSequences(mlir::Region &region);
  /// An error where there are any.
  mlir::LogicalResult refuseRunTimeSequences();
  /// Replaces an If by what is in one of its branches.
  mlir::LogicalResult inlineBranch(onnx::IfOp op, bool condition);

private:
  mlir::func::FuncOp function;
  llvm::SmallVector<mlir::Attribute> symbols;
  unsigned numInputSymbols = 0;
  /// Pairs that a run has to find equal, and the node that needs it first.
  llvm::MapVector<std::pair<mlir::AffineExpr, mlir::AffineExpr>,
                  mlir::StringAttr>
      equalSizes;
  /// What symbols that stand for broadcast sizes are broadcast of.
  llvm::MapVector<mlir::AffineExpr, onnx::Dims> broadcastSizes;
  /// Ops that need to know a rank of a sequence's tensors, and what is computed
  /// from them.
  llvm::SmallVector<mlir::Operation *> runTimeSequences;
  llvm::DenseSet<mlir::Value> unknown;

  mlir::MLIRContext *getContext() const {
    return mlir::func::FuncOp(function).getContext();
  }
  static bool isInMain(mlir::Operation *op);

  // The walk.
  mlir::FailureOr<mlir::Operation *> inferControlFlow(mlir::Operation *op);
  mlir::LogicalResult inferBetween(mlir::Operation *before,
                                   mlir::Operation *op);
  mlir::FailureOr<bool> expand(onnx::ExpandingOp op);
  bool foldShapeArithmetic(mlir::Operation *op);
  mlir::LogicalResult refuseUnknownShape(mlir::OpResult result);
  void updateSignature();

  // RunTimeSizes.cpp
  mlir::LogicalResult castShapeOperands(onnx::ShapeOperandsOp op);
  mlir::LogicalResult pinListLengths(onnx::ListOperandsOp op);
  void defineShapeOperands(onnx::ShapeOperandsOp op);
  mlir::LogicalResult resolveRunTimeShape(onnx::ReshapeOp op);
  mlir::LogicalResult defineDataDependentSizes(onnx::DataDependentShapeOp op);

  // EqualSizes.cpp
  mlir::LogicalResult checkRequirements(mlir::Operation *op);
  void pinUnitSizes(mlir::Operation *op);
  void noteEqualSizes(mlir::Operation *op);

  // BroadcastSizes.cpp
  onnx::Dims getParts(mlir::AffineExpr size) const;
  bool areTakenAsEqual(mlir::AffineExpr a, mlir::AffineExpr b) const;
  mlir::AffineExpr broadcastSize(mlir::AffineExpr a, mlir::AffineExpr b);
  mlir::LogicalResult alignOperands(mlir::Operation *op);
  mlir::LogicalResult alignOperand(mlir::OpOperand &operand,
                                   llvm::ArrayRef<mlir::AffineExpr> target);
  void alignShape(onnx::ExpandOp op);
  mlir::LogicalResult alignBatch(mlir::Operation *op,
                                 llvm::ArrayRef<mlir::OpOperand *> factors);
  void pinDiagonal(mlir::OpOperand &operand, onnx::Dims &dims,
                   llvm::ArrayRef<unsigned> labels);
  mlir::LogicalResult alignSubscripts(mlir::Operation *einsum);
  void addTo(onnx::Dims &shape, llvm::ArrayRef<mlir::AffineExpr> sizes);
  void writeEqualSizes();

  // BranchShapes.cpp
  mlir::AffineExpr getConditionOnInputs(onnx::IfOp op);
  void refuseBranch(mlir::Region &branch, mlir::Block &other,
                    size_t numSymbols);

  // RunTimeSequences.cpp
  void addRunTimeSequence(mlir::Operation *op);
  bool dependsOnRunTimeSequence(mlir::Operation *op);
};

} // namespace onnxc

#endif // ONNXC_PASSES_GRAPH_SHAPEINFERENCE_H
