//===- Assembly.cpp - The one syntax of all onnx ops ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/OnnxDialect.h"

using namespace mlir;

namespace onnxc::onnx {

static constexpr StringLiteral kSegments = "operandSegmentSizes";

void printOnnxOp(OpAsmPrinter &p, Operation *op) {
  auto onnxOp = cast<OnnxOpInterface>(op);
  auto segments = op->getAttrOfType<DenseI32ArrayAttr>(kSegments);
  p << '(';
  if (!segments) {
    p << op->getOperands();
  } else {
    unsigned next = 0;
    llvm::interleaveComma(segments.asArrayRef(), p, [&](int32_t size) {
      OperandRange slot = op->getOperands().slice(next, size);
      next += size;
      if (size == 0)
        p << '_';
      else if (size == 1)
        p << slot[0];
      else
        p << '[' << slot << ']';
    });
  }
  p << ')';

  DictionaryAttr defaults = onnxOp.getDefaultAttrs(op->getName());
  SmallVector<StringRef> elided = {kSegments};
  DictionaryAttr attrs = op->getAttrDictionary();
  for (NamedAttribute attr : attrs)
    if (defaults && defaults.get(attr.getName()) == attr.getValue())
      elided.push_back(attr.getName());
  p.printOptionalAttrDict(attrs.getValue(), elided);

  // The keyword tells regions from attributes.
  if (op->getNumRegions() > 0)
    p << " do";
  for (Region &region : op->getRegions()) {
    p << ' ';
    p.printRegion(region);
  }
  p << " : ";
  SmallVector<Type> types(op->getOperandTypes());
  llvm::append_range(types, op->getResultTypes());
  if (op->getNumResults() == 1 && llvm::all_equal(types))
    p << types.front();
  else
    p.printFunctionalType(op);
}

ParseResult parseOnnxOp(OpAsmParser &p, OperationState &result) {
  SmallVector<OpAsmParser::UnresolvedOperand> operands;
  SmallVector<int32_t> segments;
  auto parseSlot = [&]() -> ParseResult {
    if (succeeded(p.parseOptionalKeyword("_"))) {
      segments.push_back(0);
      return success();
    }
    if (succeeded(p.parseOptionalLSquare())) {
      size_t before = operands.size();
      if (p.parseOperandList(operands) || p.parseRSquare())
        return failure();
      segments.push_back(operands.size() - before);
      return success();
    }
    segments.push_back(1);
    return p.parseOperand(operands.emplace_back());
  };
  if (p.parseCommaSeparatedList(AsmParser::Delimiter::Paren, parseSlot) ||
      p.parseOptionalAttrDict(result.attributes))
    return failure();

  auto *interface = result.name.getInterface<OnnxOpInterface>();
  if (size_t slots = interface->getNumInputSlots()) {
    if (segments.size() > slots)
      return p.emitError(p.getNameLoc(), "at most ")
             << slots << " operands expected";
    segments.resize(slots, 0);
    result.addAttribute(kSegments,
                        p.getBuilder().getDenseI32ArrayAttr(segments));
  }

  bool hasRegions = succeeded(p.parseOptionalKeyword("do"));
  while (hasRegions) {
    auto region = std::make_unique<Region>();
    OptionalParseResult parsed = p.parseOptionalRegion(*region);
    if (!parsed.has_value())
      break;
    if (failed(*parsed))
      return failure();
    result.addRegion(std::move(region));
  }

  Type type;
  if (p.parseColon())
    return failure();
  SMLoc loc = p.getCurrentLocation();
  if (p.parseType(type))
    return failure();
  if (auto function = dyn_cast<FunctionType>(type)) {
    result.addTypes(function.getResults());
    return p.resolveOperands(operands, function.getInputs(), loc,
                             result.operands);
  }
  result.addTypes(type);
  return p.resolveOperands(operands, type, result.operands);
}

} // namespace onnxc::onnx
