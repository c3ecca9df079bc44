//===- StringOps.td - Operators of strings --------------------------------===//
//
// Shape inference makes of them what TextOps.td has.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/OnnxBase.td"

def Onnx_StringConcatOp : Onnx_PureOp<"StringConcat", [Expanding]> {
  let summary = "Strings one behind the other, elementwise";
  let arguments = (ins Onnx_Tensor:$X, Onnx_Tensor:$Y);
  let results = (outs Onnx_Tensor:$Z);
}

def Onnx_StringSplitOp : Onnx_PureOp<"StringSplit", [Expanding]> {
  let summary = "The parts of strings between delimiters, or between spaces";
  let arguments = (ins Onnx_Tensor:$X, OptionalAttr<Onnx_String>:$delimiter,
                       OptionalAttr<Onnx_Int>:$maxsplit);
  let results = (outs Onnx_Tensor:$Y, Onnx_Tensor:$Z);
}

def Onnx_StringNormalizerOp : Onnx_PureOp<"StringNormalizer", [Expanding]> {
  let summary = "Strings without stop words, in large or small letters";
  let description = [{
    Letters change by Unicode's simple mappings, whatever the locale.
  }];
  let arguments = (ins Onnx_Tensor:$X,
                       DefaultValuedAttr<Onnx_String,
                                         "\"NONE\"">:$case_change_action,
                       DefaultValuedAttr<Onnx_Int, "0">:$is_case_sensitive,
                       OptionalAttr<Onnx_String>:$locale,
                       OptionalAttr<Onnx_Strings>:$stopwords);
  let results = (outs Onnx_Tensor:$Y);
}

def Onnx_RegexFullMatchOp : Onnx_PureOp<"RegexFullMatch", [Expanding]> {
  let summary = "Whether a regular expression matches each string as a whole";
  let description = [{
    Of RE2's syntax (RegexSyntax.h). It becomes the tables of an automaton.
  }];
  let arguments = (ins Onnx_Tensor:$X, OptionalAttr<Onnx_String>:$pattern);
  let results = (outs Onnx_Tensor:$Y);
}
