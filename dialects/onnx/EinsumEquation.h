//===- EinsumEquation.h - Einsum's notation -------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_EINSUMEQUATION_H
#define ONNXC_DIALECTS_ONNX_EINSUMEQUATION_H

#include "dialects/onnx/SymbolicShape.h"
#include "llvm/ADT/StringRef.h"
#include <string>

namespace onnxc::onnx {

class EinsumOp;

/// An equation whose subscripts became numbers, one a loop: those of the output
/// first, then those summed over. The dimensions of an ellipsis count as
/// subscripts.
struct EinsumEquation {
  llvm::SmallVector<llvm::SmallVector<unsigned>> inputs;
  unsigned numOutputs = 0;
  Dims sizes; // of the loops

  /// None, with `error` set, when it is malformed or does not fit the operands.
  static std::optional<EinsumEquation> parse(llvm::StringRef text,
                                             llvm::ArrayRef<Dims> operands,
                                             std::string &error);
};

/// The equation of an op, and the shapes of its operands. None while a shape is
/// not known, or where they do not fit the equation.
std::optional<EinsumEquation>
parseEquation(EinsumOp op, llvm::SmallVectorImpl<Dims> &operands);

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_EINSUMEQUATION_H
