//===- Signature.cpp - Inputs, symbols, and what flags say of them --------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/Build.h"
#include "compiler/Import/PackedValues.h"
#include "dialects/onnx/OnnxDialect.h"
#include "mlir/IR/Diagnostics.h"

using namespace mlir;

namespace onnxc {

namespace {

/// Null where the text is no number of that type.
Attribute parseElement(StringRef text, Type type) {
  if (type.isInteger(1)) {
    bool isTrue = text == "1" || text == "true";
    if (!isTrue && text != "0" && text != "false")
      return {};
    return IntegerAttr::get(type, isTrue);
  }
  if (auto integer = dyn_cast<IntegerType>(type)) {
    unsigned width = integer.getWidth();
    if (integer.isUnsigned()) {
      uint64_t number;
      if (text.getAsInteger(10, number) || !llvm::isUIntN(width, number))
        return {};
      return IntegerAttr::get(type, APInt(width, number));
    }
    int64_t number;
    if (text.getAsInteger(10, number) || !llvm::isIntN(width, number))
      return {};
    return IntegerAttr::get(type, APInt(width, number, /*isSigned=*/true));
  }
  double number;
  if (!isa<FloatType>(type) || text.getAsDouble(number))
    return {};
  return FloatAttr::get(type, number);
}

/// One size as the model states it: a number, or a symbol's name.
struct Size {
  int64_t value = ShapedType::kDynamic;
  std::string symbol;
};

class Signatures {
public:
  Signatures(Model &model, const ImportOptions &options)
      : model(model), options(options) {}

  FailureOr<Signature> run() {
    for (const auto &input : model.proto->graph().input())
      if (!model.weights.contains(input.name()))
        inputs.push_back(&input);
    for (const auto &[name, binding] : options.dims) {
      if (binding.max != -1 && binding.max < binding.min) {
        model.error() << "the dimension \"" << name << "\" is given the range "
                      << binding.min << ".." << binding.max
                      << ", which is empty";
        return failure();
      }
      bindings[name] = binding;
    }
    if (failed(checkKinds()) || failed(checkNames(options.shapes, "shape")) ||
        failed(checkNames(options.values, "value")))
      return failure();
    SmallVector<SmallVector<Size>> shapes;
    for (const auto *input : inputs)
      if (failed(bind(*input, shapes.emplace_back())))
        return failure();
    if (failed(checkDimNames()))
      return failure();
    for (auto [input, shape] : llvm::zip(inputs, shapes))
      if (failed(getGivenValue(input->name()) ? addConstant(*input, shape)
                                              : addType(*input, shape)))
        return failure();
    return std::move(signature);
  }

private:
  Model &model;
  const ImportOptions &options;
  Signature signature;
  SmallVector<const ::onnx::ValueInfoProto *> inputs;
  llvm::StringMap<DimBinding> bindings;
  llvm::StringMap<unsigned> numbers;
  SmallVector<std::string> seen;

  const SmallVector<int64_t> *getGivenShape(StringRef input) {
    for (const auto &[name, shape] : options.shapes)
      if (name == input)
        return &shape;
    return nullptr;
  }

  const SmallVector<std::string> *getGivenValue(StringRef input) {
    for (const auto &[name, elements] : options.values)
      if (name == input)
        return &elements;
    return nullptr;
  }

  /// What is given by name is given to an input.
  template <typename Given>
  LogicalResult checkNames(const Given &given, StringRef what) {
    for (const auto &[name, of] : given) {
      if (llvm::any_of(inputs, [&, &name = name](const auto *input) {
            return input->name() == name;
          }))
        continue;
      InFlightDiagnostic error = model.error()
                                 << "has no input \"" << name << "\" to give a "
                                 << what << "; its inputs are ";
      llvm::interleaveComma(inputs, error, [&](const auto *input) {
        error << '"' << input->name() << '"';
      });
      return error;
    }
    return success();
  }

  LogicalResult checkDimNames() {
    for (const auto &[name, binding] : options.dims) {
      if (llvm::is_contained(seen, name))
        continue;
      InFlightDiagnostic error = model.error()
                                 << "has no dimension \"" << name << "\"; ";
      error << (seen.empty() ? "all its dimensions are fixed"
                             : "its free dimensions are ");
      llvm::interleaveComma(seen, error, [&](const std::string &other) {
        error << '"' << other << '"';
      });
      return error;
    }
    return success();
  }

  LogicalResult bind(const ::onnx::ValueInfoProto &input,
                     SmallVector<Size> &shape) {
    const std::string &name = input.name();
    const SmallVector<int64_t> *given = getGivenShape(name);
    auto contradiction = [&] {
      return model.error() << "the shape given for input \"" << name << "\" ";
    };
    const auto &tensor = input.type().tensor_type();
    auto unnamed = [&](size_t k) { return name + "_dim" + std::to_string(k); };
    if (!tensor.has_shape()) {
      if (!given)
        return model.error()
               << "input \"" << name << "\" has no shape; give it one: "
               << "--shape " << name << "=1x3x224x224, for example";
      for (size_t k = 0; k < given->size(); ++k)
        shape.push_back({ShapedType::kDynamic, unnamed(k)});
    }
    for (const auto &[k, dim] : llvm::enumerate(tensor.shape().dim())) {
      // Some exporters write -1 for a size that they do not know.
      if (dim.dim_value() < -1)
        return model.error() << "input \"" << name << "\" has the size "
                             << dim.dim_value() << " in dimension " << k;
      if (dim.has_dim_value() && dim.dim_value() >= 0)
        shape.push_back({dim.dim_value(), ""});
      else
        shape.push_back({ShapedType::kDynamic, isAnonymous(dim.dim_param())
                                                   ? unnamed(k)
                                                   : dim.dim_param()});
    }
    for (const Size &size : shape)
      if (!size.symbol.empty() && !llvm::is_contained(seen, size.symbol))
        seen.push_back(size.symbol);
    // As many elements as --value gives are what a vector has.
    SmallVector<int64_t> length;
    if (const auto *elements = getGivenValue(name);
        elements && !given && shape.size() == 1) {
      length.push_back(int64_t(elements->size()));
      given = &length;
    }
    if (!given)
      return success();
    if (given->size() != shape.size())
      return contradiction() << "has " << given->size()
                             << " dimensions, the model's has " << shape.size();
    for (auto [k, size] : llvm::enumerate(*given)) {
      if (ShapedType::isDynamic(size))
        continue;
      if (shape[k].symbol.empty()) {
        if (shape[k].value != size)
          return contradiction() << "has size " << size << " in dimension " << k
                                 << ", where the model has " << shape[k].value;
        continue;
      }
      auto [it, isNew] =
          bindings.try_emplace(shape[k].symbol, DimBinding{size, size});
      DimBinding &binding = it->second;
      if (!isNew &&
          (size < binding.min || (binding.max != -1 && size > binding.max))) {
        InFlightDiagnostic error = contradiction();
        error << "makes the dimension \"" << shape[k].symbol << "\" " << size
              << ", but it is " << binding.min;
        if (!binding.isFixed())
          error << " or more";
        return error;
      }
      binding = {size, size};
    }
    return success();
  }

  /// All inputs and outputs that are not held by tensors, at once.
  LogicalResult checkKinds() {
    const ::onnx::GraphProto &graph = model.proto->graph();
    bool isGood = true;
    auto check = [&](StringRef what, const ::onnx::ValueInfoProto &value) {
      const ::onnx::TypeProto &type = value.type();
      StringRef kind = type.has_sequence_type()        ? "a sequence of maps"
                       : type.has_optional_type()      ? "an optional map"
                       : type.has_map_type()           ? "a map"
                       : type.has_sparse_tensor_type() ? "a sparse tensor"
                                                       : "";
      if (kind.empty() || isPacked(type) || isZipMap(model, value.name()))
        return;
      isGood = false;
      model.error() << what << " \"" << value.name() << "\" is " << kind
                    << ", which is not supported: only tensors, sequences and "
                       "optionals of them, and maps, go into a compiled "
                       "model";
    };
    for (const auto *input : inputs)
      check("input", *input);
    for (const auto &output : graph.output())
      check("output", output);
    return success(isGood);
  }

  /// Null after an error.
  Type getElement(const ::onnx::ValueInfoProto &input) {
    int number = input.type().tensor_type().elem_type();
    Type element = convertElementType(&model.context, number);
    if (!element)
      model.error() << "input \"" << input.name()
                    << "\" has the unknown element type number " << number;
    return element;
  }

  LogicalResult addConstant(const ::onnx::ValueInfoProto &input,
                            ArrayRef<Size> shape) {
    Type element = getElement(input);
    if (!element)
      return failure();
    ArrayRef<std::string> texts = *getGivenValue(input.name());
    SmallVector<int64_t> sizes;
    for (const Size &size : shape) {
      auto binding = bindings.find(size.symbol);
      bool isFixed = !size.symbol.empty() && binding != bindings.end() &&
                     binding->second.isFixed();
      sizes.push_back(isFixed ? binding->second.min : size.value);
    }
    auto bad = [&] {
      return model.error() << "input \"" << input.name() << "\" ";
    };
    if (ShapedType::isDynamicShape(sizes))
      return bad() << "has free dimensions: give it a shape beside its value: "
                   << "--shape " << input.name() << "=1x3, for example";
    auto type = RankedTensorType::get(sizes, element);
    if (type.getNumElements() != int64_t(texts.size()))
      return bad() << "has " << type.getNumElements()
                   << " elements, --value gives " << texts.size();
    SmallVector<Attribute> elements;
    for (StringRef text : texts) {
      elements.push_back(parseElement(text, element));
      if (!elements.back())
        return bad() << "cannot be \"" << text << "\": its elements are "
                     << element;
    }
    signature.constants.push_back(
        {&input, {type, DenseElementsAttr::get(type, elements), {}}});
    return success();
  }

  LogicalResult addType(const ::onnx::ValueInfoProto &input,
                        ArrayRef<Size> shape) {
    MLIRContext *context = &model.context;
    Type element = getElement(input);
    if (!element)
      return failure();
    onnx::Dims dims;
    for (const Size &size : shape) {
      if (size.symbol.empty()) {
        dims.push_back(onnx::getConstant(context, size.value));
        continue;
      }
      auto binding = bindings.find(size.symbol);
      if (binding != bindings.end() && binding->second.isFixed()) {
        dims.push_back(onnx::getConstant(context, binding->second.min));
        continue;
      }
      auto [it, isNew] =
          numbers.try_emplace(size.symbol, signature.symbols.size());
      if (isNew) {
        signature.symbols.push_back(size.symbol);
        bool bound = binding != bindings.end();
        signature.bounds.push_back(bound ? binding->second.min : 0);
        signature.bounds.push_back(bound ? binding->second.max : -1);
      }
      dims.push_back(getAffineSymbolExpr(it->second, context));
    }
    signature.inputs.push_back(&input);
    signature.types.push_back(onnx::getTensorType(dims, element));
    return success();
  }
};

} // namespace

FailureOr<Signature> buildSignature(Model &model,
                                    const ImportOptions &options) {
  return Signatures(model, options).run();
}

} // namespace onnxc
