//===- MatchText.cpp - Strings read by an automaton -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/TextOps.h"
#include "passes/Tensor/TextBuilder.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

struct LowerMatchText : OpConversionPattern<MatchTextOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(MatchTextOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    TextBuilder v(rewriter, op.getLoc());
    auto body = [&](ValueRange i) -> Value {
      Value string = v.extract(adaptor.getX(), i);
      Value address = v.address(string);
      Value state = v.loop(
          v.index(0), v.length(string), v.index(op.getStart()),
          [&](Value at, Value from) {
            Value byte = v.fromInteger(v.byte(address, at), true);
            Value kind =
                v.fromInteger(v.extract(adaptor.getClasses(), byte), true);
            return v.fromInteger(v.extract(adaptor.getNext(), {from, kind}));
          });
      return v.extract(adaptor.getAccepts(), state);
    };
    rewriter.replaceOp(op, v.generate(op->getResult(0), body));
    return success();
  }
};

} // namespace

void onnxc::populateMatchTextLowering(RewritePatternSet &patterns,
                                      TypeConverter &types) {
  patterns.add<LowerMatchText>(types, patterns.getContext());
}
