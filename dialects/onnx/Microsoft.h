//===- Microsoft.h - What onnxruntime's operators share -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_MICROSOFT_H
#define ONNXC_DIALECTS_ONNX_MICROSOFT_H

#include "dialects/onnx/GraphBuilder.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/OpDefinition.h"

// Results of an operator that shape inference replaces: as many as it has, of
// the element type of an operand. CHECK says whether the types may be so.
#define ONNXC_INFER_OPEN(OP, OPERAND, RESULTS, CHECK)                          \
  LogicalResult OP::inferReturnTypes(                                          \
      MLIRContext *, std::optional<Location> loc, Adaptor adaptor,             \
      SmallVectorImpl<Type> &types) {                                          \
    if (failed(checkOperands<OP>(loc, adaptor)))                               \
      return failure();                                                        \
    types.assign(RESULTS, getUnrankedType(onnxc::onnx::getElementType(         \
                              adaptor.get##OPERAND())));                       \
    return CHECK;                                                              \
  }
#define ONNXC_INFER_ELEMENT(OP, OPERAND, RESULTS)                              \
  ONNXC_INFER_OPEN(OP, OPERAND, RESULTS, success())
// The same of one that computes in floats of one type.
#define ONNXC_INFER_FLOAT(OP, OPERAND, RESULTS)                                \
  ONNXC_INFER_OPEN(                                                            \
      OP, OPERAND, RESULTS,                                                    \
      checkFloats(loc, adaptor.get##OPERAND(), adaptor.getOperands()))

namespace onnxc::onnx {

class SizeRequirements;

/// Whether an op has that number of operands, or at least that.
template <typename Op, unsigned N> constexpr bool needsOperands() {
  using namespace mlir::OpTrait;
  if constexpr (N == 1) {
    if (Op::template hasTrait<OneOperand>())
      return true;
  } else if (Op::template hasTrait<NOperands<N>::template Impl>()) {
    return true;
  }
  return Op::template hasTrait<AtLeastNOperands<N>::template Impl>();
}

/// How many operands an op without segments has at least; none has over nine.
template <typename Op, unsigned N = 9> constexpr size_t countNeededOperands() {
  if constexpr (N == 0)
    return 0;
  else
    return needsOperands<Op, N>() ? N : countNeededOperands<Op, N - 1>();
}

/// Whether the operands are there that inference reads, all of them tensors. An
/// op with segments says which it needs: `kSlots` has a 1 for each of them.
template <typename Op, typename Adaptor>
mlir::LogicalResult checkOperands(std::optional<mlir::Location> loc,
                                  Adaptor &adaptor) {
  mlir::ValueRange operands = adaptor.getOperands();
  bool isComplete = operands.size() >= countNeededOperands<Op>();
  if constexpr (Op::template hasTrait<
                    mlir::OpTrait::AttrSizedOperandSegments>())
    for (auto [segment, slot] :
         llvm::zip(adaptor.getProperties().operandSegmentSizes, Op::kSlots))
      isComplete &= segment == 1 || (segment == 0 && slot == '0');
  if (!isComplete)
    return mlir::emitOptionalError(loc, "an input that it needs is left out");
  for (mlir::Value operand : operands)
    if (!llvm::isa<mlir::TensorType>(operand.getType()))
      return mlir::emitOptionalError(loc, "an input is ", operand.getType(),
                                     ", not a tensor");
  return mlir::success();
}

/// The operand is of floats, and all others of floats are of the same. onnx has
/// no schemas of these operators that types could be checked with.
mlir::LogicalResult checkFloats(std::optional<mlir::Location> loc,
                                mlir::Value operand, mlir::ValueRange operands);

/// What Fused operators do at their end. The parameters are alpha and beta of
/// LeakyRelu and HardSigmoid, or the ends of Clip; the operators' defaults
/// where there are none. Null for an unknown name.
mlir::Value activate(GraphBuilder &g, mlir::Value x, llvm::StringRef name,
                     llvm::ArrayRef<float> parameters);

/// x, of a rank that its type need not tell yet, with its channels behind the
/// batch, or last again.
mlir::Value moveChannelsFirst(GraphBuilder &g, mlir::Value x, int64_t rank);
mlir::Value moveChannelsLast(GraphBuilder &g, mlir::Value x, int64_t rank);

/// Elements of 2, 4 or 8 bits that share bytes or words along the last
/// dimension, the first in the lowest bits. `shape` has that dimension in full.
mlir::Value unpack(GraphBuilder &g, mlir::Value bytes, int64_t bits,
                   llvm::ArrayRef<mlir::AffineExpr> shape);

/// Gelu by the error function, or by its approximation with tanh.
mlir::Value gelu(GraphBuilder &g, mlir::Value x, bool isApproximate);
/// x * sigmoid(alpha * x)
mlir::Value swish(GraphBuilder &g, mlir::Value x, float alpha);

/// Operands are lists of an element for each of x's last dimension.
void requireLists(
    SizeRequirements &r, mlir::Value x,
    llvm::ArrayRef<std::pair<llvm::StringRef, mlir::Value>> operands);

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_MICROSOFT_H
