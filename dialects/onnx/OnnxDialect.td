//===- OnnxDialect.td - The dialect itself --------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_ONNXDIALECT
#define ONNXC_DIALECTS_ONNX_ONNXDIALECT

include "mlir/IR/DialectBase.td"
include "dialects/onnx/FamilyDecls.td"

def Onnx_Dialect : Dialect {
  let name = "onnx";
  let cppNamespace = "::onnxc::onnx";
  let summary = "The operators of ONNX, newest opset";
  let description = [{
    Operators, operands, results and attributes are spelled as in the ONNX
    operator specification, which is this dialect's reference.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::math::MathDialect"];
  let useDefaultTypePrinterParser = 1;
  let useDefaultAttributePrinterParser = 1;
  let hasConstantMaterializer = 1;
  let extraClassDeclaration = FamilyDecls<>.decls;
}

#endif // ONNXC_DIALECTS_ONNX_ONNXDIALECT
