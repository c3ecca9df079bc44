//===- Plan.cpp - The plan dialect ----------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/plan/Plan.h"
#include "dialects/plan/Contractions.h"
#include "mlir/Bytecode/BytecodeImplementation.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::plan;

#include "dialects/plan/PlanDialect.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "dialects/plan/PlanAttrs.cpp.inc"
#define GET_OP_CLASSES
#include "dialects/plan/PlanOps.cpp.inc"

namespace {

/// Weights hold resources, whose bytes are kept only where they are written as
/// attributes of their own; all other attributes are kept as text.
struct WeightBytecode : BytecodeDialectInterface {
  explicit WeightBytecode(Dialect *dialect)
      : BytecodeDialectInterface(dialect) {}

  LogicalResult writeAttribute(Attribute attr,
                               DialectBytecodeWriter &writer) const override {
    auto weight = dyn_cast<WeightAttr>(attr);
    if (!weight)
      return failure();
    writer.writeSignedVarInt(weight.getOffset());
    writer.writeAttribute(weight.getValue());
    return success();
  }
  Attribute readAttribute(DialectBytecodeReader &reader) const override {
    int64_t offset;
    ElementsAttr value;
    if (failed(reader.readSignedVarInt(offset)) ||
        failed(reader.readAttribute(value)))
      return {};
    return WeightAttr::get(getContext(), offset, value);
  }
};

} // namespace

void PlanDialect::initialize() {
  addInterfaces<WeightBytecode>();
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/plan/PlanAttrs.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/plan/PlanOps.cpp.inc"
      >();
}

Value onnxc::plan::getSource(Value value) {
  while (auto view = value.getDefiningOp<ViewOp>())
    value = view.getSource();
  return value;
}

LogicalResult CallOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto kernel = symbols.lookupNearestSymbolFrom<FunctionOpInterface>(
      *this, getCalleeAttr());
  if (!kernel)
    return emitOpError("calls an unknown kernel ") << getCalleeAttr();
  if (kernel.getNumArguments() < getInputs().size() + getSymbols().size())
    return emitOpError("passes more arguments than there are to ")
           << getCalleeAttr();
  return success();
}

Value CallOp::getReusedInput(unsigned result) {
  std::optional<ArrayRef<int64_t>> reused = getReused();
  if (!reused || (*reused)[result] < 0)
    return {};
  return getInputs()[(*reused)[result]];
}

bool CallOp::isReused(unsigned input) {
  std::optional<ArrayRef<int64_t>> reused = getReused();
  return reused && llvm::is_contained(*reused, int64_t(input));
}

LogicalResult RequireOp::verify() {
  if (getMap().getNumResults() != 2)
    return emitOpError("compares two expressions, not ")
           << getMap().getNumResults();
  return success();
}
