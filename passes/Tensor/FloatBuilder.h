//===- FloatBuilder.h - f32 arithmetic at one place of the code -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_TENSOR_FLOATBUILDER_H
#define ONNXC_PASSES_TENSOR_FLOATBUILDER_H

#include "mlir/Dialect/Math/IR/Math.h"
#include "passes/Tensor/IndexedLoops.h"

namespace onnxc {

/// Arithmetic on floats, f32 unless told, at one place of the code.
struct FloatBuilder {
  explicit FloatBuilder(IndexBuilder &b, mlir::Type real = {})
      : b(b.b), loc(b.loc), real(real ? real : b.b.getF32Type()) {}
  mlir::Value constant(double value) {
    return mlir::arith::ConstantOp::create(b, loc, b.getFloatAttr(real, value));
  }
  mlir::Value fromIndex(mlir::Value index) {
    mlir::Value integer =
        mlir::arith::IndexCastOp::create(b, loc, b.getI64Type(), index);
    return mlir::arith::SIToFPOp::create(b, loc, real, integer);
  }
  mlir::Value add(mlir::Value l, mlir::Value r) {
    return b.createOrFold<mlir::arith::AddFOp>(loc, l, r);
  }
  mlir::Value sub(mlir::Value l, mlir::Value r) {
    return b.createOrFold<mlir::arith::SubFOp>(loc, l, r);
  }
  mlir::Value mul(mlir::Value l, mlir::Value r) {
    return b.createOrFold<mlir::arith::MulFOp>(loc, l, r);
  }
  mlir::Value div(mlir::Value l, mlir::Value r) {
    return b.createOrFold<mlir::arith::DivFOp>(loc, l, r);
  }
  mlir::Value floor(mlir::Value x) {
    return mlir::math::FloorOp::create(b, loc, x);
  }
  mlir::Value ceil(mlir::Value x) {
    return mlir::math::CeilOp::create(b, loc, x);
  }
  mlir::Value abs(mlir::Value x) {
    return mlir::math::AbsFOp::create(b, loc, x);
  }
  mlir::Value lt(mlir::Value l, mlir::Value r) {
    return mlir::arith::CmpFOp::create(b, loc, mlir::arith::CmpFPredicate::OLT,
                                       l, r);
  }
  mlir::Value le(mlir::Value l, mlir::Value r) {
    return mlir::arith::CmpFOp::create(b, loc, mlir::arith::CmpFPredicate::OLE,
                                       l, r);
  }
  mlir::Value select(mlir::Value c, mlir::Value l, mlir::Value r) {
    return mlir::arith::SelectOp::create(b, loc, c, l, r);
  }
  mlir::Value min(mlir::Value l, mlir::Value r) {
    return mlir::arith::MinNumFOp::create(b, loc, l, r);
  }
  mlir::Value max(mlir::Value l, mlir::Value r) {
    return mlir::arith::MaxNumFOp::create(b, loc, l, r);
  }
  /// The index of a whole number, limited to [0, size); 0 for NaN.
  mlir::Value toIndex(IndexBuilder &i, mlir::Value x, mlir::Value size) {
    mlir::Value last = max(fromIndex(i.sub(size, i.constant(1))), constant(0));
    mlir::Value limited = max(min(max(x, constant(0)), last), constant(0));
    // A machine without wide integers calls a function for the wider one.
    std::optional<int64_t> known = mlir::getConstantIntValue(size);
    bool isNarrow = known && *known <= INT32_MAX;
    return i.fromInteger(mlir::arith::FPToSIOp::create(
        b, loc, isNarrow ? b.getI32Type() : b.getI64Type(), limited));
  }

  mlir::OpBuilder &b;
  mlir::Location loc;
  mlir::Type real;
};

} // namespace onnxc

#endif // ONNXC_PASSES_TENSOR_FLOATBUILDER_H
