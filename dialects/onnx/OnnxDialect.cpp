//===- OnnxDialect.cpp - Registration, types and attributes ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ConstantOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace onnxc::onnx;

#include "dialects/onnx/OnnxDialect.cpp.inc"
#include "dialects/onnx/OnnxInterfaces.cpp.inc"

#define GET_TYPEDEF_CLASSES
#include "dialects/onnx/OnnxTypes.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/onnx/OnnxAttributes.cpp.inc"

// add##FAMILY##Ops(OnnxDialect &) of each family, written by CMake.
namespace onnxc::onnx {
#include "dialects/onnx/FamilyDecls.inc"
} // namespace onnxc::onnx

void OnnxDialect::initialize() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "dialects/onnx/OnnxTypes.cpp.inc"
      >();
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/onnx/OnnxAttributes.cpp.inc"
      >();
#include "dialects/onnx/AddFamilies.inc"
}

Operation *OnnxDialect::materializeConstant(OpBuilder &b, Attribute value,
                                            Type type, Location loc) {
  if (auto elements = dyn_cast<ElementsAttr>(value))
    return ConstantOp::create(b, loc, type, elements);
  if (auto dims = dyn_cast<DimsAttr>(value))
    return DimsOp::create(b, loc, type, dims);
  return nullptr;
}

/// [s0, 3 * s1, 64]
static ParseResult parseSizes(AsmParser &parser,
                              SmallVectorImpl<AffineExpr> &exprs) {
  static constexpr unsigned kMaxSymbols = 256;
  SmallVector<std::string> names;
  SmallVector<std::pair<StringRef, AffineExpr>> symbols;
  names.reserve(kMaxSymbols);
  for (unsigned i = 0; i < kMaxSymbols; ++i) {
    names.push_back("s" + std::to_string(i));
    symbols.emplace_back(names.back(),
                         getAffineSymbolExpr(i, parser.getContext()));
  }
  return parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, [&] {
    return parser.parseAffineExpr(symbols, exprs.emplace_back());
  });
}

// #onnx.dims<[s0, 3 * s1, 64]>
Attribute DimsAttr::parse(AsmParser &parser, Type) {
  SmallVector<AffineExpr> exprs;
  if (parser.parseLess() || parseSizes(parser, exprs) || parser.parseGreater())
    return {};
  return DimsAttr::get(parser.getContext(), exprs);
}

void DimsAttr::print(AsmPrinter &printer) const {
  printer << "<[";
  llvm::interleaveComma(getExprs(), printer.getStream());
  printer << "]>";
}

// #onnx.equal<[s0, 4], "conv_1">
Attribute EqualAttr::parse(AsmParser &parser, Type) {
  SmallVector<AffineExpr> sizes;
  StringAttr node;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseLess() || parseSizes(parser, sizes) || parser.parseComma() ||
      parser.parseAttribute(node) || parser.parseGreater())
    return {};
  if (sizes.size() != 2) {
    parser.emitError(loc, "expected two sizes");
    return {};
  }
  return EqualAttr::get(parser.getContext(), sizes[0], sizes[1], node);
}

void EqualAttr::print(AsmPrinter &printer) const {
  printer << "<[" << getLeft() << ", " << getRight() << "], " << getNode()
          << ">";
}
