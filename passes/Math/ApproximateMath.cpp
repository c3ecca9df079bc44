//===- ApproximateMath.cpp - Functions become arithmetic ------------------===//
//
// After it no operation on floats, scalar or vector, needs a call of the C
// library, but for remainders of f64.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "passes/Math/DoubleMath.h"
#include "passes/Math/FloatMath.h"
#include "passes/Math/MathPasses.h"

namespace onnxc {
#define GEN_PASS_DEF_APPROXIMATEMATH
#include "passes/Math/MathPasses.h.inc"
} // namespace onnxc

using namespace mlir;
using namespace onnxc;

namespace {

/// A scalar or vector of f32.
bool isF32(Value value) {
  return isa<FloatType, VectorType>(value.getType()) &&
         getElementTypeOrSelf(value).isF32();
}

bool isF64(Value value) {
  return isa<FloatType, VectorType>(value.getType()) &&
         getElementTypeOrSelf(value).isF64();
}

/// A function of one or two numbers.
template <typename Op, typename... Operands>
struct Approximate : OpRewritePattern<Op> {
  using Single = Value (FloatMath::*)(Operands...);
  using Double = Value (DoubleMath::*)(Operands...);

  /// One of them may be null.
  Approximate(MLIRContext *context, Single single, Double wide)
      : OpRewritePattern<Op>(context), single(single), wide(wide) {}

  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    auto call = [&](auto math, auto function) {
      if constexpr (sizeof...(Operands) == 1)
        return (math.*function)(op->getOperand(0));
      else
        return (math.*function)(op->getOperand(0), op->getOperand(1));
    };
    Value result;
    if (single && isF32(op->getResult(0)))
      result = call(FloatMath(rewriter, op.getLoc(), op.getType()), single);
    else if (wide && isF64(op->getResult(0)))
      result = call(DoubleMath(rewriter, op.getLoc(), op.getType()), wide);
    else
      return rewriter.notifyMatchFailure(op, "no function of this type");
    rewriter.replaceOp(op, result);
    return success();
  }

  Single single;
  Double wide;
};

/// log2 and log10 are multiples of log.
template <typename Op> struct ScaleLogarithm : OpRewritePattern<Op> {
  ScaleLogarithm(MLIRContext *context, double scale)
      : OpRewritePattern<Op>(context), scale(scale) {}

  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    if (!isF32(op.getResult()))
      return rewriter.notifyMatchFailure(op, "not f32");
    FloatMath f(rewriter, op.getLoc(), op.getType());
    Value log = f.log(op.getOperand());
    rewriter.replaceOp(op, f.mul(log, f.constant(log, scale)));
    return success();
  }

  double scale;
};

/// 1 / sqrt(x); the processor's estimate is too coarse.
struct ExpandRsqrt : OpRewritePattern<math::RsqrtOp> {
  using Base::Base;
  LogicalResult matchAndRewrite(math::RsqrtOp op,
                                PatternRewriter &rewriter) const override {
    FloatMath f(rewriter, op.getLoc(), op.getType());
    Value root = f.sqrt(op.getOperand());
    rewriter.replaceOp(op, f.div(f.constant(root, 1), root));
    return success();
  }
};

/// Rounding of f32 and f64 where the target has no instruction for it.
template <typename Op> struct ExpandRounding : OpRewritePattern<Op> {
  using Function = Value (FloatMath::*)(Value);

  ExpandRounding(MLIRContext *context, Function function)
      : OpRewritePattern<Op>(context), function(function) {}

  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    Type element = getElementTypeOrSelf(op.getType());
    if (!element.isF32() && !element.isF64())
      return rewriter.notifyMatchFailure(op, "neither f32 nor f64");
    FloatMath f(rewriter, op.getLoc(), op.getType());
    rewriter.replaceOp(op, (f.*function)(op.getOperand()));
    return success();
  }

  Function function;
};

//===----------------------------------------------------------------------===//
// Half precision
//===----------------------------------------------------------------------===//

struct HalfTypes {
  bool bf16, f16;
  bool contains(Value value) const {
    Type element = getElementTypeOrSelf(value);
    return (bf16 && element.isBF16()) || (f16 && element.isF16());
  }
};

/// f32's upper half is a bf16. A f16's exponent and mantissa, at f32's place,
/// are too small by 2^112.
struct ExpandHalfExtension : OpRewritePattern<arith::ExtFOp> {
  ExpandHalfExtension(MLIRContext *context, HalfTypes types)
      : OpRewritePattern(context), types(types) {}

  LogicalResult matchAndRewrite(arith::ExtFOp op,
                                PatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    if (!types.contains(op.getIn()))
      return rewriter.notifyMatchFailure(op, "not half precision");
    FloatMath f(rewriter, loc, op.getIn().getType());
    Value half = arith::BitcastOp::create(
        rewriter, loc, f.shaped(rewriter.getI16Type()), op.getIn());
    Value bits = arith::ExtUIOp::create(rewriter, loc,
                                        f.shaped(rewriter.getI32Type()), half);
    Value result;
    if (getElementTypeOrSelf(op.getIn()).isBF16()) {
      result = f.toFloat(f.shl(bits, 16));
    } else {
      Value sign = f.shl(f.iand(bits, f.integer(bits, 0x8000)), 16);
      Value magnitude = f.shl(f.iand(bits, f.integer(bits, 0x7fff)), 13);
      Value tiny = f.toFloat(magnitude);
      Value scaled = f.toBits(f.mul(tiny, f.constant(tiny, 0x1p112)));
      // Infinity and NaN keep an exponent of ones.
      Value special = f.ior(magnitude, f.integer(bits, 0x7f800000));
      Value isNumber = f.ltBits(magnitude, 0x7c00 << 13);
      result = f.toFloat(f.ior(f.select(isNumber, scaled, special), sign));
    }
    if (getElementTypeOrSelf(op.getType()).isF64())
      result = f.toF64(result);
    rewriter.replaceOp(op, result);
    return success();
  }

  HalfTypes types;
};

struct ExpandHalfTruncation : OpRewritePattern<arith::TruncFOp> {
  ExpandHalfTruncation(MLIRContext *context, HalfTypes types)
      : OpRewritePattern(context), types(types) {}

  LogicalResult matchAndRewrite(arith::TruncFOp op,
                                PatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    if (!types.contains(op.getOut()) || !isF32(op.getIn()))
      return rewriter.notifyMatchFailure(op, "not from f32 to half precision");
    FloatMath f(rewriter, loc, op.getIn().getType());
    Value all = f.toBits(op.getIn());
    Value bits = f.iand(all, f.integer(all, 0x7fffffff));
    Value sign = f.iand(f.shr(all, 16), f.integer(all, 0x8000));
    bool isBF16 = getElementTypeOrSelf(op.getOut()).isBF16();
    Value half = isBF16 ? buildBF16(f, bits) : buildF16(f, bits);
    half = f.ior(half, sign);
    Value narrow = arith::TruncIOp::create(
        rewriter, loc, f.shaped(rewriter.getI16Type()), half);
    rewriter.replaceOpWithNewOp<arith::BitcastOp>(op, op.getOut().getType(),
                                                  narrow);
    return success();
  }

  /// Half a unit up, less one where the unit is even.
  static Value round(FloatMath &f, Value bits, unsigned shift) {
    Value odd = f.iand(f.shr(bits, shift), f.integer(bits, 1));
    Value up = f.add(odd, f.integer(bits, (1 << (shift - 1)) - 1));
    return f.shr(f.add(bits, up), shift);
  }

  static Value buildBF16(FloatMath &f, Value bits) {
    Value isNaN = f.ltBits(f.sub(f.integer(bits, 0x7f800000), bits), 0);
    return f.select(isNaN, f.integer(bits, 0x7fc0), round(f, bits, 16));
  }

  static Value buildF16(FloatMath &f, Value bits) {
    Value normal = f.sub(round(f, bits, 13), f.integer(bits, 112 << 10));
    // Denormals: the sum with a number whose last place is their unit.
    Value real = f.toFloat(bits), magic = f.constant(real, 0.5);
    Value sum = f.toBits(f.exact(f.add(real, magic)));
    Value denormal = f.sub(sum, f.toBits(magic));
    Value half = f.select(f.ltBits(bits, 113 << 23), denormal, normal);
    Value isLarge = f.ltBits(f.sub(f.integer(bits, 0x477fefff), bits), 0);
    half = f.select(isLarge, f.integer(bits, 0x7c00), half);
    Value isNaN = f.ltBits(f.sub(f.integer(bits, 0x7f800000), bits), 0);
    return f.select(isNaN, f.integer(bits, 0x7e00), half);
  }

  HalfTypes types;
};

/// Integers become half precision by way of f32. It rounds none of those that
/// f16 has a place for; to bf16 they are rounded twice, as Cast says.
template <typename Op> struct ExpandHalfFromInt : OpRewritePattern<Op> {
  ExpandHalfFromInt(MLIRContext *context, HalfTypes types)
      : OpRewritePattern<Op>(context), types(types) {}

  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    if (!types.contains(op.getOut()))
      return rewriter.notifyMatchFailure(op, "not to half precision");
    FloatMath f(rewriter, op.getLoc(), op.getType());
    Value wide = Op::create(rewriter, op.getLoc(),
                            f.shaped(rewriter.getF32Type()), op.getIn());
    rewriter.replaceOpWithNewOp<arith::TruncFOp>(op, op.getType(), wide);
    return success();
  }

  HalfTypes types;
};

//===----------------------------------------------------------------------===//
// Pass
//===----------------------------------------------------------------------===//

struct ApproximateMath : onnxc::impl::ApproximateMathBase<ApproximateMath> {
  using ApproximateMathBase::ApproximateMathBase;

  void runOnOperation() override {
    MLIRContext *context = &getContext();
    RewritePatternSet patterns(context);
#define ONNXC_FUNCTION(NAME, OP)                                               \
  patterns.add<Approximate<math::OP, Value>>(context, &FloatMath::NAME,        \
                                             &DoubleMath::NAME);
#include "passes/Math/Functions.def"
    patterns.add<Approximate<math::Exp2Op, Value>>(context, &FloatMath::exp2,
                                                   nullptr);
    patterns.add<Approximate<math::PowFOp, Value, Value>>(
        context, &FloatMath::pow, &DoubleMath::pow);
    patterns.add<Approximate<arith::RemFOp, Value, Value>>(
        context, &FloatMath::remainder, nullptr);
    patterns.add<ScaleLogarithm<math::Log2Op>>(context, 1.44269504088896341);
    patterns.add<ScaleLogarithm<math::Log10Op>>(context, 0.434294481903251828);
    patterns.add<ExpandRsqrt>(context);
    MachineModel machine = getMachine(getOperation());
    if (!machine.hasRounding) {
      patterns.add<ExpandRounding<math::RoundEvenOp>>(context,
                                                      &FloatMath::roundEven);
      patterns.add<ExpandRounding<math::FloorOp>>(context, &FloatMath::floor);
      patterns.add<ExpandRounding<math::CeilOp>>(context, &FloatMath::ceil);
      patterns.add<ExpandRounding<math::TruncOp>>(context, &FloatMath::trunc);
    }
    HalfTypes halves = {/*bf16=*/true, /*f16=*/!machine.hasHalfConversion};
    patterns.add<ExpandHalfExtension, ExpandHalfTruncation,
                 ExpandHalfFromInt<arith::SIToFPOp>,
                 ExpandHalfFromInt<arith::UIToFPOp>>(context, halves);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
