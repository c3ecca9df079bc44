//===- StringOps.cpp - Operators of strings -------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/StringOps.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/LabelList.h"
#include "dialects/onnx/LetterCase.h"
#include "dialects/onnx/OnnxDialect.h"
#include "dialects/onnx/ReductionOps.h"
#include "dialects/onnx/RegexTables.h"
#include "dialects/onnx/SelectOps.h"
#include "dialects/onnx/TextGraph.h"
#include "dialects/onnx/TextOps.h"

using namespace mlir;
using namespace onnxc::onnx;

/// Reports an operand that holds no strings.
static LogicalResult checkStrings(std::optional<Location> loc, Value x) {
  Type element = onnxc::onnx::getElementType(x);
  if (isa<StringType>(element))
    return success();
  return emitOptionalError(loc, "takes strings, not ", element);
}

//===----------------------------------------------------------------------===//
// StringConcat
//===----------------------------------------------------------------------===//

LogicalResult StringConcatOp::inferReturnTypes(MLIRContext *context,
                                               std::optional<Location> loc,
                                               Adaptor adaptor,
                                               SmallVectorImpl<Type> &types) {
  if (failed(checkStrings(loc, adaptor.getX())) ||
      failed(checkStrings(loc, adaptor.getY())))
    return failure();
  types.push_back(getUnrankedType(StringType::get(context)));
  return success();
}

SmallVector<Value> StringConcatOp::expand(OpBuilder &b) {
  if (!getDims(getX()) || !getDims(getY()))
    return {};
  GraphBuilder g{b, getLoc()};
  auto [x, y] = broadcastTexts(g, getX(), getY());
  Value lengths = g.add(TextLengthOp::create(b, getLoc(), x),
                        TextLengthOp::create(b, getLoc(), y));
  auto write = [&, left = x, right = y](Value ends, Value count) -> Value {
    return JoinTextOp::create(b, getLoc(), g.reshape(left, {-1}),
                              g.reshape(right, {-1}), ends, count);
  };
  return {buildStrings(g, x, lengths, write)};
}

//===----------------------------------------------------------------------===//
// StringSplit
//===----------------------------------------------------------------------===//

LogicalResult StringSplitOp::inferReturnTypes(MLIRContext *context,
                                              std::optional<Location> loc,
                                              Adaptor adaptor,
                                              SmallVectorImpl<Type> &types) {
  if (failed(checkStrings(loc, adaptor.getX())))
    return failure();
  types.push_back(getUnrankedType(StringType::get(context)));
  types.push_back(
      withElementType(adaptor.getX().getType(), IntegerType::get(context, 64)));
  return success();
}

SmallVector<Value> StringSplitOp::expand(OpBuilder &b) {
  if (!getDims(getX()))
    return {};
  GraphBuilder g{b, getLoc()};
  StringRef delimiter = getDelimiter().value_or("");
  int64_t maxsplit = getMaxsplit().value_or(-1);
  Value counts = CountPartsOp::create(b, getLoc(), getX(), delimiter, maxsplit);
  if (getY().use_empty())
    return {Value(), counts};
  // Of no strings at all, the most is 0.
  Value all = g.concat({g.reshape(counts, {-1}), g.ints(0)}, 0);
  Value most = ReduceMaxOp::create(b, getLoc(), all, g.ints(0), /*keepdims=*/1,
                                   /*noop_with_empty_axes=*/0);
  return {SplitPartsOp::create(b, getLoc(), getX(), most, delimiter, maxsplit),
          counts};
}

//===----------------------------------------------------------------------===//
// StringNormalizer
//===----------------------------------------------------------------------===//

LogicalResult StringNormalizerOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  if (failed(checkStrings(loc, adaptor.getX())))
    return failure();
  StringRef action = adaptor.getCaseChangeAction();
  if (!llvm::is_contained({"NONE", "LOWER", "UPPER"}, action))
    return emitOptionalError(
        loc, "case_change_action must be NONE, LOWER or UPPER, not '", action,
        "'");
  if (std::optional<Dims> dims = getDims(adaptor.getX())) {
    std::optional<int64_t> rows = dims->size() == 2
                                      ? onnxc::onnx::getConstant(dims->front())
                                      : std::nullopt;
    if (dims->empty() || dims->size() > 2 || (rows && *rows != 1))
      return emitOptionalError(loc,
                               "takes strings of shape [C] or [1, C], not ",
                               adaptor.getX().getType());
  }
  types.push_back(getUnrankedType(StringType::get(context)));
  return success();
}

static Value buildCase(GraphBuilder &g, Value x, bool toUpper) {
  ArrayRef<CaseRange> ranges = getCaseRanges(toUpper);
  SmallVector<int32_t> numbers;
  for (const CaseRange &range : ranges)
    numbers.append({range.first, range.last, range.step, range.difference});
  auto type =
      RankedTensorType::get({int64_t(ranges.size()), 4}, g.b.getI32Type());
  Value table = ConstantOp::create(
      g.b, g.loc, DenseElementsAttr::get(type, ArrayRef<int32_t>(numbers)));
  Value lengths = CaseLengthOp::create(g.b, g.loc, x, table);
  auto write = [&](Value ends, Value count) -> Value {
    return CaseTextOp::create(g.b, g.loc, g.reshape(x, {-1}), table, ends,
                              count);
  };
  return buildStrings(g, x, lengths, write);
}

/// The strings of a list that are no stop words, or where there are none, an
/// empty one. Case does not count where small letters are the same.
static Value dropStopWords(GraphBuilder &g, Value x, ArrayAttr words,
                           bool isCaseSensitive) {
  Value compared = isCaseSensitive ? x : buildCase(g, x, /*toUpper=*/false);
  llvm::SetVector<StringRef> different;
  SmallVector<std::string> changed;
  for (StringRef word : words.getAsValueRange<StringAttr>())
    changed.push_back(isCaseSensitive ? word.str()
                                      : changeCase(word, /*toUpper=*/false));
  different.insert(changed.begin(), changed.end());
  LabelList keys{StringType::get(g.b.getContext()), {}, {}, {}};
  llvm::append_range(keys.texts, different);
  LabelList isKept{g.b.getI32Type(), {}, {}, {}};
  isKept.ints.assign(keys.size(), 0);
  isKept.ints.push_back(1);
  Value kept = buildLookUp(g, compared, keys, isKept);
  Value count = g.sum(kept, 0, /*keepdims=*/true);
  Value isNone =
      g.cast(g.equal(count, g.number(0, g.b.getI32Type())), g.b.getI32Type());
  Value all = g.concat({x, g.reshape(buildText(g, ""), {1})}, 0);
  Value condition = g.cast(g.concat({kept, isNone}, 0), g.b.getI1Type());
  return CompressOp::create(g.b, g.loc, all, condition,
                            g.b.getI64IntegerAttr(0));
}

SmallVector<Value> StringNormalizerOp::expand(OpBuilder &b) {
  std::optional<Dims> dims = getDims(getX());
  if (!dims)
    return {};
  GraphBuilder g{b, getLoc()};
  StringRef action = getCaseChangeAction();
  Value y = g.reshape(getX(), {-1});
  if (getStopwords() && !getStopwords()->empty())
    y = dropStopWords(g, y, *getStopwords(), getIsCaseSensitive() != 0);
  if (action != "NONE")
    y = buildCase(g, y, action == "UPPER");
  return {dims->size() == 2 ? g.reshape(y, {1, -1}) : y};
}

//===----------------------------------------------------------------------===//
// RegexFullMatch
//===----------------------------------------------------------------------===//

LogicalResult RegexFullMatchOp::inferReturnTypes(MLIRContext *context,
                                                 std::optional<Location> loc,
                                                 Adaptor adaptor,
                                                 SmallVectorImpl<Type> &types) {
  if (failed(checkStrings(loc, adaptor.getX())))
    return failure();
  if (!adaptor.getPattern())
    return emitOptionalError(loc, "needs a pattern");
  llvm::Expected<RegexAutomaton> automaton =
      buildAutomaton(*adaptor.getPattern());
  if (!automaton)
    return emitOptionalError(loc, "its pattern '", *adaptor.getPattern(), "' ",
                             llvm::toString(automaton.takeError()));
  types.push_back(
      withElementType(adaptor.getX().getType(), IntegerType::get(context, 1)));
  return success();
}

SmallVector<Value> RegexFullMatchOp::expand(OpBuilder &b) {
  llvm::Expected<RegexAutomaton> automaton = buildAutomaton(*getPattern());
  if (!automaton) {
    llvm::consumeError(automaton.takeError());
    return {};
  }
  GraphBuilder g{b, getLoc()};
  int32_t start = automaton->starts[unsigned(RegexContext::BeginOfText)];
  SmallVector<uint8_t> ends;
  int64_t columns = automaton->numClasses + 1;
  for (size_t end = columns - 1; end < automaton->accepts.size();
       end += columns)
    ends.push_back(automaton->accepts[end]);
  return {MatchTextOp::create(
      b, getLoc(), getX(), buildBytes(g, automaton->classes),
      buildTransitions(g, *automaton), buildBytes(g, ends), start)};
}
