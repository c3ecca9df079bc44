//===- Import.h - From an .onnx file to the onnx dialect ------------------===//
//
// The only door between onnx's library (protobuf, exceptions) and the rest:
// nothing of it is visible here, and nothing is thrown past it.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_IMPORT_IMPORT_H
#define ONNXC_COMPILER_IMPORT_IMPORT_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include <string>
#include <utility>

namespace onnxc {

/// The bounds that --dim gives a symbolic dimension. Equal bounds fix it; a
/// maximum of -1 means that there is none.
struct DimBinding {
  int64_t min = 0;
  int64_t max = -1;
  bool isFixed() const { return min == max; }
};

/// Whether a domain is one of ONNX's own: another may begin like them.
bool isOnnxDomain(llvm::StringRef domain);

/// An operator that a function of the application computes, as --custom-op
/// says.
struct CustomOperator {
  std::string domain, name;
  /// What the application calls the function.
  std::string function;
  /// What outputs are, as CustomRule.h reads it; the model states the rest.
  llvm::SmallVector<std::string> rules;

  std::string str() const { return domain + "::" + name; }
};

struct ImportOptions {
  llvm::SmallVector<std::pair<std::string, DimBinding>> dims;
  /// Input name and shape; ShapedType::kDynamic leaves a size as it is.
  llvm::SmallVector<std::pair<std::string, llvm::SmallVector<int64_t>>> shapes;
  /// Input name and elements, as numbers in text: the input is that constant.
  llvm::SmallVector<std::pair<std::string, llvm::SmallVector<std::string>>>
      values;
  /// How many channels are in a block of com.microsoft.nchwc; 0 finds out.
  int64_t nchwcBlock = 0;
  llvm::SmallVector<CustomOperator> customOperators;
  /// Files with bodies of functions that the model lacks.
  llvm::SmallVector<std::string> functionFiles;
};

/// The files beside the model that were read: its external data, and those of
/// functions.
using ExternalFiles = llvm::SmallVector<std::string>;

/// Facts of the file for people, counted before any change.
struct ModelFacts {
  std::string producer, producerVersion, domain, graphName, doc;
  int64_t irVersion = 0, modelVersion = 0;
  llvm::SmallVector<std::pair<std::string, int64_t>> opsets;
  llvm::SmallVector<std::pair<std::string, std::string>> metadata;
  int64_t numNodes = 0, numParameters = 0, numParameterBytes = 0;
};

/// Reads a model: @main in the newest opset, its symbols in `onnx.symbols`,
/// their bounds (minimum and maximum of each, -1 for none) in
/// `onnx.symbol_bounds`. Everything wrong with the model is reported as
/// diagnostics that ModelDiagnostics.h prints. An op's location is
/// NameLoc(node, NameLoc(operator, FILE:NUMBER)).
llvm::FailureOr<mlir::OwningOpRef<mlir::ModuleOp>>
importModel(llvm::StringRef path, const ImportOptions &options,
            mlir::MLIRContext &context, ExternalFiles &files,
            ModelFacts *facts = nullptr);

/// The facts alone: it works for models that cannot be compiled, too.
llvm::FailureOr<ModelFacts> readModelFacts(llvm::StringRef path,
                                           mlir::MLIRContext &context);

} // namespace onnxc

#endif // ONNXC_COMPILER_IMPORT_IMPORT_H
