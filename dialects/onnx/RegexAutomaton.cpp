//===- RegexAutomaton.cpp - Regular expressions as tables -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/RegexAutomaton.h"
#include "dialects/onnx/RegexSyntax.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/Twine.h"
#include <map>

using namespace llvm;

namespace onnxc::onnx {

namespace {

constexpr size_t kMostStates = 10000;
constexpr size_t kMostNodes = 100000;
// Steps from state to state: seconds of a compiler's time.
constexpr uint64_t kMostSteps = uint64_t(1) << 28;

/// A state of Thompson's automaton: reads a byte, asserts something, or goes to
/// several others.
struct ThompsonState {
  enum Kind { Byte, Assert, Split, Match } kind = Split;
  uint8_t low = 0, high = 0;
  RegexAssertion assertion = RegexAssertion::BeginOfText;
  SmallVector<int32_t, 2> next;
};

//===----------------------------------------------------------------------===//
// Thompson's automaton
//===----------------------------------------------------------------------===//

class Thompson {
public:
  std::vector<ThompsonState> states;
  bool hasAssertions = false;

  int32_t add(ThompsonState::Kind kind, ArrayRef<int32_t> next) {
    ThompsonState &state = states.emplace_back();
    state.kind = kind;
    state.next.assign(next.begin(), next.end());
    return int32_t(states.size()) - 1;
  }

  bool isTooLarge() const { return states.size() > kMostNodes; }

  /// The state to begin in: behind the node comes `next`.
  int32_t build(const RegexNode &node, int32_t next) {
    if (isTooLarge())
      return next;
    switch (node.kind) {
    case RegexNode::Points:
      return buildPoints(node.points, next);
    case RegexNode::Sequence:
      for (const auto &part : llvm::reverse(node.parts))
        next = build(*part, next);
      return next;
    case RegexNode::Choice: {
      SmallVector<int32_t> ways;
      for (const auto &part : node.parts)
        ways.push_back(build(*part, next));
      return ways.size() == 1 ? ways[0] : add(ThompsonState::Split, ways);
    }
    case RegexNode::Repeat:
      return buildRepeat(node, next);
    case RegexNode::Assert:
      hasAssertions = true;
      int32_t state = add(ThompsonState::Assert, next);
      states[state].assertion = node.assertion;
      return state;
    }
    llvm_unreachable("all kinds are above");
  }

private:
  int32_t buildRepeat(const RegexNode &node, int32_t next) {
    const RegexNode &one = *node.parts[0];
    if (node.most < 0) {
      int32_t loop = add(ThompsonState::Split, next);
      int32_t body = build(one, loop);
      states[loop].next.push_back(body);
      next = loop;
    } else {
      int32_t end = next;
      for (int64_t i = node.least; i < node.most && !isTooLarge(); ++i)
        next = add(ThompsonState::Split, {build(one, next), end});
    }
    for (int64_t i = 0; i < node.least && !isTooLarge(); ++i)
      next = build(one, next);
    return next;
  }

  int32_t addByte(uint32_t low, uint32_t high, int32_t next) {
    int32_t state = add(ThompsonState::Byte, next);
    states[state].low = uint8_t(low);
    states[state].high = uint8_t(high);
    return state;
  }

  int32_t buildPoints(const CodePoints &points, int32_t next) {
    SmallVector<int32_t> ways;
    for (auto [low, high] : points.normalized()) {
      // Up to where an encoding takes one byte more, without halves of pairs.
      static constexpr uint32_t kEnds[] = {0x7f, 0x7ff, 0xd7ff, 0xffff,
                                           kLastCodePoint};
      static constexpr uint32_t kBegins[] = {0, 0x80, 0x800, 0xe000, 0x10000};
      static constexpr int kSizes[] = {1, 2, 3, 3, 4};
      for (auto [begin, end, size] : llvm::zip(kBegins, kEnds, kSizes))
        if (low <= end && high >= begin)
          addRange(std::max<uint32_t>(low, begin), std::min(high, end), size,
                   next, ways);
    }
    return add(ThompsonState::Split, ways);
  }

  /// Code points of `size` bytes each: split until a range of the whole is a
  /// range of each byte.
  void addRange(uint32_t low, uint32_t high, int size, int32_t next,
                SmallVectorImpl<int32_t> &ways) {
    for (int i = 1; i < size; ++i) {
      uint32_t mask = (1u << (6 * i)) - 1;
      if ((low & ~mask) == (high & ~mask))
        continue;
      if ((low & mask) != 0) {
        addRange(low, low | mask, size, next, ways);
        addRange((low | mask) + 1, high, size, next, ways);
        return;
      }
      if ((high & mask) != mask) {
        addRange(low, (high & ~mask) - 1, size, next, ways);
        addRange(high & ~mask, high, size, next, ways);
        return;
      }
    }
    static constexpr uint32_t kLeads[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (int i = 0; i < size - 1; ++i)
      next = addByte(0x80 | ((low >> (6 * i)) & 0x3f),
                     0x80 | ((high >> (6 * i)) & 0x3f), next);
    int shift = 6 * (size - 1);
    ways.push_back(addByte(kLeads[size] | (low >> shift),
                           kLeads[size] | (high >> shift), next));
  }
};

//===----------------------------------------------------------------------===//
// Sets of its states
//===----------------------------------------------------------------------===//

RegexContext getContext(uint8_t byte) {
  if (byte == '\n')
    return RegexContext::Newline;
  return isAlnum(char(byte)) || byte == '_' ? RegexContext::Word
                                            : RegexContext::Other;
}

/// What follows a place: the context of a byte, or none at the text's end.
bool holds(RegexAssertion assertion, RegexContext before,
           std::optional<RegexContext> after) {
  bool isWord = before == RegexContext::Word,
       willBe = after == RegexContext::Word;
  switch (assertion) {
  case RegexAssertion::BeginOfText:
    return before == RegexContext::BeginOfText;
  case RegexAssertion::EndOfText:
    return !after;
  case RegexAssertion::BeginOfLine:
    return before == RegexContext::BeginOfText ||
           before == RegexContext::Newline;
  case RegexAssertion::EndOfLine:
    return !after || after == RegexContext::Newline;
  case RegexAssertion::WordBoundary:
    return isWord != willBe;
  case RegexAssertion::NoWordBoundary:
    return isWord == willBe;
  }
  llvm_unreachable("all assertions are above");
}

class Determinize {
public:
  Determinize(const Thompson &thompson, int32_t entry)
      : thompson(thompson), entry(entry), seen(thompson.states.size()) {}

  /// False where there are too many states.
  bool run() {
    splitBytes();
    getState({}, RegexContext::Other);
    for (unsigned context = 0; context < 4; ++context)
      result.starts[context] = getState({entry}, RegexContext(context));
    for (size_t state = 0; state < known.size(); ++state) {
      if (known.size() > kMostStates || steps > kMostSteps)
        return false;
      expand(state);
    }
    return true;
  }

  RegexAutomaton result;

private:
  /// States before their assertions are resolved.
  using Set = std::vector<int32_t>;
  const Thompson &thompson;
  int32_t entry;
  std::map<std::pair<Set, RegexContext>, int32_t> numbers;
  std::vector<const std::pair<Set, RegexContext> *> known;
  std::vector<uint8_t> examples; // a byte of each class
  std::vector<uint32_t> seen;    // in which closing, the last time
  uint32_t numClosings = 0;
  uint64_t steps = 0;

  void splitBytes() {
    std::array<bool, 257> begins{};
    begins[0] = true;
    for (const ThompsonState &state : thompson.states)
      if (state.kind == ThompsonState::Byte)
        begins[state.low] = begins[state.high + 1] = true;
    for (unsigned byte = 1; byte < 256 && thompson.hasAssertions; ++byte)
      if (getContext(byte) != getContext(byte - 1))
        begins[byte] = true;
    for (unsigned byte = 0; byte < 256; ++byte) {
      if (begins[byte])
        examples.push_back(uint8_t(byte));
      result.classes[byte] = uint8_t(examples.size() - 1);
      result.contexts[byte] = uint8_t(getContext(byte));
    }
    result.numClasses = int32_t(examples.size());
  }

  int32_t getState(Set set, RegexContext before) {
    llvm::sort(set);
    set.erase(llvm::unique(set), set.end());
    if (set.empty() || !thompson.hasAssertions)
      before = RegexContext::Other;
    auto [it, isNew] =
        numbers.insert({{std::move(set), before}, int32_t(known.size())});
    if (isNew)
      known.push_back(&it->first);
    return it->second;
  }

  /// All that is reached without reading.
  Set close(const Set &set, RegexContext before,
            std::optional<RegexContext> after) {
    ++numClosings;
    Set open = set, closed;
    for (; !open.empty(); ++steps) {
      int32_t number = open.back();
      open.pop_back();
      if (seen[number] == numClosings)
        continue;
      seen[number] = numClosings;
      const ThompsonState &state = thompson.states[number];
      if (state.kind == ThompsonState::Byte ||
          state.kind == ThompsonState::Match)
        closed.push_back(number);
      else if (state.kind == ThompsonState::Split ||
               holds(state.assertion, before, after))
        open.insert(open.end(), state.next.begin(), state.next.end());
    }
    return closed;
  }

  bool hasMatch(const Set &closed) const {
    return llvm::any_of(closed, [&](int32_t number) {
      return thompson.states[number].kind == ThompsonState::Match;
    });
  }

  void expand(size_t state) {
    auto [set, before] = *known[state];
    Set closed;
    for (auto [i, byte] : llvm::enumerate(examples)) {
      RegexContext after = getContext(byte);
      if (i == 0 || thompson.hasAssertions)
        closed = close(set, before, after);
      Set reached;
      steps += closed.size();
      for (int32_t number : closed) {
        const ThompsonState &one = thompson.states[number];
        if (one.kind == ThompsonState::Byte && one.low <= byte &&
            byte <= one.high)
          reached.push_back(one.next[0]);
      }
      result.accepts.push_back(hasMatch(closed));
      result.next.push_back(getState(std::move(reached), after));
    }
    result.accepts.push_back(hasMatch(close(set, before, std::nullopt)));
  }
};

} // namespace

Expected<RegexAutomaton> buildAutomaton(StringRef pattern) {
  Expected<std::unique_ptr<RegexNode>> node = parseRegex(pattern);
  if (!node)
    return node.takeError();
  Thompson thompson;
  int32_t match = thompson.add(ThompsonState::Match, {});
  int32_t entry = thompson.build(**node, match);
  if (thompson.isTooLarge())
    return createStringError("repeats too much: it is too large for a table");
  Determinize determinize(thompson, entry);
  if (!determinize.run())
    return createStringError("is too large for a table: telling its matches "
                             "takes more than " +
                             Twine(kMostStates) + " states");
  return std::move(determinize.result);
}

} // namespace onnxc::onnx
