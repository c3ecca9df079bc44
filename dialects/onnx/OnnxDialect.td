//===- OnnxDialect.td - The dialect itself --------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_ONNXDIALECT
#define ONNXC_DIALECTS_ONNX_ONNXDIALECT

include "mlir/IR/DialectBase.td"

def Onnx_Dialect : Dialect {
  let name = "onnx";
  let cppNamespace = "::onnxc::onnx";
  let summary = "The operators of ONNX, newest opset";
  let description = [{
    Operators, operands, results and attributes are spelled as in the ONNX
    operator specification, which is this dialect's reference.

    Attributes `onnx.NAME` on functions and modules say what the model says of
    itself, and what its symbols are. What one pass tells another is the plan
    dialect's.
    - On functions: `symbols` are the names of s0, s1, ..., those of the inputs
      first; `symbol_bounds` the least and largest value of each of these, -1 for
      no bound; `equal_sizes` what a run has to find equal (#onnx.equal).
    - On their arguments and results: `name` and `doc`; `part`, which of the
      tensors of a sequence or an optional it is, an onnxc_part of
      onnxc/runtime.h.
    - On modules: `graph_name`, `producer`, `doc`; `metadata`, the model's
      properties; `node_metadata`, those of its nodes.
  }];
  let discardableAttrs = (ins
    "::mlir::ArrayAttr":$symbols,
    "::mlir::DenseI64ArrayAttr":$symbol_bounds,
    "::mlir::ArrayAttr":$equal_sizes,
    "::mlir::StringAttr":$name,
    "::mlir::StringAttr":$doc,
    "::mlir::IntegerAttr":$part,
    "::mlir::StringAttr":$graph_name,
    "::mlir::StringAttr":$producer,
    "::mlir::DictionaryAttr":$metadata,
    "::mlir::DictionaryAttr":$node_metadata
  );
  let hasOperationAttrVerify = 1;
  let hasRegionArgAttrVerify = 1;
  let hasRegionResultAttrVerify = 1;
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::math::MathDialect"];
  let useDefaultTypePrinterParser = 1;
  let useDefaultAttributePrinterParser = 1;
  let hasConstantMaterializer = 1;
  let extraClassDeclaration = [{
    /// Registers the ops of a family; its generated source calls it.
    template <typename... Ops> void addFamily() { addOperations<Ops...>(); }
  }];
}

#endif // ONNXC_DIALECTS_ONNX_ONNXDIALECT
