//===- CountMacs.cpp - How much a model multiplies ------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/CountMacs.h"
#include "dialects/onnx/AttentionOps.h"
#include "dialects/onnx/ConvOps.h"
#include "dialects/onnx/EinsumEquation.h"
#include "dialects/onnx/EinsumOps.h"
#include "dialects/onnx/MatMulOps.h"
#include "dialects/onnx/RecurrentOps.h"
#include "dialects/onnx/SymbolicShape.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace onnxc {

using onnx::Dims;

static AffineExpr getSize(Value value) {
  std::optional<Dims> dims = onnx::getDims(value);
  return dims ? onnx::getProduct(value.getContext(), *dims) : AffineExpr();
}

/// Size `index` of a shape, from its end where negative.
static AffineExpr getDim(Value value, int64_t index) {
  std::optional<Dims> dims = onnx::getDims(value);
  if (!dims)
    return {};
  int64_t rank = dims->size();
  int64_t at = index < 0 ? index + rank : index;
  return at < 0 || at >= rank ? AffineExpr() : (*dims)[at];
}

/// Null where one of them is.
static AffineExpr multiply(AffineExpr a, AffineExpr b) {
  return a && b ? a * b : AffineExpr();
}
static AffineExpr add(AffineExpr a, AffineExpr b) {
  return a && b ? a + b : AffineExpr();
}

/// Every weight of an output channel once for each of its elements.
static AffineExpr countConv(Value result, Value weights) {
  std::optional<Dims> dims = onnx::getDims(weights);
  if (!dims || dims->empty())
    return {};
  return multiply(
      getSize(result),
      onnx::getProduct(weights.getContext(), ArrayRef(*dims).drop_front()));
}

/// Every weight once a step and sequence.
static AffineExpr countRecurrent(Value x, Value w, Value r) {
  return multiply(multiply(getDim(x, 0), getDim(x, 1)),
                  add(getSize(w), getSize(r)));
}

/// Query by key, and probabilities by value.
static AffineExpr countAttention(onnx::AttentionOp op) {
  AffineExpr length = getDim(op.getK(), -2);
  if (Value past = op.getPastKey())
    length = add(length, getDim(past, -2));
  return multiply(add(getSize(op.getQ()), getSize(op.getY())), length);
}

/// One for every value that all subscripts together take.
static AffineExpr countEinsum(onnx::EinsumOp op) {
  SmallVector<Dims> operands;
  for (Value operand : op->getOperands()) {
    std::optional<Dims> dims = onnx::getDims(operand);
    if (!dims)
      return {};
    operands.push_back(*dims);
  }
  std::string error;
  auto equation =
      onnx::EinsumEquation::parse(op.getEquation(), operands, error);
  if (!equation || operands.size() < 2)
    return {};
  return onnx::getProduct(op.getContext(), equation->sizes);
}

AffineExpr countMacs(Operation *op) {
  return llvm::TypeSwitch<Operation *, AffineExpr>(op)
      .Case<onnx::MatMulOp, onnx::MatMulIntegerOp, onnx::QLinearMatMulOp>(
          [](auto product) {
            return multiply(getSize(product->getResult(0)),
                            getDim(product->getOperand(0), -1));
          })
      .Case([](onnx::GemmOp gemm) {
        return multiply(getSize(gemm.getY()),
                        getDim(gemm.getA(), gemm.getTransA() ? 0 : 1));
      })
      .Case(
          [](onnx::ConvOp conv) { return countConv(conv.getY(), conv.getW()); })
      .Case([](onnx::ConvIntegerOp conv) {
        return countConv(conv->getResult(0), conv->getOperand(1));
      })
      .Case([](onnx::QLinearConvOp conv) {
        return countConv(conv->getResult(0), conv->getOperand(3));
      })
      .Case([](onnx::ConvTransposeOp conv) {
        // Every weight of an input channel once for each of its elements.
        return countConv(conv.getX(), conv.getW());
      })
      .Case<onnx::LSTMOp, onnx::GRUOp, onnx::RNNOp>([](auto layer) {
        return countRecurrent(layer.getX(), layer.getW(), layer.getR());
      })
      .Case(
          [](onnx::AttentionOp attention) { return countAttention(attention); })
      .Case([](onnx::EinsumOp einsum) { return countEinsum(einsum); })
      .Default([](Operation *) { return AffineExpr(); });
}

} // namespace onnxc
