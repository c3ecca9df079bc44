//===- Build.h - The importer's steps from the protobuf to MLIR -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_IMPORT_BUILD_H
#define ONNXC_COMPILER_IMPORT_BUILD_H

#include "compiler/Import/Model.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OperationSupport.h"

namespace onnxc {

/// The inputs of @main with their symbols.
struct Signature {
  llvm::SmallVector<const ::onnx::ValueInfoProto *> inputs;
  llvm::SmallVector<mlir::Type> types;
  llvm::SmallVector<std::string> symbols;
  /// Minimum and maximum of each symbol.
  llvm::SmallVector<int64_t> bounds;
  /// Inputs that --value makes constants.
  llvm::SmallVector<std::pair<const ::onnx::ValueInfoProto *, Constant>>
      constants;
};

/// Some exporters write "?" for every size they do not know.
inline bool isAnonymous(const std::string &symbol) {
  return symbol.empty() || symbol == "?";
}

/// Signature.cpp: the model's inputs under the user's --dim, --shape and
/// --value.
llvm::FailureOr<Signature> buildSignature(Model &model,
                                          const ImportOptions &options);

/// Attributes.cpp: all attributes of a node but its graphs.
llvm::LogicalResult convertAttributes(Model &model, ::onnx::NodeProto &node,
                                      mlir::NamedAttrList &attributes);
/// The value of a Constant node in any of its forms.
llvm::FailureOr<Constant> convertConstant(Model &model,
                                          ::onnx::NodeProto &node);

/// CheckTypes.cpp: whether the operator takes inputs of these types, null for
/// one that is left out.
llvm::LogicalResult checkTypes(const Model &model,
                               const ::onnx::NodeProto &node,
                               mlir::Location loc,
                               llvm::ArrayRef<mlir::Type> types);

} // namespace onnxc

#endif // ONNXC_COMPILER_IMPORT_BUILD_H
