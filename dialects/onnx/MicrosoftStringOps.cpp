//===- MicrosoftStringOps.cpp - Operators of strings ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/MicrosoftStringOps.h"
#include "dialects/onnx/Microsoft.h"
#include "dialects/onnx/OnnxDialect.h"
#include "dialects/onnx/ReductionOps.h"
#include "dialects/onnx/RegexSyntax.h"
#include "dialects/onnx/RegexTables.h"
#include "dialects/onnx/TextGraph.h"
#include "dialects/onnx/TextOps.h"

using namespace mlir;
using namespace onnxc::onnx;

// What begins and ends a string where that is marked.
static constexpr llvm::StringLiteral kBegin = "\x02", kEnd = "\x03";

namespace {

/// What separates words, or is one.
struct WordPattern {
  std::string pattern;
  bool splits = false;
};

} // namespace

/// Fails with why several separators are not one.
static llvm::Expected<WordPattern> joinSeparators(ArrayAttr separators) {
  WordPattern joined{"", /*splits=*/true};
  for (StringRef one : separators.getAsValueRange<StringAttr>()) {
    auto node = parseRegex(one);
    if (!node)
      return llvm::createStringError("its separator '" + one + "' " +
                                     llvm::toString(node.takeError()));
    if (separators.size() > 1 && !matchesOnePoint(**node))
      return llvm::createStringError(
          "its separator '" + one +
          "' is one of several and matches more than one character, which is "
          "not supported");
    joined.pattern +=
        (joined.pattern.empty() ? "(?:" : "|(?:") + one.str() + ")";
  }
  return joined;
}

template <typename Op> static llvm::Expected<WordPattern> getPattern(Op op) {
  std::optional<ArrayAttr> separators = op.getSeparators();
  if (separators && !separators->empty()) {
    if (separators->size() == 1 &&
        cast<StringAttr>((*separators)[0]).getValue().empty())
      return WordPattern{"(?s:.)"};
    return joinSeparators(*separators);
  }
  if (!op.getTokenexp() || op.getTokenexp()->empty())
    return llvm::createStringError("needs separators or a tokenexp");
  return WordPattern{op.getTokenexp()->str()};
}

/// Whether it matches an empty string somewhere.
static bool matchesNothing(const RegexAutomaton &automaton) {
  size_t columns = size_t(automaton.numClasses) + 1;
  return llvm::any_of(automaton.starts, [&](size_t start) {
    auto row =
        llvm::ArrayRef(automaton.accepts).slice(start * columns, columns);
    return llvm::is_contained(row, 1);
  });
}

LogicalResult MicrosoftTokenizerOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  if (failed(checkOperands<MicrosoftTokenizerOp>(loc, adaptor)))
    return failure();
  if (!isa<StringType>(onnxc::onnx::getElementType(adaptor.getX())))
    return emitOptionalError(loc, "X holds ",
                             onnxc::onnx::getElementType(adaptor.getX()),
                             ", not strings");
  if (!adaptor.getMark() || !adaptor.getPadValue() ||
      !adaptor.getMincharnum() || *adaptor.getMincharnum() < 1)
    return emitOptionalError(loc,
                             "needs mark, pad_value and a positive mincharnum");
  llvm::Expected<WordPattern> words = getPattern(adaptor);
  if (!words)
    return emitOptionalError(loc, llvm::toString(words.takeError()));
  llvm::Expected<RegexAutomaton> automaton = buildAutomaton(words->pattern);
  if (!automaton)
    return emitOptionalError(loc, "its pattern '", words->pattern, "' ",
                             llvm::toString(automaton.takeError()));
  if (words->splits && matchesNothing(*automaton))
    return emitOptionalError(loc, "a separator matches the empty string");
  types.push_back(getUnrankedType(StringType::get(context)));
  return success();
}

/// The tokens between two marks: each row is begun and ended by one, and what
/// fills it up follows.
static Value buildMarks(GraphBuilder &g, Value tokens, Value counts, Value pad,
                        Value most) {
  Value column = g.concat({g.shape(counts), g.ints(1)}, 0);
  auto fill = [&](Value text) { return g.expand(text, column); };
  Value ended = g.concat({tokens, fill(pad)}, -1);
  Value places = g.range(g.add(most, g.ints(1)));
  Value isEnd = g.equal(places, g.reshape(counts, column));
  ended = g.select(isEnd, buildText(g, kEnd), ended);
  return g.concat({fill(buildText(g, kBegin)), ended}, -1);
}

SmallVector<Value> MicrosoftTokenizerOp::expand(OpBuilder &b) {
  std::optional<Dims> dims = getDims(getX());
  llvm::Expected<WordPattern> words = getPattern(*this);
  if (!words)
    llvm::consumeError(words.takeError());
  if (!dims || !words)
    return {};
  llvm::Expected<RegexAutomaton> automaton = buildAutomaton(words->pattern);
  if (!automaton) {
    llvm::consumeError(automaton.takeError());
    return {};
  }
  GraphBuilder g{b, getLoc()};
  SmallVector<int64_t> starts(automaton->starts.begin(),
                              automaton->starts.end());
  Value classes = buildBytes(g, automaton->classes),
        next = buildTransitions(g, *automaton),
        accepts = buildAccepts(g, *automaton),
        contexts = buildBytes(g, automaton->contexts);
  Value counts =
      CountTokensOp::create(b, getLoc(), getX(), classes, next, accepts,
                            contexts, starts, *getMincharnum(), words->splits);
  Value all = g.concat({g.reshape(counts, {-1}), g.ints(0)}, 0);
  Value most = ReduceMaxOp::create(b, getLoc(), all, g.ints(0), /*keepdims=*/1,
                                   /*noop_with_empty_axes=*/0);
  Value pad = buildText(g, *getPadValue());
  Value tokens = TakeTokensOp::create(b, getLoc(), getX(), classes, next,
                                      accepts, contexts, pad, most, starts,
                                      *getMincharnum(), words->splits);
  if (*getMark() == 0)
    return {tokens};
  Value marked = buildMarks(g, tokens, counts, pad, most);
  // Where no string has a token there are no marks.
  Value width = g.mul(g.add(most, g.ints(2)), g.min(most, g.ints(1)));
  return {g.slice(marked, g.ints(0), width, dims->size())};
}
