//===- RegexTables.cpp - The tables of an automaton as constants ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/RegexTables.h"
#include "dialects/onnx/ConstantOps.h"

using namespace mlir;

namespace onnxc::onnx {

Value buildBytes(GraphBuilder &g, ArrayRef<uint8_t> bytes) {
  auto type = RankedTensorType::get(
      {int64_t(bytes.size())},
      IntegerType::get(g.b.getContext(), 8, IntegerType::Unsigned));
  return ConstantOp::create(g.b, g.loc, DenseElementsAttr::get(type, bytes));
}

Value buildTransitions(GraphBuilder &g, const RegexAutomaton &automaton) {
  auto type = RankedTensorType::get(
      {automaton.numStates(), automaton.numClasses}, g.b.getI32Type());
  return ConstantOp::create(
      g.b, g.loc, DenseElementsAttr::get(type, ArrayRef(automaton.next)));
}

Value buildAccepts(GraphBuilder &g, const RegexAutomaton &automaton) {
  return g.reshape(buildBytes(g, automaton.accepts),
                   {automaton.numStates(), automaton.numClasses + 1});
}

} // namespace onnxc::onnx
