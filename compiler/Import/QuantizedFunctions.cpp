//===- QuantizedFunctions.cpp - com.microsoft's quantised operators -------===//
//
// onnxruntime's quantiser writes operators of the domain com.microsoft. Each is
// a standard operator between dequantised and quantised tensors:
//
//   QLinearAdd(A, sa, za, B, sb, zb, sc, zc) =
//     QuantizeLinear(Add(DequantizeLinear(A, sa, za),
//                        DequantizeLinear(B, sb, zb)), sc, zc)
//
// So the model is given a function of that body, as if it brought its own, in
// onnx's text form; what follows inlines it. Attributes are written into the
// body: another set of them makes another function. Those whose body depends on
// a rank are ops of the dialect (MicrosoftQuantizedOps.td).
//
// Source: onnxruntime, docs/ContribOperators.md.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/Model.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Format.h"
#include <onnx/defs/parser.h>

using namespace mlir;

namespace onnxc {

namespace {

const ::onnx::AttributeProto *find(const ::onnx::NodeProto &node,
                                   StringRef name) {
  for (const auto &attribute : node.attribute())
    if (attribute.name() == name)
      return &attribute;
  return nullptr;
}

int64_t getInt(const ::onnx::NodeProto &node, StringRef name,
               int64_t otherwise) {
  const ::onnx::AttributeProto *attribute = find(node, name);
  return attribute ? attribute->i() : otherwise;
}

bool hasInput(const ::onnx::NodeProto &node, int number) {
  return number < node.input_size() && !node.input(number).empty();
}

/// "<axis = 1, pads = [0, 0]>" of those attributes that the node has.
std::string copyAttributes(const ::onnx::NodeProto &node,
                           ArrayRef<StringRef> names) {
  std::string text;
  llvm::raw_string_ostream os(text);
  for (StringRef name : names) {
    const ::onnx::AttributeProto *attribute = find(node, name);
    if (!attribute)
      continue;
    os << (text.empty() ? " <" : ", ") << name << " = ";
    switch (attribute->type()) {
    case ::onnx::AttributeProto::INT:
      os << attribute->i();
      break;
    case ::onnx::AttributeProto::FLOAT:
      os << llvm::format("%.9e", double(attribute->f()));
      break;
    case ::onnx::AttributeProto::STRING:
      os << '"';
      llvm::printEscapedString(attribute->s(), os);
      os << '"';
      break;
    default:
      os << "["
         << llvm::join(llvm::map_range(
                           attribute->ints(),
                           [](int64_t value) { return std::to_string(value); }),
                       ", ")
         << "]";
    }
  }
  return text.empty() ? text : text + ">";
}

/// The body of an operator between quantised tensors, whose inputs are named
/// i0, i1 and so on.
struct Body {
  std::string text;
  int next = 0;
  /// A tensor that is quantised as the result is.
  std::string like;
  /// The result's type is that of `like`, which opset 15 has an operator for.
  bool usesCastLike = false;

  std::string name() { return "t" + std::to_string(next++); }
  /// A tensor with its scale and zero point, from input `first` on.
  std::string dequantize(const ::onnx::NodeProto &node, int first,
                         StringRef attributes = "") {
    std::string result = name();
    if (like.empty())
      like = "i" + std::to_string(first);
    text += ("  " + result + " = DequantizeLinear" + attributes + "(i" +
             Twine(first) + ", i" + Twine(first + 1) +
             (hasInput(node, first + 2) ? ", i" + Twine(first + 2) : Twine()) +
             ")\n")
                .str();
    return result;
  }
  std::string call(StringRef op, StringRef attributes,
                   ArrayRef<std::string> operands) {
    std::string result = name();
    text += ("  " + result + " = " + op + attributes + "(" +
             llvm::join(operands, ", ") + ")\n")
                .str();
    return result;
  }
  void quantize(const ::onnx::NodeProto &node, StringRef value, int scale) {
    std::string zero = "i" + std::to_string(scale + 1);
    if (!hasInput(node, scale + 1)) {
      usesCastLike = true;
      text += "  real_zero = Constant <value_float = 0.0> ()\n";
      zero = call("CastLike", "", {"real_zero", like});
    }
    text += ("  y = QuantizeLinear(" + value + ", i" + Twine(scale) + ", " +
             zero + ")\n")
                .str();
  }
  void result(StringRef value) {
    text += ("  y = Identity(" + value + ")\n").str();
  }
};

std::optional<Body> writeUnary(const ::onnx::NodeProto &node, StringRef op,
                               ArrayRef<StringRef> attributes) {
  Body body;
  std::string x = body.dequantize(node, 0);
  body.quantize(node, body.call(op, copyAttributes(node, attributes), x), 3);
  return body;
}

/// " <perm = [0, 3, 1, 2]>", or its inverse.
std::string printOrder(int rank, bool toFirst) {
  SmallVector<std::string> order = {"0"};
  if (toFirst)
    order.push_back(std::to_string(rank - 1));
  for (int i = toFirst ? 1 : 2; i < rank - toFirst; ++i)
    order.push_back(std::to_string(i));
  if (!toFirst)
    order.push_back("1");
  return " <perm = [" + llvm::join(order, ", ") + "]>";
}

std::optional<Body> writeAveragePool(const ::onnx::NodeProto &node,
                                     ArrayRef<StringRef> attributes) {
  const ::onnx::AttributeProto *kernel = find(node, "kernel_shape");
  if (!getInt(node, "channels_last", 0) || !kernel)
    return writeUnary(node, "AveragePool", attributes);
  int rank = kernel->ints_size() + 2;
  Body body;
  std::string x = body.dequantize(node, 0);
  x = body.call("Transpose", printOrder(rank, /*toFirst=*/true), x);
  x = body.call("AveragePool", copyAttributes(node, attributes), x);
  x = body.call("Transpose", printOrder(rank, /*toFirst=*/false), x);
  body.quantize(node, x, 3);
  return body;
}

std::optional<Body> writeBinary(const ::onnx::NodeProto &node, StringRef op) {
  Body body;
  std::string a = body.dequantize(node, 0), b = body.dequantize(node, 3);
  body.quantize(node, body.call(op, "", {a, b}), 6);
  return body;
}

std::optional<Body> writeConcat(const ::onnx::NodeProto &node) {
  Body body;
  SmallVector<std::string> parts;
  for (int i = 2; i + 2 < node.input_size(); i += 3)
    parts.push_back(body.dequantize(node, i));
  body.quantize(node,
                body.call("Concat", copyAttributes(node, {"axis"}), parts), 0);
  return body;
}

std::optional<Body> writeWhere(const ::onnx::NodeProto &node) {
  Body body;
  std::string x = body.dequantize(node, 1), y = body.dequantize(node, 4);
  body.quantize(node, body.call("Where", "", {"i0", x, y}), 7);
  return body;
}

/// (A, sa, za, B, sb, zb, C in units of sa sb, sy, zy): a float without the
/// last two.
std::optional<Body> writeGemm(const ::onnx::NodeProto &node) {
  Body body;
  bool isTransposed = getInt(node, "transB", 0);
  std::string a = body.dequantize(node, 0);
  std::string b =
      body.dequantize(node, 3, isTransposed ? " <axis = 0>" : " <axis = 1>");
  SmallVector<std::string> operands = {a, b};
  if (hasInput(node, 6)) {
    std::string unit = body.call("Mul", "", {"i1", "i4"});
    operands.push_back(
        body.call("DequantizeLinear", " <axis = 0>", {"i6", unit}));
  }
  std::string sum = body.call(
      "Gemm", copyAttributes(node, {"alpha", "transA", "transB"}), operands);
  if (hasInput(node, 7))
    body.quantize(node, sum, 7);
  else
    body.result(sum);
  return body;
}

/// (A, B, sa, sb, za, zb, bias): sums of integers as reals.
std::optional<Body> writeMatMulIntegerToFloat(const ::onnx::NodeProto &node) {
  Body body;
  SmallVector<std::string> factors = {"i0", "i1"};
  for (int i : {4, 5})
    factors.push_back(hasInput(node, i) ? "i" + std::to_string(i) : "");
  while (factors.back().empty())
    factors.pop_back();
  std::string sum = body.call("MatMulInteger", "", factors);
  std::string real = body.call("Cast", " <to = 1>", sum);
  std::string scale = body.call("Mul", "", {"i2", "i3"});
  real = body.call("Mul", "", {real, scale});
  if (hasInput(node, 6))
    real = body.call("Add", "", {real, "i6"});
  body.result(real);
  return body;
}

/// (A, B, sb, zb, bias) with a real A, quantised by what is in it.
std::optional<Body> writeDynamicQuantizeMatMul(const ::onnx::NodeProto &node) {
  Body body;
  body.text += "  q, sa, za = DynamicQuantizeLinear(i0)\n";
  SmallVector<std::string> factors = {"q", "i1", "za"};
  if (hasInput(node, 3))
    factors.push_back("i3");
  std::string sum = body.call("MatMulInteger", "", factors);
  std::string real = body.call("Cast", " <to = 1>", sum);
  std::string scale = body.call("Mul", "", {"sa", "i2"});
  real = body.call("Mul", "", {real, scale});
  if (hasInput(node, 4))
    real = body.call("Add", "", {real, "i4"});
  body.result(real);
  return body;
}

std::optional<Body> writeConversion(const ::onnx::NodeProto &node,
                                    StringRef op) {
  Body body;
  SmallVector<std::string> operands;
  for (int i = 0; i < node.input_size(); ++i)
    operands.push_back("i" + std::to_string(i));
  body.result(body.call(op, copyAttributes(node, {"axis"}), operands));
  return body;
}

std::optional<Body> writeBody(const ::onnx::NodeProto &node) {
  static const SmallVector<StringRef> window = {
      "auto_pad",     "ceil_mode", "count_include_pad",
      "kernel_shape", "pads",      "strides"};
  StringRef op = node.op_type();
  if (op == "QLinearAdd" || op == "QLinearMul")
    return writeBinary(node, op.drop_front(7));
  if (op == "QLinearSigmoid" || op == "QLinearLeakyRelu")
    return writeUnary(node, op.drop_front(7), {"alpha"});
  if (op == "QLinearAveragePool")
    return writeAveragePool(node, window);
  if (op == "QLinearConcat")
    return writeConcat(node);
  if (op == "QLinearWhere")
    return writeWhere(node);
  if (op == "QGemm")
    return writeGemm(node);
  if (op == "MatMulIntegerToFloat")
    return writeMatMulIntegerToFloat(node);
  if (op == "DynamicQuantizeMatMul")
    return writeDynamicQuantizeMatMul(node);
  if (op == "QuantizeLinear" || op == "DequantizeLinear")
    return writeConversion(node, op);
  return std::nullopt;
}

class Define {
public:
  Define(Model &model, const ImportOptions &options) : model(model) {
    for (const CustomOperator &custom : options.customOperators)
      if (custom.domain == kMicrosoftDomain)
        own.insert(custom.name);
    for (const auto &function : model.proto->functions())
      if (function.domain() == kMicrosoftDomain)
        own.insert(function.name());
  }

  LogicalResult
  visit(google::protobuf::RepeatedPtrField<::onnx::NodeProto> &nodes) {
    for (auto &node : nodes) {
      for (auto &attribute : *node.mutable_attribute())
        if (attribute.has_g() &&
            failed(visit(*attribute.mutable_g()->mutable_node())))
          return failure();
      if (node.domain() != kMicrosoftDomain || own.contains(node.op_type()))
        continue;
      if (std::optional<Body> body = writeBody(node))
        if (failed(define(node, *body)))
          return failure();
    }
    return success();
  }

private:
  Model &model;
  /// Those that have a body, or a function of the application.
  llvm::StringSet<> own;
  /// From the text of a function to its name.
  llvm::StringMap<std::string> names;

  LogicalResult define(::onnx::NodeProto &node, const Body &body) {
    constexpr int64_t kCastLikeOpset = 15;
    if (body.usesCastLike && model.getOpset("") < kCastLikeOpset)
      return model.error(node)
             << "leaves out the zero point of its result; give it, or export "
                "the model for opset 15";
    std::string inputs;
    for (int i = 0; i < node.input_size(); ++i)
      inputs += (i ? ", i" : "i") + std::to_string(i);
    std::string rest = " (" + inputs + ") => (y) {\n" + body.text + "}\n";
    auto [entry, isNew] = names.try_emplace(node.op_type() + rest);
    if (isNew) {
      entry->second = node.op_type() + "_" + std::to_string(names.size());
      std::string text =
          ("<domain: \"" + kMicrosoftDomain + "\", opset_import: [\"\" : " +
           Twine(model.getOpset("")) + "]>\n" + entry->second + rest)
              .str();
      auto status =
          ::onnx::OnnxParser::Parse(*model.proto->add_functions(), text);
      if (!status.IsOK())
        return model.error(node)
               << "its body cannot be read: " << status.ErrorMessage();
    }
    node.set_op_type(entry->second);
    node.clear_attribute();
    return success();
  }
};

} // namespace

LogicalResult defineQuantizedFunctions(Model &model,
                                       const ImportOptions &options) {
  Define define(model, options);
  if (failed(define.visit(*model.proto->mutable_graph()->mutable_node())))
    return failure();
  for (int i = 0, e = model.proto->functions_size(); i < e; ++i)
    if (failed(
            define.visit(*model.proto->mutable_functions(i)->mutable_node())))
      return failure();
  return success();
}

} // namespace onnxc
