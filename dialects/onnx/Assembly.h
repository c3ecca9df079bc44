//===- Assembly.h - The one syntax of all onnx ops ------------------------===//
//
//   %y = onnx.Conv(%x, %w, _, [%a, %b]) {group = 2 : i64} : (...) -> type
//
// An absent optional operand is `_`, a variadic slot stands in brackets unless
// it has one value, attributes at their default are left out, and when all
// types are equal only one is written.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_ASSEMBLY_H
#define ONNXC_DIALECTS_ONNX_ASSEMBLY_H

#include "mlir/IR/OpImplementation.h"

namespace onnxc::onnx {

mlir::ParseResult parseOnnxOp(mlir::OpAsmParser &parser,
                              mlir::OperationState &result);
void printOnnxOp(mlir::OpAsmPrinter &printer, mlir::Operation *op);

namespace detail {
template <typename Op, typename = void> struct HasDefaults : std::false_type {};
template <typename Op>
struct HasDefaults<Op, std::void_t<decltype(Op::populateDefaultProperties(
                           std::declval<mlir::OperationName>(),
                           std::declval<typename Op::Properties &>()))>>
    : std::true_type {};
} // namespace detail

/// The default values of Op's attributes; null if it declares none.
template <typename Op>
mlir::DictionaryAttr getDefaultAttrs(mlir::OperationName name) {
  if constexpr (detail::HasDefaults<Op>::value) {
    typename Op::Properties properties;
    Op::populateDefaultProperties(name, properties);
    return llvm::dyn_cast_or_null<mlir::DictionaryAttr>(
        Op::getPropertiesAsAttr(name.getContext(), properties));
  }
  return {};
}

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_ASSEMBLY_H
