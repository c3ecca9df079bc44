//===- HeaderFunctions.cpp - Functions that the application defines -------===//
//
// The prototypes of custom operators' functions. The linker has another name
// for them than the application, with a hash of the types: one that is defined
// without this header, or before the model changed, is not found. The arguments
// are in the order of passes/Entry/CustomCalls.cpp.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "codegen/Header.h"
#include "codegen/Identifier.h"

using namespace llvm;

namespace onnxc {

using Tensor = FunctionInterface::Tensor;

namespace {

/// The parameters of one function.
class Parameters {
public:
  explicit Parameters(const FunctionInterface &function) {
    for (const Tensor &input : function.inputs)
      addTensor(input, /*isInput=*/true);
    for (const Tensor &output : function.outputs) {
      if (!function.tellsSizes)
        addTensor(output, /*isInput=*/false);
      else if (output.dtype)
        addShape(names.add(output.name), output, /*isConst=*/false);
    }
    for (const auto &[name, kind] : function.attributes)
      addAttribute(names.add(name), kind);
  }

  void write(raw_ostream &os, const std::string &start,
             const std::string &end) const {
    std::string line = start;
    for (auto [i, text] : llvm::enumerate(texts)) {
      std::string next = text + (i + 1 < texts.size() ? "," : ")");
      if (line.size() + next.size() + 1 > 80) {
        os << StringRef(line).rtrim() << "\n";
        line = "    ";
      }
      line += next + " ";
    }
    os << StringRef(line).rtrim() << "\n    " << end << "\n";
  }

private:
  IdentifierScope names;
  std::vector<std::string> texts;

  void addTensor(const Tensor &tensor, bool isInput) {
    std::string name = names.add(tensor.name);
    std::string type = tensor.dtype ? getCType(tensor.dtype).str() : "void";
    texts.push_back((isInput ? "const " : "") + type + " *" + name);
    if (tensor.dtype && tensor.rank)
      addShape(name, tensor, /*isConst=*/true);
  }

  void addShape(const std::string &name, const Tensor &tensor, bool isConst) {
    texts.push_back((isConst ? "const int64_t (*" : "int64_t (*") +
                    names.add(name + "_shape") + ")[" +
                    std::to_string(tensor.rank) + "]");
  }

  void addAttribute(const std::string &name, StringRef kind) {
    if (kind == "FLOAT" || kind == "INT")
      return texts.push_back((kind == "INT" ? "int64_t " : "float ") + name);
    if (kind == "STRING")
      return texts.push_back("const char *" + name);
    texts.push_back((kind == "INTS"     ? "const int64_t *"
                     : kind == "FLOATS" ? "const float *"
                                        : "const char *const *") +
                    name);
    texts.push_back("int64_t " + names.add(name + "_count"));
  }
};

} // namespace

/// "x0 float, x1 left out, y0 int64"
static std::string describeTensors(const FunctionInterface &function) {
  std::string text;
  for (const auto *list : {&function.inputs, &function.outputs})
    for (const Tensor &tensor : *list) {
      if (!tensor.dtype && function.tellsSizes && list == &function.outputs)
        continue;
      text += (text.empty() ? "" : "; ") + tensor.name + " " +
              (tensor.dtype ? describeType(tensor.dtype).str() : "left out");
    }
  return text;
}

/// There is one such library.
static void writeLibraries(ArrayRef<FunctionInterface> functions,
                           raw_ostream &os) {
  for (const FunctionInterface &function : functions)
    if (function.isOfLibrary() && !function.tellsSizes) {
      writeComment(makeCommentText(function.users + " calls " + function.name +
                                   " (onnxc/images.h): link onnxc-rt-images"),
                   "", os);
      os << "\n";
    }
}

void writeFunctions(ArrayRef<FunctionInterface> functions, raw_ostream &os) {
  writeLibraries(functions, os);
  if (llvm::all_of(functions, [](const FunctionInterface &function) {
        return function.isOfLibrary();
      }))
    return;
  writeComment(
      "Functions that the application defines: custom operators. "
      "Tensors are contiguous, the last dimension innermost; those "
      "that a node leaves out, and their shapes, are null. A result "
      "other than 0 ends the run with ONNXC_BAD_VALUE. Whoever defines "
      "one includes this header: the linker's names depend on types.",
      "", os);
  for (const FunctionInterface &function : functions) {
    if (function.isOfLibrary())
      continue;
    os << "\n";
    std::string text = function.users + ". " + describeTensors(function);
    if (function.tellsSizes)
      text += ". It writes those sizes that are -1";
    writeComment(makeCommentText(text), "", os);
    os << "#ifndef __GNUC__\n#define " << function.name << " "
       << function.symbol << "\n#endif\n";
    Parameters(function).write(os, "int32_t " + function.name + "(",
                               "ONNXC_LINKED_AS(" + function.symbol + ");");
  }
  os << "\n";
}

} // namespace onnxc
