//===- CustomRule.h - What a custom operator gives, as its user says it ---===//
//
// A rule tells the elements and the sizes of one output:
//
//   same-as-input-0                     elements and sizes of the first input
//   float[d0(0), 2*d1(0)+1]             d1(0) is size 1 of input 0
//   [d0(0), (d1(0)-kernel)/stride[1]+1] elements of input 0; attributes by name
//   type(1)[]                           a scalar of the elements of input 1
//   int64[?, d1(0)]                     ? is a size that a function tells
//
// Sizes know + - * / % (both rounded down), min(a,b), max(a,b), ceildiv(a,b).
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_CUSTOMRULE_H
#define ONNXC_DIALECTS_ONNX_CUSTOMRULE_H

#include "dialects/onnx/SymbolicShape.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace onnxc::onnx {

/// An output as far as it is known.
struct CustomResult {
  mlir::Type element;
  /// Null expressions for sizes that a function tells; none as long as the
  /// shape of an input is not known.
  std::optional<Dims> dims;
};

/// ONNX's name of a type of elements; empty for one that it has not.
llvm::StringRef getElementTypeName(mlir::Type elementType);

class CustomRule {
public:
  /// An error says what is wrong with the text.
  static llvm::Expected<CustomRule> parse(llvm::StringRef text);
  /// Cuts a list of rules at commas outside of brackets.
  static llvm::SmallVector<llvm::StringRef> split(llvm::StringRef texts);

  /// The types of inputs, null for one that is left out, and the node's
  /// attributes. An error says what of them the rule does not fit.
  llvm::Expected<CustomResult> infer(mlir::MLIRContext *context,
                                     llvm::ArrayRef<mlir::Type> inputs,
                                     mlir::DictionaryAttr values) const;
  /// How many sizes a function tells.
  size_t countAsked() const;
  /// Of TensorProto.DataType; 0 where the elements are those of the input of
  /// that number.
  int64_t getDataType() const { return dataType; }
  int64_t getTypeInput() const { return typeInput; }

private:
  friend class CustomRuleParser;
  friend class CustomRuleReader;
  struct Size {
    enum Kind {
      Number,
      Asked,
      Dim,
      Attribute,
      Add,
      Subtract,
      Multiply,
      Divide,
      Rest,
      DivideUp,
      Min,
      Max
    } kind = Number;
    /// The number itself, a dimension, or the element of an attribute, -1 for
    /// one that is no list.
    int64_t number = 0;
    int64_t input = 0;
    std::string name;
    std::vector<Size> operands;
  };
  /// Of TensorProto.DataType; 0 takes the elements of `typeInput`.
  int64_t dataType = 0;
  int64_t typeInput = 0;
  /// The sizes are those of `typeInput`.
  bool isSame = false;
  std::vector<Size> sizes;
};

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_CUSTOMRULE_H
