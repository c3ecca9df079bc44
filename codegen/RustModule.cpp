//===- RustModule.cpp - A compiled model as a module of Rust --------------===//
//
// What differs from model to model; the rest is RustSupport.rs. Sizes of the
// outputs are the descriptor's to tell, so that expressions are printed for
// people only.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "codegen/RustModule.h"
#include "codegen/DeviceCode.h"
#include "codegen/Header.h"
#include "codegen/Identifier.h"
#include "targets/RuntimeABI.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/ConvertUTF.h"

using namespace llvm;
using mlir::AffineConstantExpr;
using mlir::AffineExpr;

namespace onnxc {

static constexpr unsigned char kSupport[] = {
#include "codegen/RustSupport.inc"
};

/// Keywords of Rust that C has not.
static bool isRustKeyword(StringRef name) {
  static const StringSet<> words = {
      "Self",  "abstract", "as",     "async",   "await", "become", "box",
      "crate", "dyn",      "extern", "final",   "fn",    "gen",    "impl",
      "in",    "let",      "loop",   "macro",   "match", "mod",    "move",
      "mut",   "override", "priv",   "pub",     "ref",   "self",   "super",
      "trait", "type",     "unsafe", "unsized", "use",   "where",  "yield"};
  return words.contains(name);
}

std::string makeRustIdentifier(StringRef name) {
  std::string result = makeIdentifier(name);
  if (isRustKeyword(result))
    result += '_';
  return result;
}

/// Whether rustc takes a character in a comment: none that turns the direction
/// of text.
static bool isReadable(UTF32 c) {
  return c >= ' ' && !(c >= 0x202A && c <= 0x202E) &&
         !(c >= 0x2066 && c <= 0x2069);
}

std::string makeRustComment(StringRef text) {
  std::string content = makeCommentText(text), result;
  const auto *at = reinterpret_cast<const UTF8 *>(content.data());
  const UTF8 *end = at + content.size();
  while (at != end) {
    const UTF8 *begin = at;
    UTF32 c = 0;
    bool isRead =
        convertUTF8Sequence(&at, end, &c, strictConversion) == conversionOK;
    if (!isRead)
      at = begin + 1;
    if (isRead && isReadable(c))
      result.append(begin, at);
    else
      result += '?';
  }
  return result;
}

static StringRef getRustType(int32_t dtype) {
  switch (dtype) {
  case abi::Float:
    return "f32";
  case abi::Complex64:
    return "[f32; 2]";
  case abi::Double:
    return "f64";
  case abi::Complex128:
    return "[f64; 2]";
  case abi::Int8:
  case abi::Int4:
  case abi::Int2:
    return "i8";
  case abi::Int16:
    return "i16";
  case abi::Int32:
    return "i32";
  case abi::Int64:
    return "i64";
  case abi::UInt16:
  case abi::Float16:
  case abi::BFloat16:
    return "u16";
  case abi::UInt32:
    return "u32";
  case abi::UInt64:
    return "u64";
  case abi::Bool:
    return "bool";
  default: // uint8 and everything else of a byte or less
    return "u8";
  }
}

namespace {

class RustWriter {
public:
  RustWriter(const ModelInterface &model, const DescriptorOptions &descriptor,
             raw_ostream &os);
  void write();

private:
  void writeStart();
  void writeDims();
  void writeInputs();
  void writeOutputs();
  void writeModel();
  void writeConstructors();
  void writeRun();
  void writeInputTensors();
  void writeOutputTensors();
  void writeResults();
  void writeDevice();

  /// `/// "x": float, batch x 3`
  void describe(const TensorInterface &tensor);
  void comment(const Twine &text, StringRef start);
  bool hasWeightsFile() const {
    return descriptor.weights != WeightsPlace::Embed &&
           descriptor.weightsBytes != 0;
  }
  std::string getInputType(const TensorInterface &tensor) const;
  std::string getOutputType(const TensorInterface &tensor) const;
  /// `, dims: &Dims` of what has free dimensions.
  StringRef getDimsParameter() const { return numDims ? ", dims: &Dims" : ""; }
  /// Outputs' positions among the dimensions of all.
  size_t getFirstDim(size_t output) const;
  std::string getSlice(size_t output) const;

  const ModelInterface &model;
  const DescriptorOptions &descriptor;
  raw_ostream &os;
  SmallVector<std::string> inputNames, outputNames, symbolNames;
  size_t numDims = 0;
};

} // namespace

RustWriter::RustWriter(const ModelInterface &model,
                       const DescriptorOptions &descriptor, raw_ostream &os)
    : model(model), descriptor(descriptor), os(os) {
  IdentifierScope inputs, outputs, symbols;
  for (const TensorInterface &tensor : model.inputs)
    inputNames.push_back(inputs.add(makeRustIdentifier(tensor.name)));
  for (const TensorInterface &tensor : model.outputs)
    outputNames.push_back(outputs.add(makeRustIdentifier(tensor.name)));
  for (const SymbolInterface &symbol : model.symbols) {
    symbolNames.push_back(symbols.add(makeRustIdentifier(symbol.name)));
    numDims += !symbol.fromData;
  }
}

void RustWriter::comment(const Twine &text, StringRef start) {
  std::string content = makeRustComment(text.str());
  SmallVector<StringRef> words;
  StringRef(content).split(words, ' ', -1, /*KeepEmpty=*/false);
  std::string line = start.str();
  for (StringRef word : words) {
    if (line.size() + 1 + word.size() > 80 && line.size() > start.size()) {
      os << line << "\n";
      line = start.str();
    }
    line += " ";
    line += word;
  }
  os << line << "\n";
}

void RustWriter::describe(const TensorInterface &tensor) {
  std::string shape;
  for (AffineExpr dim : tensor.dims)
    shape += (shape.empty() ? "" : " x ") +
             printExpression(dim, [&](unsigned i) { return symbolNames[i]; });
  comment("\"" + tensor.name + "\": " + describeType(tensor.dtype) + ", " +
              (shape.empty() ? "scalar" : shape) +
              (tensor.doc.empty() ? "" : ". " + tensor.doc),
          "    ///");
}

std::string RustWriter::getInputType(const TensorInterface &tensor) const {
  if (tensor.dtype == abi::String)
    return "&'a [&'a [u8]]";
  return ("&'a [" + getRustType(tensor.dtype) + "]").str();
}

std::string RustWriter::getOutputType(const TensorInterface &tensor) const {
  StringRef element =
      tensor.dtype == abi::String ? "Vec<u8>" : getRustType(tensor.dtype);
  return ("Tensor<" + element + ", " + Twine(tensor.dims.size()) + ">").str();
}

size_t RustWriter::getFirstDim(size_t output) const {
  size_t first = 0;
  for (const TensorInterface &tensor :
       ArrayRef(model.outputs).take_front(output))
    first += tensor.dims.size();
  return first;
}

std::string RustWriter::getSlice(size_t output) const {
  size_t first = getFirstDim(output);
  return ("sizes[" + Twine(first) + ".." +
          Twine(first + model.outputs[output].dims.size()) + "]")
      .str();
}

void RustWriter::writeStart() {
  comment(
      (model.name.empty() ? descriptor.prefix : model.name) +
          ": generated by onnxc" +
          (model.producer.empty() ? "" : " from a model by " + model.producer) +
          ".",
      "//!");
  if (!model.doc.empty()) {
    os << "//!\n";
    comment(model.doc, "//!");
  }
  os << "#![allow(unused, non_snake_case, clippy::all)]\n\n";
}

void RustWriter::writeDims() {
  if (!numDims)
    return;
  os << "/// The model's free dimensions.\n"
     << "#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]\n"
     << "pub struct Dims {\n";
  for (auto [name, symbol] : zip(symbolNames, model.symbols)) {
    if (symbol.fromData)
      continue;
    os << "    /// From " << symbol.min;
    if (symbol.max >= 0)
      os << " to " << symbol.max;
    os << ".\n    pub " << name << ": usize,\n";
  }
  os << "}\n\n";
}

void RustWriter::writeInputs() {
  os << "/// Elements row by row, the last dimension innermost.\n"
     << "#[derive(Clone, Copy, Debug)]\n"
     << "pub struct Inputs" << (model.inputs.empty() ? "" : "<'a>") << " {\n";
  for (auto [name, tensor] : zip(inputNames, model.inputs)) {
    describe(tensor);
    os << "    pub " << name << ": " << getInputType(tensor) << ",\n";
  }
  os << "}\n\n";
}

void RustWriter::writeOutputs() {
  os << "#[derive(Clone, Debug, Default, PartialEq)]\npub struct Outputs {\n";
  for (auto [name, tensor] : zip(outputNames, model.outputs)) {
    describe(tensor);
    os << "    pub " << name << ": " << getOutputType(tensor) << ",\n";
  }
  os << "}\n\n";
}

void RustWriter::writeDevice() {
  os << "        let model = session.address();\n"
     << "        let status = unsafe { ffi::onnxc_open_"
     << descriptor.device->interface << "(model, session.context()) };\n"
     << "        session.check(status)?;\n";
}

void RustWriter::writeConstructors() {
  bool hasFile = hasWeightsFile();
  os << "    /// Runs on the calling thread";
  if (hasFile)
    os << ". `weights` is the file that the compiler has\n"
       << "    /// written beside the object";
  os << ".\n    pub fn new(" << (hasFile ? "weights: &std::path::Path" : "")
     << ") -> Result<Model, Error> {\n"
     << "        let " << (hasFile || descriptor.device ? "mut " : "")
     << "session = Session::new(unsafe { &MODEL })?;\n";
  if (hasFile)
    os << "        session.map_weights(weights)?;\n";
  if (descriptor.device)
    writeDevice();
  os << "        Ok(Model { session })\n    }\n\n"
     << "    /// Runs on so many threads, the caller counted; 0 takes all "
        "CPUs.\n"
     << "    pub fn with_threads(mut self, threads: usize) -> Result<Model, "
        "Error> {\n"
     << "        self.session.start_threads(threads)?;\n"
     << "        Ok(self)\n    }\n\n";
}

/// `inputs` as the runtime takes them, and what they refer to.
void RustWriter::writeInputTensors() {
  for (auto [i, tensor] : enumerate(model.inputs)) {
    os << "        let mut shape_" << i << ": [i64; " << tensor.dims.size()
       << "] = [";
    for (auto [d, dim] : enumerate(tensor.dims)) {
      os << (d ? ", " : "");
      if (std::optional<unsigned> symbol = tensor.getSymbol(d))
        os << "to_size(dims." << symbolNames[*symbol] << ")?";
      else
        os << cast<AffineConstantExpr>(dim).getValue();
    }
    os << "];\n";
    if (tensor.dtype == abi::String)
      os << "        let texts_" << i << ": Vec<ffi::Text> =\n"
         << "            inputs." << inputNames[i]
         << ".iter().map(|text| ffi::Text::of(text)).collect();\n";
  }
  os << "        let tensors: [ffi::Tensor; " << model.inputs.size()
     << "] = [\n";
  for (auto [i, tensor] : enumerate(model.inputs)) {
    std::string data = tensor.dtype == abi::String
                           ? "&texts_" + std::to_string(i)
                           : "inputs." + inputNames[i];
    os << "            self.session.input(" << i << ", " << data
       << ", &mut shape_" << i << ", " << tensor.dtype << ")?,\n";
  }
  os << "        ];\n";
}

void RustWriter::writeOutputTensors() {
  for (auto [i, tensor] : enumerate(model.outputs))
    if (tensor.dtype == abi::String && !model.dependsOnData(tensor))
      os << "        let mut texts_out_" << i
         << " = vec![ffi::Text::of(&[]); count_elements(&" << getSlice(i)
         << ")?];\n";
  os << "        let mut results: [ffi::Tensor; " << model.outputs.size()
     << "] = [\n";
  for (auto [i, tensor] : enumerate(model.outputs)) {
    os << "            ";
    if (model.dependsOnData(tensor))
      os << "ffi::Tensor::to(std::ptr::null_mut::<u8>(), &mut " << getSlice(i)
         << ", " << tensor.dtype << "),\n";
    else if (tensor.dtype == abi::String)
      os << "ffi::Tensor::to(texts_out_" << i << ".as_mut_ptr(), &mut "
         << getSlice(i) << ", " << tensor.dtype << "),\n";
    else
      os << "outputs." << outputNames[i] << ".prepare(&mut " << getSlice(i)
         << ", " << tensor.dtype << ")?,\n";
  }
  os << "        ];\n";
}

/// What the run has written, as Rust has it.
void RustWriter::writeResults() {
  bool hasStrings = false;
  for (auto [i, tensor] : enumerate(model.outputs))
    if (model.dependsOnData(tensor))
      os << "        let _memory_" << i << " = ffi::Allocated(results[" << i
         << "].data);\n";
  for (auto [i, tensor] : enumerate(model.outputs)) {
    std::string output = "outputs." + outputNames[i];
    std::string result = "results[" + std::to_string(i) + "]";
    std::string slice = "&" + getSlice(i);
    bool isAllocated = model.dependsOnData(tensor);
    if (tensor.dtype == abi::Bool)
      os << "        Tensor::<bool, " << tensor.dims.size() << ">::make_valid(&"
         << result << ", " << slice << ")?;\n";
    if (tensor.dtype == abi::String) {
      hasStrings = true;
      if (isAllocated)
        os << "        let mut found = Tensor::<ffi::Text, "
           << tensor.dims.size() << ">::default();\n"
           << "        found.copy(&" << result << ", " << slice << ")?;\n"
           << "        " << output << ".copy_texts(&found.data);\n";
      else
        os << "        " << output << ".copy_texts(&texts_out_" << i << ");\n";
    } else if (isAllocated) {
      os << "        " << output << ".copy(&" << result << ", " << slice
         << ")?;\n";
    }
    os << "        " << output << ".set_shape(" << slice << ");\n";
  }
  if (hasStrings)
    os << "        self.session.release_strings();\n";
}

void RustWriter::writeRun() {
  StringRef lifetime = model.inputs.empty() ? "" : "<'_>";
  os << "    /// Everything is checked first.\n"
     << "    pub fn run(&mut self" << getDimsParameter() << ", inputs: &Inputs"
     << lifetime << ") -> Result<Outputs, Error> {\n"
     << "        let mut outputs = Outputs::default();\n"
     << "        self.run_into(" << (numDims ? "dims, " : "")
     << "inputs, &mut outputs)?;\n"
     << "        Ok(outputs)\n    }\n\n"
     << "    /// The same into vectors that are there. After an error they "
        "hold anything.\n"
     << "    pub fn run_into(\n        &mut self" << getDimsParameter()
     << ", inputs: &Inputs" << lifetime << ", outputs: &mut Outputs,\n"
     << "    ) -> Result<(), Error> {\n";
  writeInputTensors();
  os << "        let mut symbols = [0i64; " << model.symbols.size() << "];\n"
     << "        let mut sizes = [0i64; " << getFirstDim(model.outputs.size())
     << "];\n"
     << "        self.session.prepare(&tensors, &mut symbols, &mut sizes)?;\n";
  writeOutputTensors();
  os << "        self.session.run(&tensors, &mut results, &mut symbols)?;\n";
  writeResults();
  os << "        Ok(())\n    }\n";
}

void RustWriter::writeModel() {
  os << "extern \"C\" {\n"
     << "    #[link_name = \"" << descriptor.prefix << "_model\"]\n"
     << "    static MODEL: ffi::Model;\n}\n\n"
     << "/// What runs the model, and the memory for it. Each thread has one "
        "of its own.\n"
     << "pub struct Model {\n    session: Session,\n}\n\n"
     << "impl Model {\n";
  writeConstructors();
  writeRun();
  os << "}\n\n";
  if (descriptor.device)
    os << "impl Drop for Model {\n    fn drop(&mut self) {\n"
       << "        unsafe { ffi::onnxc_close_device(self.session.context()) "
          "};\n    }\n}\n\n";
  else
    os << "/// Nothing in it belongs to a thread.\n"
       << "unsafe impl Send for Model {}\n\n";
}

void RustWriter::write() {
  writeStart();
  writeDims();
  writeInputs();
  writeOutputs();
  writeModel();
  os << StringRef(reinterpret_cast<const char *>(kSupport), sizeof kSupport);
}

Error checkRustInterface(const ModelInterface &model) {
  for (const TensorInterface &tensor : model.inputs)
    for (auto [i, dim] : enumerate(tensor.dims))
      if (!tensor.getSymbol(i) && !isa<AffineConstantExpr>(dim))
        return createStringError(
            "--emit=rust: dimension " + std::to_string(i) + " of input \"" +
            tensor.name +
            "\" is an expression of others; the C header of "
            "--emit=obj takes it");
  return Error::success();
}

void writeRustModule(const ModelInterface &model,
                     const DescriptorOptions &descriptor, raw_ostream &os) {
  RustWriter(model, descriptor, os).write();
}

} // namespace onnxc
