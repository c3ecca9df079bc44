//===- OpTraits.h - What the classes of onnx ops share --------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_OPTRAITS_H
#define ONNXC_DIALECTS_ONNX_OPTRAITS_H

#include "dialects/onnx/OpenTypes.h"
#include "dialects/onnx/SymbolicShape.h"
#include "mlir/IR/OpDefinition.h"

namespace onnxc::onnx {

template <typename Op>
class OnnxOpTrait : public mlir::OpTrait::TraitBase<Op, OnnxOpTrait> {};

template <typename Op>
class InferTypes : public mlir::OpTrait::TraitBase<Op, InferTypes> {};

// How an op groups with others into a kernel; OnnxBase.td describes them.
template <typename Op>
class IsView : public mlir::OpTrait::TraitBase<Op, IsView> {};
template <typename Op>
class FusesConsumers : public mlir::OpTrait::TraitBase<Op, FusesConsumers> {};
template <typename Op>
class FusesProducers : public mlir::OpTrait::TraitBase<Op, FusesProducers> {};

/// Evaluates an elementwise op on integers, with numpy's broadcasting; for
/// ShapeArithmeticOp::evaluate.
std::optional<Dims> evaluateElementwise(
    mlir::Operation *op, llvm::ArrayRef<std::optional<Dims>> operands,
    llvm::function_ref<
        std::optional<mlir::AffineExpr>(llvm::ArrayRef<mlir::AffineExpr>)>
        compute);

/// Infers one result that broadcasts the operands.
mlir::LogicalResult inferElementwise(std::optional<mlir::Location> loc,
                                     mlir::ValueRange operands,
                                     mlir::Type elementType,
                                     mlir::SmallVectorImpl<mlir::Type> &types);

/// The result broadcasts the operands, with the first one's element type.
template <typename Op>
class InferLikeFirst : public mlir::OpTrait::TraitBase<Op, InferLikeFirst> {
public:
  static mlir::LogicalResult
  inferReturnTypes(mlir::MLIRContext *, std::optional<mlir::Location> loc,
                   mlir::ValueRange operands, mlir::DictionaryAttr,
                   mlir::OpaqueProperties, mlir::RegionRange,
                   mlir::SmallVectorImpl<mlir::Type> &types) {
    if (operands.empty())
      return emitOptionalError(loc, "needs an operand");
    return inferElementwise(loc, operands, getElementType(operands.front()),
                            types);
  }
};

/// The result broadcasts the operands, with the last one's element type.
template <typename Op>
class InferLikeLast : public mlir::OpTrait::TraitBase<Op, InferLikeLast> {
public:
  static mlir::LogicalResult
  inferReturnTypes(mlir::MLIRContext *, std::optional<mlir::Location> loc,
                   mlir::ValueRange operands, mlir::DictionaryAttr,
                   mlir::OpaqueProperties, mlir::RegionRange,
                   mlir::SmallVectorImpl<mlir::Type> &types) {
    if (operands.empty())
      return emitOptionalError(loc, "needs an operand");
    return inferElementwise(loc, operands, getElementType(operands.back()),
                            types);
  }
};

/// The result broadcasts the operands and is bool.
template <typename Op>
class InferBool : public mlir::OpTrait::TraitBase<Op, InferBool> {
public:
  static mlir::LogicalResult inferReturnTypes(
      mlir::MLIRContext *context, std::optional<mlir::Location> loc,
      mlir::ValueRange operands, mlir::DictionaryAttr, mlir::OpaqueProperties,
      mlir::RegionRange, mlir::SmallVectorImpl<mlir::Type> &types) {
    return inferElementwise(loc, operands, mlir::IntegerType::get(context, 1),
                            types);
  }
};

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_OPTRAITS_H
