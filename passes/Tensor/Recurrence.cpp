//===- Recurrence.cpp - Attention as a recurrence -------------------------===//
//
// A task is one head of one sequence. It goes twice over its matrix for each
// token where the token asks the matrix what it knows of the key, else once:
//
//   for i: for j: S[i, j] *= exp(decay[i]); delta[j] += k[i] * S[i, j]
//   for j: delta[j] = beta * (v[j] - delta[j])
//   for i: for j: S[i, j] += k[i] * delta[j]; output[j] += q[i] * S[i, j]
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/RecurrenceOps.h"
#include "passes/Tensor/TensorBuilder.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

struct Recurrence {
  TensorBuilder v;
  /// Converted operands; absent ones null.
  Value query, key, value, starts, state, decay, beta;
  int64_t queryHeads, keyHeads, heads;
  /// The decay is one a row of the matrix.
  bool decaysRows;
  OpFoldResult sequences, columns, rows;
  Value tokens;

  using Values = TensorBuilder::Values;

  /// Results of the op, from tensors to write them to.
  Values build(ValueRange results) const;

private:
  /// Heads of the output that a task writes.
  int64_t perTask() const { return std::max(queryHeads, heads) / heads; }
  Value scale(Value head, int64_t by, int64_t of) const {
    return v.div(v.mul(head, by), of);
  }
  /// The first token of a sequence, limited to those that there are.
  Value start(Value sequence) const {
    Value at = v.fromInteger(v.extract(starts, sequence));
    return v.min(v.max(at, v.index(0)), tokens);
  }
  Tile place(Value sequence, Value head, unsigned result) const;
  Values runTask(Value sequence, Value head, ValueRange tiles) const;
  Values runToken(Value t, Value at, Value head, ValueRange tiles) const;
  Values ask(Value t, Value head, ValueRange tiles) const;
  Values answer(Value t, Value at, Value head, ValueRange tiles) const;

  Value decayAt(Value t, Value head, Value row) const {
    return v.exp(v.extract(decay, {t, head, row}));
  }
  /// body(i, carried) for all rows, with the decay of each.
  using RowBody =
      llvm::function_ref<Values(Value row, Value factor, ValueRange carried)>;
  Values forRows(Value t, Value head, ValueRange carried, RowBody body) const;
};

} // namespace

SmallVector<Value> Recurrence::forRows(Value t, Value head, ValueRange carried,
                                       RowBody body) const {
  Value all = decay && !decaysRows ? decayAt(t, head, v.index(0)) : Value();
  return v.loops(rows, carried, [&](ValueRange i, ValueRange kept) {
    return body(i[0], decaysRows ? decayAt(t, head, i[0]) : all, kept);
  });
}

/// The row of output and delta that is a token's, and the matrix.
Tile Recurrence::place(Value sequence, Value head, unsigned result) const {
  OpFoldResult zero = v.b.getIndexAttr(0), one = v.b.getIndexAttr(1);
  if (result == 1)
    return {{sequence, head, zero, zero},
            {one, one, rows, columns},
            {false, false, true, true}};
  Value from = start(sequence);
  Value count = v.max(v.sub(start(v.add(sequence, 1)), from), v.index(0));
  if (result == 2)
    return {{from, head, zero}, {count, one, columns}, {true, false, true}};
  return {{from, v.mul(head, perTask()), zero},
          {count, v.b.getIndexAttr(perTask()), columns},
          {true, true, true}};
}

/// delta[j] = beta (v[j] - sum over i of k[i] S[i, j]), S decayed before.
SmallVector<Value> Recurrence::ask(Value t, Value head,
                                   ValueRange tiles) const {
  Value keyHead = scale(head, keyHeads, heads);
  Value zero = v.constant(v.b.getF32Type(), 0);
  Value row = v.create<linalg::FillOp>(zero, tiles[1]).getResult(0);
  Values kept = forRows(
      t, head, {tiles[0], row},
      [&](Value i, Value factor, ValueRange carried) -> Values {
        Value k = v.extract(key, {t, keyHead, i});
        return v.loops(
            columns, carried, [&](ValueRange j, ValueRange s) -> Values {
              Value matrix = v.extract(s[0], {i, j[0]}), next = s[0];
              if (factor) {
                matrix = v.mul(matrix, factor);
                next = v.insert(matrix, next, {i, j[0]});
              }
              Value sum = v.sum(v.extract(s[1], j), v.mul(k, matrix));
              return {next, v.insert(sum, s[1], j)};
            });
      });
  Value rate = v.extract(beta, {t, head});
  kept[1] =
      v.loops(columns, kept[1], [&](ValueRange j, ValueRange s) -> Values {
        Value known = v.extract(s[0], j);
        Value wanted = v.extract(value, {t, head, j[0]});
        return {v.insert(v.mul(rate, v.sub(wanted, known)), s[0], j)};
      })[0];
  return kept;
}

/// S[i, j] += k[i] delta[j]; output[j] += q[i] S[i, j] of each head of queries.
SmallVector<Value> Recurrence::answer(Value t, Value at, Value head,
                                      ValueRange tiles) const {
  Value keyHead = scale(head, keyHeads, heads);
  Value firstQuery = scale(head, queryHeads, heads);
  return forRows(
      t, head, tiles, [&](Value i, Value factor, ValueRange row) -> Values {
        Value k = v.extract(key, {t, keyHead, i});
        Values queries;
        for (int64_t g = 0; g < perTask(); ++g)
          queries.push_back(v.extract(query, {t, v.add(firstQuery, g), i}));
        return v.loops(columns, row, [&](ValueRange j, ValueRange s) -> Values {
          Value matrix = v.extract(s[0], {i, j[0]});
          if (factor && !beta)
            matrix = v.mul(matrix, factor);
          Value delta = v.extract(s[1], j);
          matrix = v.sum(matrix, v.mul(k, delta));
          Value output = s[2];
          for (auto [g, q] : llvm::enumerate(queries)) {
            SmallVector<Value> to = {at, v.index(int64_t(g)), j[0]};
            Value sum = v.sum(v.extract(output, to), v.mul(q, matrix));
            output = v.insert(sum, output, to);
          }
          return {v.insert(matrix, s[0], {i, j[0]}), s[1], output};
        });
      });
}

/// `t` is the token, `at` its place in the sequence; tiles are the matrix, the
/// deltas of one token, the output and, where they are a result, all deltas.
SmallVector<Value> Recurrence::runToken(Value t, Value at, Value head,
                                        ValueRange tiles) const {
  Values kept(tiles);
  if (beta) {
    llvm::copy(ask(t, head, tiles.take_front(2)), kept.begin());
  } else {
    kept[1] = v.loops(columns, kept[1], [&](ValueRange j, ValueRange s) {
      Value given = v.extract(value, {t, head, j[0]});
      return Values{v.insert(given, s[0], j)};
    })[0];
  }
  llvm::copy(answer(t, at, head, ArrayRef(kept).take_front(3)), kept.begin());
  if (kept.size() > 3)
    kept[3] = v.loops(columns, kept[3], [&](ValueRange j, ValueRange s) {
      Value delta = v.extract(kept[1], j);
      return Values{v.insert(delta, s[0], {at, j[0]})};
    })[0];
  return kept;
}

SmallVector<Value> Recurrence::runTask(Value sequence, Value head,
                                       ValueRange tiles) const {
  Value from = start(sequence);
  Value count = v.max(v.sub(start(v.add(sequence, 1)), from), v.index(0));
  Value matrix =
      v.loops({rows, columns}, tiles[1], [&](ValueRange at, ValueRange kept) {
        Value first = v.extract(state, {sequence, head, at[0], at[1]});
        return Values{v.insert(first, kept[0], at)};
      })[0];
  Values carried = {matrix, v.empty(columns, v.b.getF32Type()), tiles[0]};
  llvm::append_range(carried, tiles.drop_front(2));
  Values done =
      v.loops(v.index(0), count, carried, [&](ValueRange at, ValueRange kept) {
        return runToken(v.add(from, at[0]), at[0], head, kept);
      });
  Values results = {done[2], done[0]};
  llvm::append_range(results, ArrayRef(done).drop_front(3));
  return results;
}

SmallVector<Value> Recurrence::build(ValueRange results) const {
  return v.forall(
      {sequences, v.b.getIndexAttr(heads)}, results,
      [&](ValueRange at, unsigned result) {
        return place(at[0], at[1], result);
      },
      [&](ValueRange at, ValueRange tiles) {
        return runTask(at[0], at[1], tiles);
      });
}

namespace {

struct LowerLinearRecurrence : OpConversionPattern<LinearRecurrenceOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(LinearRecurrenceOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    std::optional<int64_t> queryHeads =
                               getConstant((*getDims(op.getQuery()))[1]),
                           keyHeads = getConstant((*getDims(op.getKey()))[1]),
                           heads = getConstant((*getDims(op.getValue()))[1]);
    if (!queryHeads || !keyHeads || !heads)
      return rewriter.notifyMatchFailure(
          op, "the number of heads is free: bind it with --dim");
    TensorBuilder v(rewriter, op.getLoc());
    SmallVector<OpFoldResult> state = getSizes(rewriter, op, op.getState()),
                              query = getSizes(rewriter, op, op.getQuery());
    bool decaysRows =
        op.getDecay() && getConstant(getDims(op.getDecay())->back()) != 1;
    Recurrence recurrence{v,
                          adaptor.getQuery(),
                          adaptor.getKey(),
                          adaptor.getValue(),
                          adaptor.getStarts(),
                          adaptor.getState(),
                          adaptor.getDecay(),
                          adaptor.getBeta(),
                          *queryHeads,
                          *keyHeads,
                          *heads,
                          decaysRows,
                          state[0],
                          state[3],
                          state[2],
                          v.index(query[0])};
    SmallVector<Value> results;
    for (OpResult result : op->getResults())
      results.push_back(createEmpty(rewriter, op.getLoc(), result));
    // What is summed up begins as zeros.
    Value zero = v.constant(rewriter.getF32Type(), 0);
    results[0] = v.create<linalg::FillOp>(zero, results[0]).getResult(0);
    if (op.getDelta().use_empty()) {
      Value unused = results.pop_back_val();
      results = recurrence.build(results);
      results.push_back(unused);
    } else {
      results = recurrence.build(results);
    }
    rewriter.replaceOp(op, results);
    return success();
  }
};

} // namespace

void onnxc::populateRecurrenceLowering(RewritePatternSet &patterns,
                                       TypeConverter &types) {
  patterns.add<LowerLinearRecurrence>(types, patterns.getContext());
}
