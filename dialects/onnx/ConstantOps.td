//===- ConstantOps.td - Constants and symbolic integers -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/OnnxBase.td"

def Onnx_ConstantOp : Onnx_Op<"Constant", [Pure, ConstantLike]> {
  let summary = "A tensor known at compile time";
  let description = [{
    The importer turns every form of the specification's attributes
    (`value_float`, `value_ints`, ...) and every initializer into `value`.
    Integers of fewer than eight bits and bool are held at their own width.
    Strings are held in `strings`, row-major.
  }];
  let arguments = (ins OptionalAttr<Onnx_TensorAttr>:$value,
                       OptionalAttr<Onnx_Strings>:$strings);
  let results = (outs Onnx_Tensor:$output);
  let extraClassDeclaration = [{
    /// The elements; null for a string tensor.
    ::mlir::ElementsAttr getElements() {
      return getValue().value_or(::mlir::ElementsAttr());
    }
  }];
  let builders = [
    OpBuilder<(ins "::mlir::Type":$type, "::mlir::ElementsAttr":$elements), [{
      build($_builder, $_state, type, elements, ::mlir::ArrayAttr());
    }]>,
    OpBuilder<(ins "::mlir::ElementsAttr":$elements), [{
      build($_builder, $_state, elements.getType(), elements,
            ::mlir::ArrayAttr());
    }]>,
    // A list of i64.
    OpBuilder<(ins "::llvm::ArrayRef<int64_t>":$ints), [{
      auto elements = $_builder.getI64TensorAttr(ints);
      build($_builder, $_state, elements.getType(), elements,
            ::mlir::ArrayAttr());
    }]>,
  ];
  let hasFolder = 1;
  let hasVerifier = 1;
}

def Onnx_DimsOp : Onnx_Op<"Dims", [Pure]> {
  let summary = "An integer tensor of expressions over the symbols";
  let description = [{
    Not an operator of ONNX: what shape arithmetic folds to. The result has a
    static shape and i64, i32 or bool elements; the expressions are row-major.
    With `any_sign` its symbols are values read at run time, which may be
    negative.
  }];
  let arguments = (ins Onnx_DimsAttr:$value, UnitAttr:$any_sign);
  let results = (outs Onnx_Tensor:$output);
  let builders = [
    // A list of i64.
    OpBuilder<(ins "::llvm::ArrayRef<::mlir::AffineExpr>":$exprs), [{
      auto type = ::mlir::RankedTensorType::get({int64_t(exprs.size())},
                                                $_builder.getI64Type());
      build($_builder, $_state, type,
            DimsAttr::get($_builder.getContext(), exprs));
    }]>,
  ];
  let hasVerifier = 1;
}
