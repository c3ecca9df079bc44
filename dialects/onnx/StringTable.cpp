//===- StringTable.cpp - Strings that are chosen from known ones ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/StringTable.h"
#include "dialects/onnx/CastOps.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/GatherOps.h"
#include "dialects/onnx/LayoutOps.h"
#include "dialects/onnx/LogicOps.h"
#include "dialects/onnx/ShapeOps.h"
#include "dialects/onnx/SliceOps.h"

using namespace mlir;

namespace onnxc::onnx {

/// Whether it moves or repeats elements of its first operand, whatever they
/// are.
static bool isMove(Operation *op) {
  return isa<ReshapeOp, IdentityOp, SqueezeOp, UnsqueezeOp, FlattenOp, CastOp,
             TransposeOp, GatherOp, SliceOp, ExpandOp>(op);
}

bool isTraceable(Value strings) {
  Operation *op = strings.getDefiningOp();
  if (!op)
    return false;
  if (auto constant = dyn_cast<ConstantOp>(op))
    return constant.getStrings().has_value();
  if (auto choice = dyn_cast<WhereOp>(op))
    return isTraceable(choice.getX()) && isTraceable(choice.getY());
  return isMove(op) && isTraceable(op->getOperand(0));
}

static SmallVector<StringRef> getTexts(ConstantOp constant) {
  return llvm::to_vector(constant.getStrings()->getAsValueRange<StringAttr>());
}

/// Indices into a list of constants are those of the table.
static std::optional<StringTable> traceGather(GraphBuilder &g,
                                              GatherOp gather) {
  auto list = gather.getData().getDefiningOp<ConstantOp>();
  if (!list || getRank(gather.getData()) != 1)
    return std::nullopt;
  Value indices = gather.getIndices();
  if (!getElementType(indices).isInteger(64))
    indices = g.cast(indices, g.b.getI64Type());
  return StringTable{getTexts(list), indices};
}

StringTable traceStrings(GraphBuilder &g, Value strings) {
  Operation *op = strings.getDefiningOp();
  if (auto constant = dyn_cast<ConstantOp>(op)) {
    StringTable table{getTexts(constant), Value()};
    auto type = cast<RankedTensorType>(constant.getType());
    table.indices = g.reshape(g.iota(table.texts.size()), type.getShape());
    return table;
  }
  if (auto gather = dyn_cast<GatherOp>(op))
    if (std::optional<StringTable> table = traceGather(g, gather))
      return *table;
  if (auto choice = dyn_cast<WhereOp>(op)) {
    StringTable table = traceStrings(g, choice.getX());
    StringTable other = traceStrings(g, choice.getY());
    table.indices =
        g.select(choice.getCondition(), table.indices,
                 g.add(other.indices, g.integer(table.texts.size())));
    llvm::append_range(table.texts, other.texts);
    return table;
  }
  StringTable table = traceStrings(g, op->getOperand(0));
  if (isa<CastOp>(op))
    return table;
  Operation *move = g.b.clone(*op);
  move->setOperand(0, table.indices);
  Value moved = move->getResult(0);
  moved.setType(withElementType(moved.getType(), g.b.getI64Type()));
  table.indices = moved;
  return table;
}

} // namespace onnxc::onnx
