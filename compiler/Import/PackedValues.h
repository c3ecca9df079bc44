//===- PackedValues.h - What is no tensor at the model's border -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_IMPORT_PACKEDVALUES_H
#define ONNXC_COMPILER_IMPORT_PACKEDVALUES_H

#include "compiler/Import/Model.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace onnxc {

/// An input that is no tensor.
struct PackedInput {
  std::string name;
  bool isOptional = false, isSequence = false, isMap = false;
  /// What the model states of the tensors' sizes, -1 for a free one; none where
  /// it states no rank.
  std::optional<llvm::SmallVector<int64_t>> sizes;

  unsigned getNumTensors() const { return isOptional && isSequence ? 3 : 2; }
  std::string getFirstName() const {
    return name + (isMap ? ".keys" : ".values");
  }
};

/// Whether such a value is held by tensors: a map, but no list of maps.
bool isPacked(const ::onnx::TypeProto &type);

/// Puts tensors in place of the graph's inputs that are sequences or optionals:
/// NAME.values, NAME.shapes and for an optional sequence NAME.present; and of
/// those that are maps: NAME.keys, NAME.values.
std::vector<PackedInput> packInputs(Model &model);

/// The value that such tensors, arguments of @main, stand for. A run ends where
/// they do not belong together.
mlir::Value buildInput(mlir::OpBuilder &b, mlir::Location loc,
                       const PackedInput &input, mlir::ValueRange tensors);
/// Says of these arguments, from the first on, what they are.
void markInput(mlir::func::FuncOp function, unsigned first,
               const PackedInput &input);

/// One tensor of an output: its name and what it is (onnxc_part).
struct OutputPart {
  std::string name;
  int32_t part = 0;
};
/// The tensors that leave the model for an output, its own where it is one.
llvm::SmallVector<mlir::Value>
buildOutput(mlir::OpBuilder &b, mlir::Location loc, llvm::StringRef name,
            mlir::Value value, std::vector<OutputPart> &parts);

} // namespace onnxc

#endif // ONNXC_COMPILER_IMPORT_PACKEDVALUES_H
