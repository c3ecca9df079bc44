//===- Header.cpp - The C header of a compiled model ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "codegen/Header.h"
#include "codegen/Identifier.h"
#include "targets/RuntimeABI.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using mlir::AffineBinaryOpExpr;
using mlir::AffineConstantExpr;
using mlir::AffineExpr;
using mlir::AffineExprKind;
using mlir::AffineSymbolExpr;

namespace onnxc {

std::string printExpression(AffineExpr expr,
                            function_ref<std::string(unsigned)> symbol) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return std::to_string(constant.getValue());
  if (auto leaf = dyn_cast<AffineSymbolExpr>(expr))
    return symbol(leaf.getPosition());
  auto binary = cast<AffineBinaryOpExpr>(expr);
  std::string left = printExpression(binary.getLHS(), symbol);
  std::string right = printExpression(binary.getRHS(), symbol);
  // A size of 0 must not stop the program.
  bool divides = expr.getKind() != AffineExprKind::Add &&
                 expr.getKind() != AffineExprKind::Mul;
  if (divides && !isa<AffineConstantExpr>(binary.getRHS()))
    right = "(" + right + ") > 0 ? (" + right + ") : 1";
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return "(" + left + " + " + right + ")";
  case AffineExprKind::Mul:
    return "(" + left + " * " + right + ")";
  case AffineExprKind::FloorDiv:
    // Rounded down: C rounds towards zero. The divisor is positive.
    return "((" + left + ") / (" + right + ") - ((" + left + ") % (" + right +
           ") < 0))";
  case AffineExprKind::CeilDiv:
    return "((" + left + ") / (" + right + ") + ((" + left + ") % (" + right +
           ") > 0))";
  default:
    return "(((" + left + ") % (" + right + ") + (" + right + ")) % (" + right +
           "))";
  }
}

StringRef getCType(int32_t dtype) {
  switch (dtype) {
  case abi::Float:
  case abi::Complex64:
    return "float";
  case abi::Double:
  case abi::Complex128:
    return "double";
  case abi::Int8:
  case abi::Int4:
  case abi::Int2:
    return "int8_t";
  case abi::Int16:
    return "int16_t";
  case abi::Int32:
    return "int32_t";
  case abi::Int64:
    return "int64_t";
  case abi::UInt16:
  case abi::Float16:
  case abi::BFloat16:
    return "uint16_t";
  case abi::UInt32:
    return "uint32_t";
  case abi::UInt64:
    return "uint64_t";
  case abi::String:
    return "onnxc_string";
  default: // bool, uint8 and everything of a byte or less
    return "uint8_t";
  }
}

StringRef describeType(int32_t dtype) {
  switch (dtype) {
  case abi::Float:
    return "float";
  case abi::Double:
    return "double";
  case abi::UInt8:
    return "uint8";
  case abi::Int8:
    return "int8";
  case abi::UInt16:
    return "uint16";
  case abi::Int16:
    return "int16";
  case abi::Int32:
    return "int32";
  case abi::Int64:
    return "int64";
  case abi::UInt32:
    return "uint32";
  case abi::UInt64:
    return "uint64";
  case abi::String:
    return "string";
  case abi::Bool:
    return "bool, 0 or 1";
  case abi::Float16:
    return "float16, its bits";
  case abi::BFloat16:
    return "bfloat16, its bits";
  case abi::Complex64:
    return "complex64, real and imaginary parts in turn";
  case abi::Complex128:
    return "complex128, real and imaginary parts in turn";
  case abi::Float8E4M3FN:
    return "float8e4m3fn, its bits";
  case abi::Float8E4M3FNUZ:
    return "float8e4m3fnuz, its bits";
  case abi::Float8E5M2:
    return "float8e5m2, its bits";
  case abi::Float8E5M2FNUZ:
    return "float8e5m2fnuz, its bits";
  case abi::Float8E8M0:
    return "float8e8m0, its bits";
  case abi::Float4E2M1:
    return "float4e2m1, its bits, one element a byte";
  case abi::UInt4:
    return "uint4, one element a byte";
  case abi::Int4:
    return "int4, one element a byte";
  case abi::UInt2:
    return "uint2, one element a byte";
  case abi::Int2:
    return "int2, one element a byte";
  default:
    return "unknown";
  }
}

namespace {

class HeaderWriter {
public:
  HeaderWriter(const ModelInterface &model, StringRef prefix,
               const MemoryNeeds &needs, raw_ostream &os);
  void write();

private:
  void writeStart();
  void writeDims();
  void writeStruct(ArrayRef<TensorInterface> tensors,
                   ArrayRef<std::string> names, StringRef kind);
  void writeSizes();
  void writeArena();
  void writeRun();
  void declareTensors(ArrayRef<TensorInterface> tensors, StringRef kind);

  /// `batch x 3 x 224`, for people.
  std::string describeShape(const TensorInterface &tensor) const;
  std::string describeElements(const TensorInterface &tensor) const;
  /// Symbols that the caller gives.
  bool hasDims() const {
    return llvm::any_of(model.symbols, [](const SymbolInterface &symbol) {
      return !symbol.fromData;
    });
  }
  void comment(const Twine &text, StringRef indent = "") {
    writeComment(text, indent, os);
  }

  const ModelInterface &model;
  std::string prefix, upper;
  std::optional<int64_t> arenaBytes;
  std::optional<uint64_t> stackBytes;
  raw_ostream &os;
  SmallVector<std::string> inputNames, outputNames, symbolNames;
};

} // namespace

HeaderWriter::HeaderWriter(const ModelInterface &model, StringRef prefix,
                           const MemoryNeeds &needs, raw_ostream &os)
    : model(model), prefix(prefix.str()), upper(prefix.upper()),
      arenaBytes(needs.arenaBytes), stackBytes(needs.stackBytes), os(os) {
  IdentifierScope inputs, outputs, symbols;
  for (const TensorInterface &tensor : model.inputs)
    inputNames.push_back(inputs.add(tensor.name));
  for (const TensorInterface &tensor : model.outputs)
    outputNames.push_back(outputs.add(tensor.name));
  for (const SymbolInterface &symbol : model.symbols)
    symbolNames.push_back(symbols.add(symbol.name));
}

void writeComment(const Twine &text, StringRef indent, raw_ostream &os) {
  std::string content = text.str();
  SmallVector<StringRef> words;
  StringRef(content).split(words, ' ', -1, /*KeepEmpty=*/false);
  std::string line = (indent + "/*").str();
  for (StringRef word : words) {
    if (line.size() + 1 + word.size() > 76 && StringRef(line).trim() != "/*") {
      os << line << "\n";
      line = (indent + " *").str();
    }
    line += " ";
    line += word;
  }
  os << line << " */\n";
}

std::string HeaderWriter::describeShape(const TensorInterface &tensor) const {
  if (tensor.dims.empty())
    return "scalar";
  auto symbol = [&](unsigned i) { return symbolNames[i]; };
  std::string text;
  for (AffineExpr dim : tensor.dims) {
    if (!text.empty())
      text += " x ";
    text += printExpression(dim, symbol);
  }
  return text;
}

std::string
HeaderWriter::describeElements(const TensorInterface &tensor) const {
  bool isComplex =
      tensor.dtype == abi::Complex64 || tensor.dtype == abi::Complex128;
  auto symbol = [&](unsigned i) { return "dims->" + symbolNames[i]; };
  std::string text = isComplex ? "(int64_t)2" : "(int64_t)1";
  for (AffineExpr dim : tensor.dims)
    text += " * " + printExpression(dim, symbol);
  return text;
}

void HeaderWriter::writeStart() {
  std::string name = model.name.empty() ? prefix : model.name;
  os << "/* " << makeCommentText(name) << ": generated by onnxc";
  if (!model.producer.empty())
    os << " from a model by " << makeCommentText(model.producer);
  os << ". */\n";
  if (!model.doc.empty())
    comment(makeCommentText(model.doc));
  os << "#ifndef " << upper << "_H\n#define " << upper << "_H\n\n"
     << "#include <onnxc/runtime.h>\n\n"
     << "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n"
     << "/* The generic descriptor, for onnxc_run() and tools. */\n"
     << "extern const onnxc_model " << prefix << "_model;\n\n";
}

void HeaderWriter::writeDims() {
  if (!hasDims())
    return;
  os << "/* The model's free dimensions. */\n"
     << "typedef struct " << prefix << "_dims {\n";
  for (auto [name, symbol] : llvm::zip(symbolNames, model.symbols)) {
    if (symbol.fromData)
      continue;
    os << "  int64_t " << name << "; /* from " << symbol.min;
    if (symbol.max >= 0)
      os << " to " << symbol.max;
    os << " */\n";
  }
  os << "} " << prefix << "_dims;\n\n";
}

void HeaderWriter::writeStruct(ArrayRef<TensorInterface> tensors,
                               ArrayRef<std::string> names, StringRef kind) {
  bool isInput = kind == "inputs";
  os << "typedef struct " << prefix << "_" << kind << " {\n";
  for (auto [name, tensor] : llvm::zip(names, tensors)) {
    comment("\"" + makeCommentText(tensor.name) +
                "\": " + describeType(tensor.dtype) + ", " +
                makeCommentText(describeShape(tensor)) +
                (tensor.doc.empty() ? "" : ". " + makeCommentText(tensor.doc)),
            "  ");
    os << "  " << (isInput ? "const " : "") << getCType(tensor.dtype) << " *"
       << name << ";\n";
    if (!isInput && model.dependsOnData(tensor)) {
      os << "  /* Written by the run; a null pointer above is allocated by "
            "it. */\n";
      os << "  int64_t " << name << "_shape["
         << std::max<size_t>(tensor.dims.size(), 1) << "];\n";
    }
  }
  if (tensors.empty())
    os << "  char unused; /* there are none */\n";
  os << "} " << prefix << "_" << kind << ";\n\n";
}

void HeaderWriter::writeSizes() {
  auto write = [&](ArrayRef<TensorInterface> tensors,
                   ArrayRef<std::string> names) {
    for (auto [name, tensor] : llvm::zip(names, tensors)) {
      if (model.dependsOnData(tensor))
        continue;
      if (tensor.isStatic()) {
        int64_t elements =
            tensor.dtype == abi::Complex64 || tensor.dtype == abi::Complex128
                ? 2
                : 1;
        for (AffineExpr dim : tensor.dims)
          elements *= cast<AffineConstantExpr>(dim).getValue();
        os << "#define " << upper << "_" << name << "_ELEMENTS " << elements
           << "\n";
        continue;
      }
      os << "ONNXC_INLINE int64_t " << prefix << "_" << StringRef(name).lower()
         << "_elements(const " << prefix << "_dims *dims) {\n"
         << "  return " << describeElements(tensor) << ";\n}\n";
    }
  };
  // An input and an output may share a name, and macros are in capitals.
  SmallVector<std::string> inputs, outputs;
  IdentifierScope scope;
  for (const std::string &name : inputNames)
    inputs.push_back(scope.add(StringRef(name).upper()));
  for (const std::string &name : outputNames)
    outputs.push_back(scope.add(StringRef(name).upper()));
  os << "/* Elements of each pointer's array. */\n";
  write(model.inputs, inputs);
  write(model.outputs, outputs);
  os << "\n";
}

void HeaderWriter::writeArena() {
  if (stackBytes)
    os << "/* Bytes of stack that " << prefix
       << "_model.entry takes at most; onnxc_run takes some more\n"
          " * for every input and output"
       << (model.functions.empty()
               ? ". */\n"
               : ", and so do the functions that it calls. */\n")
       << "#define " << upper << "_STACK_BYTES " << *stackBytes << "\n\n";
  if (arenaBytes) {
    os << "/* Bytes of context->arena"
       << (model.isStatic() ? "" : ", for all dimensions within their bounds")
       << ". */\n"
       << "#define " << upper << "_ARENA_BYTES " << *arenaBytes << "\n\n";
    if (model.isStatic())
      return;
  }
  os << "/* Bytes of context->arena; -1 when they do not fit in 64 bits. */\n"
     << "ONNXC_INLINE int64_t " << prefix << "_arena_bytes("
     << (hasDims() ? "const " + prefix + "_dims *dims" : std::string("void"))
     << ") {\n";
  os << "  int64_t symbols[" << std::max<size_t>(model.symbols.size(), 1)
     << "];\n";
  if (model.symbols.empty())
    os << "  symbols[0] = 0;\n";
  for (auto [i, symbol] : llvm::enumerate(model.symbols))
    os << "  symbols[" << i
       << "] = " << (symbol.fromData ? "0" : "dims->" + symbolNames[i])
       << ";\n";
  os << "  return " << prefix << "_model.arena_bytes(symbols);\n}\n\n";
}

/// Room for the tensors' descriptions.
void HeaderWriter::declareTensors(ArrayRef<TensorInterface> tensors,
                                  StringRef kind) {
  os << "  onnxc_tensor " << kind << "_tensors["
     << std::max<size_t>(tensors.size(), 1) << "];\n";
  for (auto [i, tensor] : llvm::enumerate(tensors))
    os << "  int64_t " << kind << "_shape_" << i << "["
       << std::max<size_t>(tensor.dims.size(), 1) << "];\n";
}

void HeaderWriter::writeRun() {
  bool writesOutputs = model.needsAllocator();
  comment("Runs the model: ONNXC_OK or another onnxc_status, which "
          "onnxc_status_string() puts into words. Everything is checked "
          "first. Two threads may run it at once with two contexts.");
  os << "ONNXC_INLINE int32_t " << prefix << "_run(\n    const " << prefix
     << "_inputs *in, " << (writesOutputs ? "" : "const ") << prefix
     << "_outputs *out,\n    ";
  if (hasDims())
    os << "const " << prefix << "_dims *dims, ";
  os << "onnxc_context *context) {\n";
  declareTensors(model.inputs, "in");
  declareTensors(model.outputs, "out");
  os << "  int64_t symbols[" << std::max<size_t>(model.symbols.size(), 1)
     << "];\n";
  if (writesOutputs)
    os << "  int32_t status;\n";

  auto fill = [&](ArrayRef<TensorInterface> tensors,
                  ArrayRef<std::string> names, StringRef kind) {
    bool isInput = kind == "in";
    for (auto [i, tensor] : llvm::enumerate(tensors)) {
      std::string shape = (kind + "_shape_" + Twine(i)).str();
      auto symbol = [&](unsigned k) { return "dims->" + symbolNames[k]; };
      bool fromData = model.dependsOnData(tensor);
      if (tensor.dims.empty())
        os << "  " << shape << "[0] = 0;\n";
      for (auto [j, dim] : llvm::enumerate(tensor.dims))
        os << "  " << shape << "[" << j
           << "] = " << (fromData ? "0" : printExpression(dim, symbol))
           << ";\n";
      std::string to = (kind + "_tensors[" + Twine(i) + "]").str();
      os << "  " << to << ".data = ";
      if (isInput)
        os << "(void *)(uintptr_t)in->" << names[i] << ";\n";
      else
        os << "out->" << names[i] << ";\n";
      os << "  " << to << ".shape = " << shape << ";\n"
         << "  " << to << ".rank = " << tensor.dims.size() << ";\n"
         << "  " << to << ".dtype = " << tensor.dtype << ";\n";
    }
    if (tensors.empty())
      os << "  (void)" << kind << ";\n  (void)" << kind << "_tensors;\n";
  };
  fill(model.inputs, inputNames, "in");
  fill(model.outputs, outputNames, "out");
  if (hasDims())
    os << "  (void)dims;\n";
  os << (writesOutputs ? "  status = " : "  return ") << "onnxc_run(&" << prefix
     << "_model, context, in_tensors, " << model.inputs.size()
     << ",\n                   out_tensors, " << model.outputs.size()
     << ", symbols);\n";
  if (writesOutputs) {
    for (auto [i, tensor] : llvm::enumerate(model.outputs)) {
      if (!model.dependsOnData(tensor))
        continue;
      os << "  out->" << outputNames[i] << " = (" << getCType(tensor.dtype)
         << " *)out_tensors[" << i << "].data;\n";
      for (size_t j = 0; j < tensor.dims.size(); ++j)
        os << "  out->" << outputNames[i] << "_shape[" << j << "] = out_shape_"
           << i << "[" << j << "];\n";
    }
    os << "  return status;\n";
  }
  os << "}\n\n";
}

void HeaderWriter::write() {
  writeStart();
  writeDims();
  writeStruct(model.inputs, inputNames, "inputs");
  writeStruct(model.outputs, outputNames, "outputs");
  writeSizes();
  writeArena();
  writeRun();
  writeFunctions(model.functions, os);
  os << "#ifdef __cplusplus\n}\n#endif\n#endif /* " << upper << "_H */\n";
}

void writeHeader(const ModelInterface &model, StringRef prefix,
                 const MemoryNeeds &needs, raw_ostream &os) {
  HeaderWriter(model, prefix, needs, os).write();
}

} // namespace onnxc
