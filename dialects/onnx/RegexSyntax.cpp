//===- RegexSyntax.cpp - Regular expressions as trees ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/RegexSyntax.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/ConvertUTF.h"

using namespace llvm;

namespace onnxc::onnx {

namespace {

using Node = std::unique_ptr<RegexNode>;
using Range = CodePoints::Range;

constexpr int64_t kMostRepetitions = 1000; // RE2's
constexpr int kMostNested = 200;

constexpr Range kDigit[] = {{'0', '9'}};
constexpr Range kPerlSpace[] = {{'\t', '\n'}, {'\f', '\r'}, {' ', ' '}};
constexpr Range kWord[] = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
constexpr Range kAlnum[] = {{'0', '9'}, {'A', 'Z'}, {'a', 'z'}};
constexpr Range kAlpha[] = {{'A', 'Z'}, {'a', 'z'}};
constexpr Range kAscii[] = {{0, 0x7f}};
constexpr Range kBlank[] = {{'\t', '\t'}, {' ', ' '}};
constexpr Range kControl[] = {{0, 0x1f}, {0x7f, 0x7f}};
constexpr Range kGraph[] = {{'!', '~'}};
constexpr Range kLower[] = {{'a', 'z'}};
constexpr Range kPrint[] = {{' ', '~'}};
constexpr Range kPunct[] = {{'!', '/'}, {':', '@'}, {'[', '`'}, {'{', '~'}};
constexpr Range kSpace[] = {{'\t', '\r'}, {' ', ' '}};
constexpr Range kUpper[] = {{'A', 'Z'}};
constexpr Range kHex[] = {{'0', '9'}, {'A', 'F'}, {'a', 'f'}};

struct NamedPoints {
  StringLiteral name;
  ArrayRef<Range> points;
};

constexpr NamedPoints kClasses[] = {
    {"alnum", kAlnum}, {"alpha", kAlpha},   {"ascii", kAscii},
    {"blank", kBlank}, {"cntrl", kControl}, {"digit", kDigit},
    {"graph", kGraph}, {"lower", kLower},   {"print", kPrint},
    {"punct", kPunct}, {"space", kSpace},   {"upper", kUpper},
    {"word", kWord},   {"xdigit", kHex},
};

/// A recursive descent; what is wrong is in `error`.
class Parser {
public:
  explicit Parser(StringRef pattern) : all(pattern), rest(pattern) {}

  Expected<Node> run() {
    Node node = parseChoice(0);
    if (error.empty() && !rest.empty())
      fail("has a ) without a (");
    if (!error.empty())
      return createStringError(error);
    return node;
  }

private:
  struct Flags {
    bool ignoresCase = false, hasLines = false, dotTakesNewline = false;
  };

  StringRef all, rest;
  Flags flags;
  std::string error;

  std::nullptr_t fail(const Twine &what) {
    if (error.empty())
      error = (what + " (byte " + Twine(all.size() - rest.size()) + ")").str();
    rest = {};
    return nullptr;
  }

  static Node make(RegexNode::Kind kind) {
    auto node = std::make_unique<RegexNode>();
    node->kind = kind;
    return node;
  }
  static Node makePoints(CodePoints points) {
    Node node = make(RegexNode::Points);
    node->points = std::move(points);
    return node;
  }
  /// A class is negated with all forms of its letters.
  CodePoints get(ArrayRef<Range> ranges, bool isNegated = false) const {
    CodePoints points(ranges);
    if (flags.ignoresCase)
      points = points.withOtherCases();
    return isNegated ? points.complement() : points;
  }
  CodePoints get(uint32_t point) const { return get(Range{point, point}); }
  static Node makeAssertion(RegexAssertion assertion) {
    Node node = make(RegexNode::Assert);
    node->assertion = assertion;
    return node;
  }

  /// 0 after an error.
  uint32_t takePoint() {
    const UTF8 *at = rest.bytes_begin();
    UTF32 point = 0;
    if (rest.empty() || convertUTF8Sequence(&at, rest.bytes_end(), &point,
                                            strictConversion) != conversionOK) {
      fail("ends early, or is no UTF-8");
      return 0;
    }
    rest = rest.drop_front(at - rest.bytes_begin());
    return point;
  }

  Node parseChoice(int depth) {
    if (depth > kMostNested)
      return fail("is nested too deeply");
    // Flags set within a group end with it.
    Flags before = flags;
    Node choice = make(RegexNode::Choice);
    do
      choice->parts.push_back(parseSequence(depth));
    while (rest.consume_front("|"));
    flags = before;
    return choice;
  }

  Node parseSequence(int depth) {
    Node sequence = make(RegexNode::Sequence);
    while (error.empty() && !rest.empty() && !rest.starts_with("|") &&
           !rest.starts_with(")")) {
      if (rest.consume_front("\\Q")) {
        quote(*sequence);
        continue;
      }
      Node one = parseOne(depth);
      while (one && isRepetition())
        one = repeat(std::move(one));
      if (one)
        sequence->parts.push_back(std::move(one));
    }
    return sequence;
  }

  void quote(RegexNode &sequence) {
    while (error.empty() && !rest.empty() && !rest.consume_front("\\E")) {
      uint32_t point = takePoint();
      sequence.parts.push_back(makePoints(get(point)));
    }
  }

  bool isRepetition() {
    if (rest.empty() || !error.empty())
      return false;
    int64_t least, most;
    StringRef copy = rest;
    return StringRef("*+?").contains(rest.front()) ||
           takeCounts(copy, least, most);
  }

  /// {n}, {n,} or {n,m}; anything else is plain text.
  static bool takeCounts(StringRef &text, int64_t &least, int64_t &most) {
    StringRef from = text;
    if (!from.consume_front("{") || from.consumeInteger(10, least))
      return false;
    most = least;
    if (from.consume_front(",")) {
      most = -1;
      if (!from.starts_with("}") && from.consumeInteger(10, most))
        return false;
    }
    if (!from.consume_front("}"))
      return false;
    text = from;
    return true;
  }

  Node repeat(Node one) {
    Node node = make(RegexNode::Repeat);
    node->least = rest.starts_with("+") ? 1 : 0;
    node->most = rest.starts_with("?") ? 1 : -1;
    if (!takeCounts(rest, node->least, node->most))
      rest = rest.drop_front();
    if (node->least > kMostRepetitions || node->most > kMostRepetitions)
      return fail("repeats something more than 1000 times");
    if (node->most >= 0 && node->most < node->least)
      return fail("repeats something at most less often than at least");
    rest.consume_front("?");
    node->parts.push_back(std::move(one));
    return node;
  }

  Node parseOne(int depth) {
    if (rest.consume_front("("))
      return parseGroup(depth);
    if (rest.consume_front("["))
      return parseClass();
    if (rest.consume_front("^"))
      return makeAssertion(flags.hasLines ? RegexAssertion::BeginOfLine
                                          : RegexAssertion::BeginOfText);
    if (rest.consume_front("$"))
      return makeAssertion(flags.hasLines ? RegexAssertion::EndOfLine
                                          : RegexAssertion::EndOfText);
    if (rest.consume_front(".")) {
      CodePoints newline(Range{'\n', '\n'});
      return makePoints(
          (flags.dotTakesNewline ? CodePoints() : newline).complement());
    }
    if (StringRef("*+?").contains(rest.front()))
      return fail("repeats nothing");
    if (rest.starts_with("\\"))
      return parseEscape();
    return makePoints(get(takePoint()));
  }

  Node parseGroup(int depth) {
    if (!rest.consume_front("?"))
      return closeGroup(depth);
    if (rest.consume_front("P<") || rest.consume_front("<")) {
      StringRef name =
          rest.take_while([](char c) { return isAlnum(c) || c == '_'; });
      rest = rest.drop_front(name.size());
      if (name.empty() || !rest.consume_front(">"))
        return fail("has a group with a malformed name");
      return closeGroup(depth);
    }
    Flags inside = flags;
    bool isOn = true;
    for (; !rest.empty() && !rest.starts_with(":") && !rest.starts_with(")");
         rest = rest.drop_front()) {
      char flag = rest.front();
      if (flag == '-' && isOn)
        isOn = false;
      else if (flag == 'i')
        inside.ignoresCase = isOn;
      else if (flag == 'm')
        inside.hasLines = isOn;
      else if (flag == 's')
        inside.dotTakesNewline = isOn;
      else if (flag != 'U')
        return fail("has a group of a kind that RE2 has not");
    }
    if (rest.consume_front(")")) {
      flags = inside; // up to the end of the group around it
      return make(RegexNode::Sequence);
    }
    if (!rest.consume_front(":"))
      return fail("has a ( without a )");
    Flags outside = flags;
    flags = inside;
    Node node = closeGroup(depth);
    flags = outside;
    return node;
  }

  Node closeGroup(int depth) {
    Node node = parseChoice(depth + 1);
    if (!error.empty())
      return nullptr;
    return rest.consume_front(")") ? std::move(node)
                                   : Node(fail("has a ( without a )"));
  }

  /// \d and its like; false for others.
  bool takePerlClass(CodePoints &points) {
    if (rest.size() < 2)
      return false;
    char name = rest[1];
    ArrayRef<Range> some;
    if (toLower(name) == 'd')
      some = kDigit;
    else if (toLower(name) == 's')
      some = kPerlSpace;
    else if (toLower(name) == 'w')
      some = kWord;
    else
      return false;
    rest = rest.drop_front(2);
    points.add(get(some, isUpper(name)));
    return true;
  }

  Node parseEscape() {
    CodePoints points;
    if (takePerlClass(points))
      return makePoints(points);
    if (rest.consume_front("\\A"))
      return makeAssertion(RegexAssertion::BeginOfText);
    if (rest.consume_front("\\z"))
      return makeAssertion(RegexAssertion::EndOfText);
    if (rest.consume_front("\\b"))
      return makeAssertion(RegexAssertion::WordBoundary);
    if (rest.consume_front("\\B"))
      return makeAssertion(RegexAssertion::NoWordBoundary);
    return makePoints(get(takeEscapedPoint()));
  }

  uint32_t takeEscapedPoint() {
    rest = rest.drop_front();
    if (rest.empty()) {
      fail("ends in a \\");
      return 0;
    }
    if (rest.consume_front("x"))
      return takeHex();
    char letter = rest.front();
    static constexpr StringLiteral kNames = "aftnrv", kPoints = "\a\f\t\n\r\v";
    if (size_t at = kNames.find(letter); at != StringRef::npos) {
      rest = rest.drop_front();
      return uint32_t(kPoints[at]);
    }
    // One to three octal digits, the first 0; two or three else.
    StringRef octal =
        rest.take_while([](char c) { return c >= '0' && c <= '7'; });
    octal = octal.take_front(3);
    if (octal.starts_with("0") || octal.size() > 1) {
      uint32_t point = 0;
      rest = rest.drop_front(octal.size());
      octal.getAsInteger(8, point);
      return point;
    }
    if (isAlnum(letter)) {
      fail(letter == 'p' || letter == 'P'
               ? Twine("has a class of Unicode, which is not supported: list "
                       "the ranges of code points instead")
               : "has an escape that is not supported: \\" + Twine(letter));
      return 0;
    }
    return takePoint();
  }

  /// 7F, or {10FFFF}.
  uint32_t takeHex() {
    StringRef digits;
    if (rest.consume_front("{")) {
      digits = rest.take_until([](char c) { return c == '}'; });
      rest = rest.drop_front(digits.size());
      if (!rest.consume_front("}"))
        digits = {};
    } else {
      digits = rest.take_front(2);
      rest = rest.drop_front(digits.size());
    }
    uint32_t point;
    if (digits.empty() || digits.getAsInteger(16, point) ||
        point > kLastCodePoint) {
      fail("has a malformed \\x");
      return 0;
    }
    return point;
  }

  /// [:alpha:] or [:^alpha:]; false for others.
  bool takeNamedClass(CodePoints &points) {
    if (!rest.starts_with("[:") || rest.find(":]") == StringRef::npos)
      return false;
    StringRef name = rest.drop_front(2);
    bool isNegated = name.consume_front("^");
    name = name.take_front(name.find(":]"));
    const auto *found = llvm::find_if(
        kClasses, [&](const NamedPoints &named) { return named.name == name; });
    if (found == std::end(kClasses)) {
      fail("has an unknown class [:" + name + ":]");
      return true;
    }
    points.add(get(found->points, isNegated));
    rest = rest.drop_front(rest.find(":]") + 2);
    return true;
  }

  uint32_t takeClassPoint() {
    return rest.starts_with("\\") ? takeEscapedPoint() : takePoint();
  }

  Node parseClass() {
    bool isNegated = rest.consume_front("^");
    CodePoints points;
    for (bool isFirst = true; error.empty(); isFirst = false) {
      if (rest.empty())
        return fail("has a [ without a ]");
      if (!isFirst && rest.consume_front("]"))
        break;
      if (takeNamedClass(points) || takePerlClass(points))
        continue;
      uint32_t from = takeClassPoint(), to = from;
      if (rest.size() > 1 && rest[0] == '-' && rest[1] != ']') {
        rest = rest.drop_front();
        to = takeClassPoint();
      }
      if (error.empty() && to < from)
        return fail("has a range whose end is below its beginning");
      points.add(get(Range{from, to}));
    }
    if (!error.empty())
      return nullptr;
    return makePoints(isNegated ? points.complement() : points);
  }
};

} // namespace

bool matchesOnePoint(const RegexNode &node) {
  auto isOne = [](const Node &part) { return matchesOnePoint(*part); };
  switch (node.kind) {
  case RegexNode::Points:
    return true;
  case RegexNode::Sequence:
    return node.parts.size() == 1 && isOne(node.parts[0]);
  case RegexNode::Choice:
    return llvm::all_of(node.parts, isOne);
  case RegexNode::Repeat:
    return node.least == 1 && node.most == 1 && isOne(node.parts[0]);
  case RegexNode::Assert:
    return false;
  }
  llvm_unreachable("all kinds are above");
}

Expected<std::unique_ptr<RegexNode>> parseRegex(StringRef pattern) {
  return Parser(pattern).run();
}

} // namespace onnxc::onnx
