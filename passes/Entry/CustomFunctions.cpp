//===- CustomFunctions.cpp - What functions the application defines -------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Entry/CustomFunctions.h"
#include "dialects/onnx/CustomOps.h"
#include "dialects/onnx/CustomUse.h"
#include "dialects/plan/Kernels.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/xxhash.h"

using namespace mlir;
using namespace onnxc;

/// Rank and elements are what a signature tells.
static Type getParameterType(Type element, int64_t rank) {
  SmallVector<int64_t> sizes(rank, ShapedType::kDynamic);
  return RankedTensorType::get(sizes, element);
}

static StringRef getKind(Attribute value) {
  if (isa<FloatAttr>(value))
    return "FLOAT";
  if (isa<IntegerAttr>(value))
    return "INT";
  if (isa<StringAttr>(value))
    return "STRING";
  if (isa<DenseF32ArrayAttr>(value))
    return "FLOATS";
  return isa<DenseI64ArrayAttr>(value) ? "INTS" : "STRINGS";
}

static CustomFunction readUse(Operation *op) {
  onnx::CustomUse use(op);
  MLIRContext *context = op->getContext();
  Type none = NoneType::get(context);
  CustomFunction function;
  function.tellsSizes = isa<onnx::CustomSizesOp>(op);
  function.given = use.function.str();
  if (function.tellsSizes)
    function.given += "_shape";
  for (auto [input, name] :
       llvm::zip(use.inputs, use.names.getAsRange<StringAttr>())) {
    function.inputs.push_back(
        input ? getParameterType(onnx::getElementType(input),
                                 *onnx::getRank(input))
              : none);
    function.names.push_back(name);
  }
  for (size_t i = 0; i < use.rules.size(); ++i) {
    function.outputs.push_back(none);
    auto result = use.infer(context, i);
    // An output that is there has its type by now; the rule of another may be
    // about an input that is left out as well.
    if (!result || !result->dims) {
      llvm::consumeError(result.takeError());
      continue;
    }
    if (!function.tellsSizes || llvm::is_contained(*result->dims, AffineExpr()))
      function.outputs.back() =
          getParameterType(result->element, int64_t(result->dims->size()));
  }
  NamedAttrList kinds;
  for (NamedAttribute value : use.values)
    kinds.set(value.getName(),
              StringAttr::get(context, getKind(value.getValue())));
  function.attributes = kinds.getDictionary(context);
  function.operators.insert(use.opType);
  function.nodes.push_back(getNodeNames(op->getLoc()));
  return function;
}

static bool joinTypes(ArrayRef<Type> a, ArrayRef<Type> b,
                      SmallVectorImpl<Type> &joined) {
  ArrayRef<Type> longer = a.size() > b.size() ? a : b;
  joined.assign(longer.begin(), longer.end());
  for (auto [left, right, type] : llvm::zip(a, b, joined)) {
    if (left != right && !isa<NoneType>(left) && !isa<NoneType>(right))
      return false;
    type = isa<NoneType>(left) ? right : left;
  }
  return true;
}

bool CustomFunction::join(const CustomFunction &other) {
  SmallVector<Type> allInputs, allOutputs;
  if (given != other.given || tellsSizes != other.tellsSizes ||
      attributes != other.attributes ||
      llvm::any_of(
          llvm::zip(names, other.names),
          [](auto pair) { return std::get<0>(pair) != std::get<1>(pair); }) ||
      !joinTypes(inputs, other.inputs, allInputs) ||
      !joinTypes(outputs, other.outputs, allOutputs))
    return false;
  inputs = allInputs;
  outputs = allOutputs;
  if (other.names.size() > names.size())
    names = other.names;
  operators.insert(other.operators.begin(), other.operators.end());
  llvm::append_range(nodes, other.nodes);
  return true;
}

/// "float_2d_int64_scalar"
static std::string describe(ArrayRef<Type> types) {
  std::string text;
  for (Type type : types) {
    text += text.empty() ? "" : "_";
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor) {
      text += "none";
      continue;
    }
    text += onnx::getElementTypeName(tensor.getElementType());
    text += tensor.getRank() ? "_" + std::to_string(tensor.getRank()) + "d"
                             : "_scalar";
  }
  return text;
}

/// More of the types with each level.
static std::string describe(const CustomFunction &function, int level) {
  std::string text = describe(function.inputs);
  if (level > 0)
    text += "_to_" + describe(function.outputs);
  if (level > 1)
    for (NamedAttribute attribute : function.attributes) {
      text += "_";
      for (char c : attribute.getName().getValue())
        text += llvm::isAlnum(c) ? c : '_';
    }
  return text;
}

/// What has to be equal where two functions are one. A function of a library of
/// the runtime has types of its own, and the name that its header gives it.
static std::string getSymbol(const CustomFunction &function) {
  if (function.isOfLibrary())
    return function.name;
  std::string text = function.tellsSizes ? "sizes " : "call ";
  text += describe(function.inputs) + " to " + describe(function.outputs);
  for (NamedAttribute attribute : function.attributes)
    text += (" " + attribute.getName().getValue() + "=" +
             cast<StringAttr>(attribute.getValue()).getValue())
                .str();
  std::string symbol = function.name + "_";
  llvm::raw_string_ostream(symbol)
      << llvm::format_hex_no_prefix(uint32_t(llvm::xxh3_64bits(text)), 8);
  return symbol;
}

void CustomFunctions::nameAll() {
  llvm::MapVector<StringRef, SmallVector<CustomFunction *>> groups;
  for (CustomFunction &function : functions)
    groups[function.given].push_back(&function);
  constexpr int kLevels = 3;
  for (auto &[given, group] : groups) {
    llvm::StringSet<> texts;
    int level = 0;
    for (; level < kLevels && texts.size() < group.size(); ++level) {
      texts.clear();
      for (CustomFunction *function : group)
        texts.insert(describe(*function, level));
    }
    for (auto [i, function] : llvm::enumerate(group)) {
      StringRef stem = function->given;
      bool isShape = function->tellsSizes && stem.consume_back("_shape");
      function->name = stem.str();
      if (group.size() > 1)
        function->name +=
            "_" + (texts.size() == group.size() ? describe(*function, level - 1)
                                                : std::to_string(i + 1));
      if (isShape)
        function->name += "_shape";
      function->symbol = getSymbol(*function);
    }
  }
}

CustomFunctions::CustomFunctions(func::FuncOp main) {
  main.walk([&](Operation *op) {
    if (!onnx::CustomUse::isOne(op))
      return;
    CustomFunction use = readUse(op);
    for (auto [i, function] : llvm::enumerate(functions))
      if (function.join(use)) {
        numbers[op] = i;
        return;
      }
    numbers[op] = functions.size();
    functions.push_back(std::move(use));
  });
  nameAll();
}

const CustomFunction &CustomFunctions::get(Operation *op) const {
  return functions[numbers.at(op)];
}

/// "my.ops::Scale (nodes a, b and 3 more)"
static std::string describeUsers(const CustomFunction &function) {
  constexpr size_t kNamed = 6;
  ArrayRef<std::string> nodes = function.nodes;
  std::string text = llvm::join(function.operators, ", ") +
                     (nodes.size() > 1 ? " (nodes " : " (node ") +
                     llvm::join(nodes.take_front(kNamed), ", ");
  if (nodes.size() > kNamed)
    text += " and " + std::to_string(nodes.size() - kNamed) + " more";
  return text + ")";
}

ArrayAttr CustomFunctions::getList(MLIRContext *context) const {
  Builder b(context);
  SmallVector<Attribute> list;
  for (const CustomFunction &function : functions) {
    std::string users = describeUsers(function);
    SmallVector<Attribute> names(function.names.begin(), function.names.end());
    list.push_back(plan::CustomFunctionAttr::get(
        context, b.getStringAttr(function.name),
        b.getStringAttr(function.symbol), b.getStringAttr(users),
        b.getArrayAttr(names), b.getTypeArrayAttr(function.inputs),
        b.getTypeArrayAttr(function.outputs), function.attributes,
        function.tellsSizes));
  }
  return b.getArrayAttr(list);
}
