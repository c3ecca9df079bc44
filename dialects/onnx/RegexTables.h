//===- RegexTables.h - The tables of an automaton as constants ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_REGEXTABLES_H
#define ONNXC_DIALECTS_ONNX_REGEXTABLES_H

#include "dialects/onnx/GraphBuilder.h"
#include "dialects/onnx/RegexAutomaton.h"

namespace onnxc::onnx {

/// A list of ui8.
mlir::Value buildBytes(GraphBuilder &g, llvm::ArrayRef<uint8_t> bytes);

/// [states, classes] of i32.
mlir::Value buildTransitions(GraphBuilder &g, const RegexAutomaton &automaton);
/// [states, classes + 1] of ui8.
mlir::Value buildAccepts(GraphBuilder &g, const RegexAutomaton &automaton);

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_REGEXTABLES_H
