//===- Gather.cpp - Elements read at computed places ----------------------===//
//
// Loops in the order of the result; what follows the gathered axes is read in
// runs. Indices are limited to the data, whatever they are.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/GatherOps.h"
#include "passes/Tensor/IndexedLoops.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

struct LowerGather : OpConversionPattern<GatherOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(GatherOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    int64_t rank = *getRank(op.getData());
    int64_t axis = *normalizeAxis(op.getAxis(), rank);
    int64_t count = *getRank(op.getIndices());
    Value size = readSizes(rewriter, op, op.getData())[axis];
    auto element = [&](IndexBuilder &b, ValueRange i) {
      Value index =
          b.fromInteger(b.extract(adaptor.getIndices(), i.slice(axis, count)));
      SmallVector<Value> from(i.take_front(axis));
      from.push_back(b.wrap(index, size));
      llvm::append_range(from, i.drop_front(axis + count));
      return b.extract(adaptor.getData(), from);
    };
    rewriter.replaceOp(op, generate(rewriter, op->getResult(0), element));
    return success();
  }
};

struct LowerGatherElements : OpConversionPattern<GatherElementsOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(GatherElementsOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    int64_t axis = *normalizeAxis(op.getAxis(), *getRank(op.getData()));
    Value size = readSizes(rewriter, op, op.getData())[axis];
    auto element = [&](IndexBuilder &b, ValueRange i) {
      Value index = b.fromInteger(b.extract(adaptor.getIndices(), i));
      SmallVector<Value> from(i);
      from[axis] = b.wrap(index, size);
      return b.extract(adaptor.getData(), from);
    };
    rewriter.replaceOp(op, generate(rewriter, op->getResult(0), element));
    return success();
  }
};

struct LowerGatherND : OpConversionPattern<GatherNDOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(GatherNDOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    int64_t batch = op.getBatchDims();
    Dims indices = *getDims(op.getIndices());
    int64_t tuple = *onnxc::onnx::getConstant(indices.back());
    int64_t outer = indices.size() - 1;
    SmallVector<Value> sizes = readSizes(rewriter, op, op.getData());
    auto element = [&](IndexBuilder &b, ValueRange i) {
      SmallVector<Value> from(i.take_front(batch));
      SmallVector<Value> at(i.take_front(outer));
      at.push_back(Value());
      for (int64_t t = 0; t < tuple; ++t) {
        at.back() = b.constant(t);
        Value index = b.fromInteger(b.extract(adaptor.getIndices(), at));
        from.push_back(b.wrap(index, sizes[batch + t]));
      }
      llvm::append_range(from, i.drop_front(outer));
      return b.extract(adaptor.getData(), from);
    };
    rewriter.replaceOp(op, generate(rewriter, op->getResult(0), element));
    return success();
  }
};

/// Indices outside of [-depth, depth) select nothing.
struct LowerOneHot : OpConversionPattern<OneHotOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(OneHotOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    int64_t axis = *normalizeAxis(op.getAxis(), *getRank(op.getOutput()));
    Value depth = readSizes(rewriter, op, op.getOutput())[axis];
    IndexBuilder outside(rewriter, op.getLoc());
    Value off = outside.extract(adaptor.getValues(), outside.constant(0));
    Value on = outside.extract(adaptor.getValues(), outside.constant(1));
    auto element = [&](IndexBuilder &b, ValueRange i) {
      SmallVector<Value> at(i);
      at.erase(at.begin() + axis);
      Value stored = b.extract(adaptor.getIndices(), at);
      Value index;
      if (isa<FloatType>(stored.getType())) {
        Value wide = loadElement(b.b, b.loc, stored,
                                 onnxc::onnx::getElementType(op.getIndices()));
        index = b.fromInteger(
            arith::FPToSIOp::create(b.b, b.loc, b.b.getI64Type(), wide));
      } else {
        index = b.fromInteger(stored);
      }
      Value counted =
          b.select(b.lt(index, b.constant(0)), b.add(index, depth), index);
      return b.select(b.eq(counted, i[axis]), on, off);
    };
    rewriter.replaceOp(op, generate(rewriter, op->getResult(0), element));
    return success();
  }
};

} // namespace

void onnxc::populateGatherLowering(RewritePatternSet &patterns,
                                   TypeConverter &types) {
  patterns.add<LowerGather, LowerGatherElements, LowerGatherND, LowerOneHot>(
      types, patterns.getContext());
}
