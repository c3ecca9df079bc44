//===- CustomNodes.h - Nodes that the application computes ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_IMPORT_CUSTOMNODES_H
#define ONNXC_COMPILER_IMPORT_CUSTOMNODES_H

#include "compiler/Import/Build.h"

namespace onnxc {

/// The types that a model states for the outputs of such nodes, whose free
/// sizes may be named as those of inputs are.
class StatedTypes {
public:
  StatedTypes(const ::onnx::GraphProto &graph, const Signature &signature);

  /// Null where the model does not say all; `why` then tells what it lacks.
  mlir::Type get(mlir::MLIRContext *context, llvm::StringRef value,
                 std::string &why) const;

  /// Whether a run may have other sizes than the next.
  bool hasFreeSizes = false;

private:
  void record(const ::onnx::GraphProto &graph);

  llvm::StringMap<const ::onnx::TypeProto *> types;
  llvm::StringMap<mlir::AffineExpr> sizes;
};

/// Builds the onnx.CustomCall of a node. `lookup` gives the value of a name.
llvm::FailureOr<mlir::Operation *>
buildCustomCall(Model &model, const CustomOperator &custom,
                ::onnx::NodeProto &node, mlir::Location loc,
                const StatedTypes &stated, mlir::OpBuilder &b,
                llvm::function_ref<mlir::Value(llvm::StringRef)> lookup);

} // namespace onnxc

#endif // ONNXC_COMPILER_IMPORT_CUSTOMNODES_H
