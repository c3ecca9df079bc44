//===- TopK.cpp - The first k elements of each row ------------------------===//
//
// Each row keeps its k first elements in order while it is read; a new one that
// precedes the last of them pushes those after it one place on.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/SearchOps.h"
#include "passes/Tensor/SearchOrder.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

/// One row of x. Lists are two tensors: values and their indices in the row.
struct Row {
  const TensorBuilder &v;
  const SearchOrder &order;
  Type type;
  Value x, k, last; // last is k - 1
  ValueRange at;    // the row, without the axis
  int64_t axis;

  /// Reads `length` elements into the lists.
  SmallVector<Value> scan(Value length, ValueRange lists) const {
    auto step = [&](ValueRange p, ValueRange soFar) {
      Value element = v.extract(x, place(p[0]));
      Value number = v.toInteger(p[0], v.b.getI64Type());
      Value filled = v.min(p[0], k);
      return v.ifThen(joins(element, p[0], soFar[0]), soFar,
                      [&] { return insert(element, number, filled, soFar); });
    };
    return v.loops(v.index(0), length, lists, step);
  }

private:
  SmallVector<Value> place(Value along) const {
    SmallVector<Value> indices(at);
    indices.insert(indices.begin() + axis, along);
    return indices;
  }
  Value isBefore(Value stored, Value other) const {
    Value l = loadElement(v.b, v.loc, stored, type);
    return order.precedes(l, loadElement(v.b, v.loc, other, type));
  }

  /// Whether the element of number p belongs to the list. Its last place is not
  /// read before something is there.
  Value joins(Value element, Value p, Value values) const {
    using Values = SmallVector<Value>;
    return v.ifElse(
        v.lt(p, k), [&] { return Values{v.integer(v.b.getI1Type(), 1)}; },
        [&] {
          Value worst = v.extract(values, place(last));
          return Values{isBefore(element, worst)};
        })[0];
  }

  SmallVector<Value> insert(Value element, Value number, Value filled,
                            ValueRange lists) const {
    // Carried: the lists, what is to be placed and its number, and whether
    // that is one which another pushed on.
    Value no = v.integer(v.b.getI1Type(), 0);
    auto push = [&](ValueRange p, ValueRange c) -> SmallVector<Value> {
      Value value = v.extract(c[0], place(p[0]));
      Value index = v.extract(c[1], place(p[0]));
      Value moved = v.either(c[4], isBefore(c[2], value));
      Value values = v.insert(v.select(moved, c[2], value), c[0], place(p[0]));
      Value indices = v.insert(v.select(moved, c[3], index), c[1], place(p[0]));
      return {values, indices, v.select(moved, value, c[2]),
              v.select(moved, index, c[3]), moved};
    };
    SmallVector<Value> pushed = v.loops(
        v.index(0), filled, {lists[0], lists[1], element, number, no}, push);
    // What is left takes the next free place, if there is one.
    return v.ifThen(v.lt(filled, k), ArrayRef(pushed).take_front(2),
                    [&]() -> SmallVector<Value> {
                      return {v.insert(pushed[2], pushed[0], place(filled)),
                              v.insert(pushed[3], pushed[1], place(filled))};
                    });
  }
};

struct LowerTopK : OpConversionPattern<TopKOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(TopKOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Type type = onnxc::onnx::getElementType(op.getX());
    if (!isComputable(type))
      return rewriter.notifyMatchFailure(op, refuseElements(type));
    SmallVector<Value> sizes = readSizes(rewriter, op, op.getX());
    int64_t axis = *normalizeAxis(op.getAxis(), sizes.size());
    TensorBuilder v(rewriter, loc);
    SearchOrder order(v, type, op.getLargest() != 0);
    Value k = readSizes(rewriter, op, op.getValues())[axis];
    Value last = v.sub(k, 1), zero = v.index(0);
    Value length = v.select(v.lt(zero, k), sizes[axis], zero);
    SmallVector<OpFoldResult> rows = getSizes(rewriter, op, op.getX());
    rows.erase(rows.begin() + axis);
    SmallVector<Value> lists = {createEmpty(rewriter, loc, op->getResult(0)),
                                createEmpty(rewriter, loc, op->getResult(1))};
    auto body = [&](ValueRange at, ValueRange soFar) {
      Row row{v, order, type, adaptor.getX(), k, last, at, axis};
      return row.scan(length, soFar);
    };
    rewriter.replaceOp(op, v.loops(rows, lists, body));
    return success();
  }
};

} // namespace

void onnxc::populateTopKLowering(RewritePatternSet &patterns,
                                 TypeConverter &types) {
  patterns.add<LowerTopK>(types, patterns.getContext());
}
