//===- MicrosoftHashOps.cpp - Hashes of the last words --------------------===//
//
// hash of n = word[t] * m[0] ^ word[t - 1] * m[1] ^ ... ^ word[t - n + 1] * ...
//
// A word from before the start of its sequence, its segment or, if asked for,
// before an end-of-sequence, counts as padding.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/MicrosoftHashOps.h"
#include "dialects/onnx/LogicOps.h"
#include "dialects/onnx/Microsoft.h"
#include "dialects/onnx/MicrosoftStates.h"
#include "dialects/onnx/PackedRows.h"
#include "dialects/onnx/SizeRequirements.h"

using namespace mlir;
using namespace onnxc::onnx;

/// Each word but the last is a few operations.
static constexpr int64_t kMostWords = 64;

template <typename Op> static LogicalResult verifyHash(Op op) {
  if (op.getMaxNgramSize() < 2 || op.getMaxNgramSize() > kMostWords)
    return op.emitError("max_ngram_size is ")
           << op.getMaxNgramSize() << ", not from 2 to " << kMostWords;
  if (op.getNHeadPerNgram() < 1)
    return op.emitError("n_head_per_ngram is ")
           << op.getNHeadPerNgram() << ", not positive";
  return success();
}

/// All ids are of one type, of 32 or 64 bits.
static LogicalResult checkIds(std::optional<Location> loc,
                              ArrayRef<Value> ids) {
  Type element = getElementType(ids.front());
  if (!element.isSignlessInteger(32) && !element.isSignlessInteger(64))
    return emitOptionalError(loc, "its ids are of ", element,
                             ", not int32 or int64");
  for (Value other : ids)
    if (other && getElementType(other) != element)
      return emitOptionalError(loc, "has ids of ", element, " and of ",
                               getElementType(other));
  return success();
}

template <typename Op> static void requireHash(Op op, SizeRequirements &r) {
  int64_t words = op.getMaxNgramSize();
  AffineExpr heads = r.constant((words - 1) * op.getNHeadPerNgram());
  r.rank("multipliers", op.getMultipliers(), 1);
  if (std::optional<Dims> dims = getDims(op.getMultipliers());
      dims && dims->size() == 1)
    r.atMost(r.constant(words), dims->front(),
             "max_ngram_size, for the size of multipliers,");
  r.shape("vocab_sizes", op.getVocabSizes(), {heads});
  if (op.getHeadOffsets())
    r.shape("head_offsets", op.getHeadOffsets(), {heads});
  if (op.getEosTokenId())
    r.single("eos_token_id", op.getEosTokenId());
}

namespace {

/// The hashes of one of the two operators.
template <typename Op> class Hashes {
public:
  Hashes(GraphBuilder &g, Op op)
      : g(g), op(op), element(getElementType(op.getInputIds())),
        before(op.getMaxNgramSize() - 1) {
    padding =
        op.getEosTokenId() ? g.reshape(op.getEosTokenId(), {1}) : getPadId();
  }

  Value getPadId() {
    return g.cast(g.reshape(g.integer(op.getPadId()), {1}), element);
  }
  /// What was before the run, [sequences, words - 1].
  Value getHistory(AffineExpr sequences) {
    if (op.getPastIds())
      return op.getPastIds();
    Dims dims = {sequences, getConstant(g.b.getContext(), before)};
    return g.expand(padding, g.dims(dims));
  }

  /// `shifted` gives the words that many places before, in any shape, and
  /// `begins`, where it is given, whether a segment begins at these. The result
  /// has the heads as one more dimension.
  Value build(llvm::function_ref<Value(int64_t)> shifted,
              llvm::function_ref<Value(int64_t)> begins, const Dims &dims);

  GraphBuilder &g;
  Op op;
  Type element;
  int64_t before;
  Value padding;

private:
  Value part(Value list, int64_t from, int64_t size) {
    return g.slice(list, g.ints(from), g.ints(from + size), 0);
  }
};

} // namespace

template <typename Op>
Value Hashes<Op>::build(llvm::function_ref<Value(int64_t)> shifted,
                        llvm::function_ref<Value(int64_t)> begins,
                        const Dims &dims) {
  Dims column = dims;
  column.push_back(getConstant(g.b.getContext(), 1));
  bool resets = op.getResetOnEos() && op.getEosTokenId();
  Value isCut, mix;
  SmallVector<Value> heads;
  int64_t count = op.getNHeadPerNgram();
  for (int64_t back = 0; back <= before; ++back) {
    Value word = shifted(back);
    auto cutWhere = [&](Value condition) {
      isCut = isCut ? g.either(isCut, condition) : condition;
    };
    if (back > 0 && begins)
      cutWhere(begins(back - 1));
    if (back > 0 && resets)
      cutWhere(g.equal(word, padding));
    if (isCut)
      word = g.select(isCut, padding, word);
    Value product = g.mul(word, part(op.getMultipliers(), back, 1));
    mix = mix ? Value(BitwiseXorOp::create(g.b, g.loc, mix, product)) : product;
    if (back == 0)
      continue;
    int64_t first = (back - 1) * count;
    Value head = g.mod(g.reshape(mix, g.dims(column)),
                       part(op.getVocabSizes(), first, count));
    if (op.getHeadOffsets())
      head = g.add(head, part(op.getHeadOffsets(), first, count));
    heads.push_back(head);
  }
  return g.concat(heads, dims.size());
}

//===----------------------------------------------------------------------===//
// NGramHashMapping
//===----------------------------------------------------------------------===//

LogicalResult MicrosoftNGramHashMappingOp::inferReturnTypes(
    MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  if (failed(checkOperands<MicrosoftNGramHashMappingOp>(loc, adaptor)))
    return failure();
  types.assign(2, getUnrankedType(getElementType(adaptor.getInputIds())));
  return checkIds(loc, {adaptor.getInputIds(), adaptor.getMultipliers(),
                        adaptor.getVocabSizes(), adaptor.getPastIds(),
                        adaptor.getHeadOffsets(), adaptor.getEosTokenId()});
}

LogicalResult MicrosoftNGramHashMappingOp::verify() {
  return verifyHash(*this);
}

void MicrosoftNGramHashMappingOp::requireSizes(SizeRequirements &r) {
  r.rank("input_ids", getInputIds(), 2);
  requireHash(*this, r);
  std::optional<Dims> ids = getDims(getInputIds());
  if (!ids || ids->size() != 2)
    return;
  if (getPastIds())
    r.shape("past_ids", getPastIds(),
            {ids->front(), r.constant(getMaxNgramSize() - 1)});
  if (getSegmentIds())
    r.shape("segment_ids", getSegmentIds(), *ids);
}

SmallVector<Value> MicrosoftNGramHashMappingOp::expand(OpBuilder &b) {
  std::optional<Dims> ids = getDims(getInputIds());
  if (!ids || ids->size() != 2)
    return {};
  GraphBuilder g{b, getLoc()};
  MLIRContext *context = b.getContext();
  Hashes hashes(g, *this);
  AffineExpr length = ids->back(),
             before = onnxc::onnx::getConstant(context, hashes.before);
  Value words = g.concat({hashes.getHistory(ids->front()), getInputIds()}, 1);
  auto shift = [&](Value all, int64_t back) {
    AffineExpr from = simplify(before - back);
    return g.slice(all, g.dims({from}), g.dims({simplify(from + length)}), 1);
  };
  Value begins;
  if (getSegmentIds()) {
    Value previous =
        g.max(g.sub(g.range(g.dims({length})), g.integer(1)), g.integer(0));
    Value isSame =
        g.equal(getSegmentIds(), g.gather(getSegmentIds(), previous, 1));
    Value never = g.number(0, b.getI1Type());
    begins = g.concat({g.expand(never, g.dims({ids->front(), before})),
                       g.select(isSame, never, g.number(1, b.getI1Type()))},
                      1);
  }
  auto word = [&](int64_t back) { return shift(words, back); };
  auto begin = [&](int64_t back) { return shift(begins, back); };
  llvm::function_ref<Value(int64_t)> none;
  Value y =
      begins ? hashes.build(word, begin, *ids) : hashes.build(word, none, *ids);
  Value present =
      g.slice(words, g.dims({length}), g.dims({simplify(length + before)}), 1);
  return {y, present};
}

//===----------------------------------------------------------------------===//
// VarlenNGramHashMapping
//===----------------------------------------------------------------------===//

LogicalResult MicrosoftVarlenNGramHashMappingOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  if (failed(checkOperands<MicrosoftVarlenNGramHashMappingOp>(loc, adaptor)))
    return failure();
  types.assign(4, getUnrankedType(getElementType(adaptor.getInputIds())));
  types[2] = getUnrankedType(IntegerType::get(context, 32));
  return checkIds(loc, {adaptor.getInputIds(), adaptor.getMultipliers(),
                        adaptor.getVocabSizes(), adaptor.getPastIds(),
                        adaptor.getHeadOffsets(), adaptor.getEosTokenId()});
}

LogicalResult MicrosoftVarlenNGramHashMappingOp::verify() {
  if (failed(verifyCaptures(*this)))
    return failure();
  if (getPastSegmentIds() && !getSegmentIds())
    return emitError("past_segment_ids needs segment_ids");
  return verifyHash(*this);
}

void MicrosoftVarlenNGramHashMappingOp::requireSizes(SizeRequirements &r) {
  r.rank("input_ids", getInputIds(), 1);
  r.rank("cumulative_sequence_length", getCumulativeSequenceLength(), 1);
  requireHash(*this, r);
  std::optional<Dims> ids = getDims(getInputIds()),
                      starts = getDims(getCumulativeSequenceLength());
  if (!ids || ids->size() != 1 || !starts || starts->size() != 1)
    return;
  AffineExpr sequences = simplify(starts->front() - 1);
  r.element(sequences, getInputIds());
  Dims history = {sequences, r.constant(getMaxNgramSize() - 1)};
  for (auto [name, x] :
       {std::pair(StringRef("past_ids"), getPastIds()),
        std::pair(StringRef("past_segment_ids"), getPastSegmentIds())})
    if (x)
      r.shape(name, x, history);
  if (getSegmentIds())
    r.shape("segment_ids", getSegmentIds(), *ids);
  if (getCaptureCount())
    r.shape("capture_count", getCaptureCount(), {sequences});
}

SmallVector<Value> MicrosoftVarlenNGramHashMappingOp::expand(OpBuilder &b) {
  std::optional<Dims> ids = getDims(getInputIds()),
                      starts = getDims(getCumulativeSequenceLength());
  if (!ids || ids->size() != 1 || !starts || starts->size() != 1)
    return {};
  if (!getPresentSegmentIds().use_empty() && !getSegmentIds())
    return refuseExpansion(
        *this, "its output present_segment_ids needs the input segment_ids");
  if (!getStateUpdate().use_empty() && !getStateUpdateCapacity())
    return refuseExpansion(*this, "its output state_update needs a "
                                  "state_update_capacity");
  GraphBuilder g{b, getLoc()};
  MLIRContext *context = b.getContext();
  Hashes hashes(g, *this);
  AffineExpr before = onnxc::onnx::getConstant(context, hashes.before),
             sequences = simplify(starts->front() - 1);
  PackedRows rows(g, getCumulativeSequenceLength(), ids->front(), sequences);
  Value words =
      rows.join(hashes.getHistory(sequences), getInputIds(), {}, before);
  auto take = [&](Value all, int64_t back) {
    return g.reshape(rows.take(all, before, rows.sequence,
                               g.sub(rows.place, g.integer(back))),
                     g.dims(*ids));
  };
  Value segments;
  if (getSegmentIds()) {
    // What is not known of the past is the segment that goes on.
    Value past = getPastSegmentIds();
    if (!past) {
      AffineExpr one = onnxc::onnx::getConstant(context, 1);
      Value first =
          g.reshape(rows.takeFirst(getSegmentIds()), g.dims({sequences, one}));
      past = g.expand(first, g.dims({sequences, before}));
    }
    segments = rows.join(past, getSegmentIds(), {}, before);
  }
  auto word = [&](int64_t back) { return take(words, back); };
  auto begin = [&](int64_t back) {
    Value isSame = g.equal(take(segments, back), take(segments, back + 1));
    return g.select(isSame, g.number(0, b.getI1Type()),
                    g.number(1, b.getI1Type()));
  };
  llvm::function_ref<Value(int64_t)> none;
  SmallVector<Value> results(4);
  results[0] = segments ? hashes.build(word, begin, *ids)
                        : hashes.build(word, none, *ids);
  Value last = g.sub(g.add(rows.length, g.iota(hashes.before)),
                     g.integer(hashes.before));
  results[1] = rows.take(words, before, rows.number, last);
  if (segments)
    results[2] = rows.take(segments, before, rows.number, last);
  if (int64_t capacity = getStateUpdateCapacity()) {
    AffineExpr one = onnxc::onnx::getConstant(context, 1),
               places = onnxc::onnx::getConstant(context, capacity);
    Value isCaptured = g.reshape(rows.isCaptured(getCaptureCount(), capacity),
                                 g.dims({sequences, places, one}));
    Value place =
        g.add(g.reshape(g.iota(capacity), {capacity, 1}),
              g.sub(g.iota(hashes.before), g.integer(hashes.before - 1)));
    Value number = g.reshape(rows.number, g.dims({sequences, one, one}));
    Value taken = rows.take(words, before, number, place);
    results[3] = g.select(isCaptured, taken, hashes.getPadId());
  }
  return results;
}
