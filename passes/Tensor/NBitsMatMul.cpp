//===- NBitsMatMul.cpp - Products with weights of a few bits -------------===//
//
// The body unpacks an element of B for each product. What makes it fast is the
// mark: emitters unpack a word for many.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/BlockedOps.h"
#include "passes/Tensor/Contractions.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

struct LowerNBitsMatMul : OpConversionPattern<NBitsMatMulOp> {
  using Base::Base;

  /// (q - zero) * scale of the body's arguments after A.
  static Value buildElement(NBitsMatMulOp op, OpBuilder &b, Location loc,
                            ValueRange args) {
    unsigned loops = cast<RankedTensorType>(op.getA().getType()).getRank() + 1;
    int64_t perWord = 32 / op.getBits();
    auto word = [&](int64_t value) -> Value {
      return arith::ConstantOp::create(b, loc, b.getI32IntegerAttr(value));
    };
    Value k = linalg::IndexOp::create(b, loc, loops - 1);
    Value bits = arith::MulIOp::create(
        b, loc,
        arith::AndIOp::create(
            b, loc, arith::IndexCastOp::create(b, loc, b.getI32Type(), k),
            word(perWord - 1)),
        word(op.getBits()));
    Value q = arith::AndIOp::create(
        b, loc, arith::ShRUIOp::create(b, loc, args[0], bits),
        word((1 << op.getBits()) - 1));
    Type real = b.getF32Type();
    Value x = arith::SIToFPOp::create(b, loc, real, q), zero;
    if (!op.getZeroPoints()) {
      zero = arith::ConstantOp::create(
          b, loc, b.getF32FloatAttr(1 << (op.getBits() - 1)));
    } else {
      Type type = getElementType(op.getZeroPoints());
      zero = loadElement(b, loc, args[2], type);
      if (type.isInteger())
        zero = arith::UIToFPOp::create(b, loc, real, zero);
    }
    return arith::MulFOp::create(b, loc, arith::SubFOp::create(b, loc, x, zero),
                                 args[1]);
  }

  LogicalResult
  matchAndRewrite(NBitsMatMulOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    MLIRContext *context = op.getContext();
    Type type = getElementType(op.getA());
    auto words = cast<RankedTensorType>(op.getWords().getType());
    unsigned rank = *getRank(op.getY());
    int64_t panel = words.getRank() == 3 ? words.getDimSize(2) : 0;
    SmallVector<AffineExpr> a, c;
    for (unsigned i = 0; i + 1 < rank; ++i)
      a.push_back(getAffineDimExpr(i, context));
    AffineExpr n = getAffineDimExpr(rank - 1, context);
    AffineExpr k = getAffineDimExpr(rank, context);
    c = a;
    a.push_back(k);
    c.push_back(n);
    auto map = [&](ArrayRef<AffineExpr> exprs) {
      return AffineMap::get(rank + 1, 0, exprs, context);
    };
    auto getMap = [&](AffineExpr along) {
      return panel ? map({n.floorDiv(panel), along, n % panel})
                   : map({n, along});
    };
    AffineMap perBlock = getMap(k.floorDiv(op.getBlockSize()));
    SmallVector<Value> inputs = {adaptor.getA(), adaptor.getWords(),
                                 adaptor.getScales()};
    SmallVector<AffineMap> maps = {
        map(a), getMap(k.floorDiv(32 / op.getBits())), perBlock};
    if (op.getZeroPoints()) {
      inputs.push_back(adaptor.getZeroPoints());
      maps.push_back(perBlock);
    }
    maps.push_back(map(c));
    SmallVector<utils::IteratorType> kinds(rank, utils::IteratorType::parallel);
    kinds.push_back(utils::IteratorType::reduction);
    Value zeros = createZeros(rewriter, loc, getSizes(rewriter, op, op.getY()),
                              getSumType(type));
    auto generic = linalg::GenericOp::create(
        rewriter, loc, zeros.getType(), inputs, zeros, maps, kinds,
        [&](OpBuilder &b, Location l, ValueRange args) {
          Value right = buildElement(op, b, l, args.drop_front());
          linalg::YieldOp::create(
              b, l,
              buildMultiplyAdd(b, l, loadElement(b, l, args[0], type), right,
                               args.back()));
        });
    if (panel)
      setContraction(generic, plan::ProductAttr::get(
                                  context, panel, plan::BytesAttr(),
                                  plan::QuantsAttr::get(context, op.getBits(),
                                                        op.getBlockSize())));
    rewriter.replaceOp(
        op, roundSums(rewriter, loc, generic.getResult(0), op->getResult(0)));
    return success();
  }
};

} // namespace

void onnxc::populateNBitsMatMulLowering(RewritePatternSet &patterns,
                                        TypeConverter &types) {
  patterns.add<LowerNBitsMatMul>(types, patterns.getContext());
}
