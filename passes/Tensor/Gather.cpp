//===- Gather.cpp - Elements read at computed places ----------------------===//
//
// Loops in the order of the result; what follows the gathered axes is read in
// runs. Indices are limited to the data, whatever they are.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/GatherOps.h"
#include "passes/Tensor/TensorBuilder.h"

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
    TensorBuilder v(rewriter, op.getLoc());
    auto element = [&](ValueRange i) {
      Value index =
          v.fromInteger(v.extract(adaptor.getIndices(), i.slice(axis, count)));
      SmallVector<Value> from(i.take_front(axis));
      from.push_back(v.wrap(index, size));
      llvm::append_range(from, i.drop_front(axis + count));
      return v.extract(adaptor.getData(), from);
    };
    rewriter.replaceOp(op, v.generate(op->getResult(0), element));
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
    TensorBuilder v(rewriter, op.getLoc());
    auto element = [&](ValueRange i) {
      Value index = v.fromInteger(v.extract(adaptor.getIndices(), i));
      SmallVector<Value> from(i);
      from[axis] = v.wrap(index, size);
      return v.extract(adaptor.getData(), from);
    };
    rewriter.replaceOp(op, v.generate(op->getResult(0), element));
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
    TensorBuilder v(rewriter, op.getLoc());
    auto element = [&](ValueRange i) {
      SmallVector<Value> from(i.take_front(batch));
      SmallVector<Value> at(i.take_front(outer));
      at.push_back(Value());
      for (int64_t t = 0; t < tuple; ++t) {
        at.back() = v.index(t);
        Value index = v.fromInteger(v.extract(adaptor.getIndices(), at));
        from.push_back(v.wrap(index, sizes[batch + t]));
      }
      llvm::append_range(from, i.drop_front(outer));
      return v.extract(adaptor.getData(), from);
    };
    rewriter.replaceOp(op, v.generate(op->getResult(0), element));
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
    TensorBuilder v(rewriter, op.getLoc());
    Value off = v.extract(adaptor.getValues(), v.index(0));
    Value on = v.extract(adaptor.getValues(), v.index(1));
    auto element = [&](ValueRange i) {
      SmallVector<Value> at(i);
      at.erase(at.begin() + axis);
      Value stored = v.extract(adaptor.getIndices(), at);
      Value index;
      if (isa<FloatType>(stored.getType())) {
        Value wide = loadElement(v.b, v.loc, stored,
                                 onnxc::onnx::getElementType(op.getIndices()));
        index = v.fromInteger(v.convert(wide, v.b.getI64Type()));
      } else {
        index = v.fromInteger(stored);
      }
      Value counted =
          v.select(v.lt(index, v.index(0)), v.add(index, depth), index);
      return v.select(v.eq(counted, i[axis]), on, off);
    };
    rewriter.replaceOp(op, v.generate(op->getResult(0), element));
    return success();
  }
};

} // namespace

void onnxc::populateGatherLowering(RewritePatternSet &patterns,
                                   TypeConverter &types) {
  patterns.add<LowerGather, LowerGatherElements, LowerGatherND, LowerOneHot>(
      types, patterns.getContext());
}
