//===- CustomRule.cpp - What a custom operator gives ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/CustomRule.h"
#include "dialects/onnx/ElementTypes.h"
#include "dialects/onnx/OnnxDialect.h"
#include "dialects/onnx/PiecewiseExpr.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;

namespace onnxc::onnx {

/// By their numbers in TensorProto.DataType.
static constexpr StringLiteral kTypeNames[] = {"",
                                               "float",
                                               "uint8",
                                               "int8",
                                               "uint16",
                                               "int16",
                                               "int32",
                                               "int64",
                                               "string",
                                               "bool",
                                               "float16",
                                               "double",
                                               "uint32",
                                               "uint64",
                                               "complex64",
                                               "complex128",
                                               "bfloat16",
                                               "float8e4m3fn",
                                               "float8e4m3fnuz",
                                               "float8e5m2",
                                               "float8e5m2fnuz",
                                               "uint4",
                                               "int4",
                                               "float4e2m1",
                                               "float8e8m0",
                                               "uint2",
                                               "int2"};

StringRef getElementTypeName(Type elementType) {
  auto number = size_t(getDataType(elementType));
  return number < std::size(kTypeNames) ? StringRef(kTypeNames[number]) : "";
}

/// Reads a text from left to right.
class CustomRuleParser {
public:
  explicit CustomRuleParser(StringRef text) : text(text), rest(text) {}

  Expected<CustomRule> parse() {
    CustomRule rule;
    if (text.size() > kMostBytes)
      return createStringError("a rule has " + Twine(text.size()) +
                               " bytes, more than " + Twine(kMostBytes));
    if (Error error = parseResult(rule))
      return std::move(error);
    if (!rest.trim().empty())
      return wrong("nothing may follow the rule");
    return rule;
  }

private:
  using Size = CustomRule::Size;
  // Longer and deeper ones nobody writes.
  static constexpr size_t kMostBytes = 4096;
  static constexpr int kMostDepth = 64;
  StringRef text, rest;
  int depth = 0;

  Error wrong(const Twine &why) {
    return createStringError("the rule '" + text + "': " + why + ", before '" +
                             rest.trim() + "'");
  }

  bool take(StringRef token) {
    rest = rest.ltrim();
    return rest.consume_front(token);
  }

  StringRef takeWord() {
    rest = rest.ltrim();
    StringRef word =
        rest.take_while([](char c) { return llvm::isAlnum(c) || c == '_'; });
    rest = rest.drop_front(word.size());
    return word;
  }

  Error parseNumber(int64_t &number) {
    if (takeWord().getAsInteger(10, number) || number > INT32_MAX)
      return wrong("a number below 2^31 is wanted");
    return Error::success();
  }

  Error parseInParentheses(int64_t &number) {
    if (!take("("))
      return wrong("'(' is wanted");
    if (Error error = parseNumber(number))
      return error;
    return take(")") ? Error::success() : wrong("')' is wanted");
  }

  Error parseResult(CustomRule &rule) {
    if (take("same-as-input-")) {
      rule.isSame = true;
      return parseNumber(rule.typeInput);
    }
    StringRef type = takeWord();
    if (type == "type") {
      if (Error error = parseInParentheses(rule.typeInput))
        return error;
    } else if (!type.empty()) {
      const auto *found = llvm::find(kTypeNames, type);
      if (found == std::end(kTypeNames))
        return wrong("'" + type +
                     "' is no type of elements, as float or int64 "
                     "is, nor same-as-input-0");
      rule.dataType = found - kTypeNames;
    }
    if (!take("["))
      return wrong("'[' and a list of sizes are wanted");
    if (take("]"))
      return Error::success();
    do {
      if (take("?")) {
        rule.sizes.emplace_back().kind = Size::Asked;
        continue;
      }
      Expected<Size> size = parseSum();
      if (!size)
        return size.takeError();
      rule.sizes.push_back(std::move(*size));
    } while (take(","));
    return take("]") ? Error::success() : wrong("',' or ']' is wanted");
  }

  static Size combine(Size::Kind kind, Size left, Size right) {
    Size size;
    size.kind = kind;
    size.operands = {std::move(left), std::move(right)};
    return size;
  }

  Expected<Size> parseSum() {
    if (++depth > kMostDepth)
      return wrong("it is nested too deeply");
    Expected<Size> left = parseProduct();
    while (left) {
      Size::Kind kind;
      if (take("+"))
        kind = Size::Add;
      else if (take("-"))
        kind = Size::Subtract;
      else
        break;
      Expected<Size> right = parseProduct();
      if (!right)
        return right.takeError();
      left = combine(kind, std::move(*left), std::move(*right));
    }
    --depth;
    return left;
  }

  Expected<Size> parseProduct() {
    Expected<Size> left = parseFactor();
    while (left) {
      Size::Kind kind;
      if (take("*"))
        kind = Size::Multiply;
      else if (take("/"))
        kind = Size::Divide;
      else if (take("%"))
        kind = Size::Rest;
      else
        break;
      Expected<Size> right = parseFactor();
      if (!right)
        return right.takeError();
      left = combine(kind, std::move(*left), std::move(*right));
    }
    return left;
  }

  Expected<Size> parseFactor() {
    if (take("(")) {
      Expected<Size> inside = parseSum();
      if (inside && !take(")"))
        return wrong("')' is wanted");
      return inside;
    }
    StringRef word = takeWord();
    Size size;
    if (word.empty())
      return wrong("a number, a size as d0(0), or the name of an attribute is "
                   "wanted");
    if (llvm::isDigit(word[0])) {
      if (word.getAsInteger(10, size.number) || size.number > INT32_MAX)
        return wrong("'" + word + "' is no number below 2^31");
      return size;
    }
    if (rest.ltrim().starts_with("("))
      return parseCall(word);
    size.kind = Size::Attribute;
    size.name = word.str();
    size.number = -1;
    if (take("[")) {
      if (Error error = parseNumber(size.number))
        return std::move(error);
      if (!take("]"))
        return wrong("']' is wanted");
    }
    return size;
  }

  Expected<Size> parseCall(StringRef word) {
    StringRef number = word;
    Size size;
    size.kind = Size::Dim;
    if (number.consume_front("d") && !number.getAsInteger(10, size.number)) {
      if (Error error = parseInParentheses(size.input))
        return std::move(error);
      return size;
    }
    Size::Kind kind;
    if (word == "min")
      kind = Size::Min;
    else if (word == "max")
      kind = Size::Max;
    else if (word == "ceildiv")
      kind = Size::DivideUp;
    else
      return wrong("'" + word +
                   "' is no function; sizes of inputs are d0(0), "
                   "functions min, max and ceildiv");
    take("(");
    Expected<Size> left = parseSum();
    if (!left)
      return left;
    if (!take(","))
      return wrong("',' is wanted");
    Expected<Size> right = parseSum();
    if (!right)
      return right;
    if (!take(")"))
      return wrong("')' is wanted");
    return combine(kind, std::move(*left), std::move(*right));
  }
};

/// Evaluates the sizes of a rule for inputs and attributes.
class CustomRuleReader {
public:
  CustomRuleReader(MLIRContext *context, ArrayRef<Type> inputs,
                   DictionaryAttr values)
      : context(context), inputs(inputs), values(values) {}

  Expected<Type> getInput(int64_t number) {
    if (number >= int64_t(inputs.size()))
      return createStringError("its rule is about input " + Twine(number) +
                               ", of " + Twine(inputs.size()) +
                               " that it has; the first is input 0");
    if (!inputs[number])
      return createStringError("its rule is about input " + Twine(number) +
                               ", which is left out");
    return inputs[number];
  }

  /// Null where the input's shape is not known.
  Expected<AffineExpr> evaluate(const CustomRule::Size &size) {
    using Size = CustomRule::Size;
    switch (size.kind) {
    case Size::Number:
      return onnx::getConstant(context, size.number);
    case Size::Dim:
      return getDim(size);
    case Size::Attribute:
      return getValue(size);
    default:
      return evaluateOperation(size);
    }
  }

private:
  MLIRContext *context;
  ArrayRef<Type> inputs;
  DictionaryAttr values;

  Expected<AffineExpr> getDim(const CustomRule::Size &size) {
    Expected<Type> input = getInput(size.input);
    if (!input)
      return input.takeError();
    std::optional<Dims> dims = getDims(*input);
    if (!dims)
      return AffineExpr();
    if (size.number >= int64_t(dims->size()))
      return createStringError(
          "its rule is about size " + Twine(size.number) + " of input " +
          Twine(size.input) + ", which has " + Twine(dims->size()) +
          " dimensions; the first is d0(" + Twine(size.input) + ")");
    return (*dims)[size.number];
  }

  Expected<AffineExpr> getValue(const CustomRule::Size &size) {
    Attribute value = values.get(size.name);
    auto integer = dyn_cast_or_null<IntegerAttr>(value);
    if (integer && size.number < 0)
      return onnx::getConstant(context, integer.getInt());
    auto list = dyn_cast_or_null<DenseI64ArrayAttr>(value);
    if (list && size.number >= 0 && size.number < list.size())
      return onnx::getConstant(context, list[size.number]);
    std::string wanted = size.name;
    if (size.number >= 0)
      wanted += "[" + std::to_string(size.number) + "]";
    return createStringError(
        "its rule takes " + wanted + " for a size: the node has no such " +
        (size.number < 0 ? "attribute that is an integer"
                         : "element of a list of integers"));
  }

  Expected<AffineExpr> evaluateOperation(const CustomRule::Size &size) {
    using Size = CustomRule::Size;
    Expected<AffineExpr> left = evaluate(size.operands[0]);
    if (!left)
      return left;
    Expected<AffineExpr> right = evaluate(size.operands[1]);
    if (!right || !*left || !*right)
      return right ? AffineExpr() : std::move(right);
    AffineExpr a = *left, b = *right;
    bool divides = size.kind == Size::Divide || size.kind == Size::Rest ||
                   size.kind == Size::DivideUp;
    if (std::optional<int64_t> divisor = onnx::getConstant(b);
        divides && divisor && *divisor <= 0)
      return createStringError("its rule divides a size by " + Twine(*divisor));
    switch (size.kind) {
    case Size::Add:
      return a + b;
    case Size::Subtract:
      return a - b;
    case Size::Multiply:
      return a * b;
    case Size::Divide:
      return a.floorDiv(b);
    case Size::Rest:
      return a % b;
    case Size::DivideUp:
      return a.ceilDiv(b);
    case Size::Min:
      return getMin(simplify(a), simplify(b));
    default:
      return getMax(simplify(a), simplify(b));
    }
  }
};

Expected<CustomRule> CustomRule::parse(StringRef text) {
  return CustomRuleParser(text.trim()).parse();
}

SmallVector<StringRef> CustomRule::split(StringRef texts) {
  SmallVector<StringRef> result;
  int depth = 0;
  size_t begin = 0;
  for (size_t i = 0; i < texts.size(); ++i) {
    depth += texts[i] == '[' || texts[i] == '(';
    depth -= texts[i] == ']' || texts[i] == ')';
    if (texts[i] != ',' || depth > 0)
      continue;
    result.push_back(texts.slice(begin, i).trim());
    begin = i + 1;
  }
  result.push_back(texts.drop_front(begin).trim());
  return result;
}

size_t CustomRule::countAsked() const {
  return llvm::count_if(
      sizes, [](const Size &size) { return size.kind == Size::Asked; });
}

Expected<CustomResult> CustomRule::infer(MLIRContext *context,
                                         ArrayRef<Type> inputs,
                                         DictionaryAttr values) const {
  CustomRuleReader reader(context, inputs, values);
  CustomResult result;
  if (dataType) {
    result.element = getElementTypeOf(context, dataType);
  } else {
    Expected<Type> like = reader.getInput(typeInput);
    if (!like)
      return like.takeError();
    result.element = cast<TensorType>(*like).getElementType();
    if (isSame)
      result.dims = getDims(*like);
  }
  if (isSame)
    return result;
  Dims dims;
  bool isKnown = true;
  for (const Size &size : sizes) {
    if (size.kind == Size::Asked) {
      dims.push_back(AffineExpr());
      continue;
    }
    Expected<AffineExpr> expr = reader.evaluate(size);
    if (!expr)
      return expr.takeError();
    isKnown &= bool(*expr);
    dims.push_back(*expr ? simplify(*expr) : AffineExpr());
  }
  if (isKnown)
    result.dims = dims;
  return result;
}

} // namespace onnxc::onnx
