//===- ModelInterface.h - A model as its callers see it -------------------===//
//
// Inputs, outputs, symbols and descriptions: what the descriptor and the header
// tell. It is read from the module while @main has its types.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_CODEGEN_MODELINTERFACE_H
#define ONNXC_CODEGEN_MODELINTERFACE_H

#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/BuiltinOps.h"
#include <optional>
#include <string>
#include <vector>

namespace onnxc {

struct TensorInterface {
  std::string name;
  std::string doc;
  /// onnxc_dtype of onnxc/runtime.h.
  int32_t dtype = 0;
  /// onnxc_part of onnxc/runtime.h.
  int32_t part = 0;
  /// Over the model's symbols.
  llvm::SmallVector<mlir::AffineExpr, 4> dims;

  /// Symbol k when dimension `i` is just that.
  std::optional<unsigned> getSymbol(unsigned i) const;
  bool isStatic() const;
};

struct SymbolInterface {
  std::string name;
  int64_t min = 0;
  /// -1 where there is no bound.
  int64_t max = -1;
  /// Known only while the model runs.
  bool fromData = false;
};

/// A kernel call that a profiler is told of.
struct StepInterface {
  std::string nodes;
  std::string kernel;
};

/// A function that the application defines for custom operators, or a library
/// of the runtime, whose header declares it.
struct FunctionInterface {
  struct Tensor {
    std::string name;
    /// 0 where the function is given null.
    int32_t dtype = 0;
    int64_t rank = 0;
  };
  /// For the application, for the linker, and for a comment.
  std::string name, symbol, users;
  std::vector<Tensor> inputs, outputs;
  /// Name and kind, as FLOAT or INTS.
  std::vector<std::pair<std::string, std::string>> attributes;
  /// It tells sizes of the outputs, and writes nothing else.
  bool tellsSizes = false;

  /// Its name is fixed.
  bool isOfLibrary() const { return name == symbol; }
};

struct ModelInterface {
  std::string name;
  std::string producer;
  std::string doc;
  std::vector<std::pair<std::string, std::string>> metadata;
  std::vector<TensorInterface> inputs;
  std::vector<TensorInterface> outputs;
  std::vector<SymbolInterface> symbols;
  /// Empty without --profile.
  std::vector<StepInterface> steps;
  std::vector<FunctionInterface> functions;

  /// Whether a dimension of this tensor depends on data.
  bool dependsOnData(const TensorInterface &tensor) const;
  /// Whether some output depends on data, so that the run allocates it.
  bool needsAllocator() const;
  /// Whether all sizes are constants.
  bool isStatic() const { return symbols.empty(); }
};

/// Reads @main, or where it is gone what keepModelInterface() has left. Reports
/// what cannot be an input or output of a compiled model.
mlir::FailureOr<ModelInterface> readModelInterface(mlir::ModuleOp module);

/// Keeps what of @main tells the interface as the module's `plan.interface`,
/// for when @main is gone.
void keepModelInterface(mlir::ModuleOp module);

} // namespace onnxc

#endif // ONNXC_CODEGEN_MODELINTERFACE_H
