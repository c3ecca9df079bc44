//===- MapOps.td - Maps, and tensors of them ------------------------------===//
//
// A map is two lists of one length: its keys and what they map to.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/OnnxBase.td"

def Onnx_PackMapOp : Onnx_PureOp<"PackMap"> {
  let summary = "The map that two lists hold";
  let description = [{
    Not an operator of ONNX: it stands where a map comes into the model. No key
    is there twice.
  }];
  let arguments = (ins Onnx_Tensor:$keys, Onnx_Tensor:$values);
  let results = (outs Onnx_Value:$output);
}

def Onnx_DictVectorizerOp : Onnx_PureOp<"DictVectorizer", [Expanding]> {
  let summary = "What a map has for each word of a vocabulary, else 0";
  let description = [{
    A row. Keys that are not in the vocabulary are left out.
  }];
  let arguments = (ins Onnx_Value:$X, OptionalAttr<Onnx_Ints>:$int64_vocabulary,
                       OptionalAttr<Onnx_Strings>:$string_vocabulary);
  let results = (outs Onnx_Tensor:$Y);
}

def Onnx_CastMapOp : Onnx_PureOp<"CastMap", [Expanding]> {
  let summary = "A map's values as a row";
  let description = [{
    In the order of their keys (`map_form` DENSE), or at the columns that the keys
    are, others 0 (SPARSE, `max_map` columns). Keys beyond the last column are
    left out; a run with a key below 0 is refused.
  }];
  let arguments = (ins Onnx_Value:$X,
                       DefaultValuedAttr<Onnx_String, "\"TO_FLOAT\"">:$cast_to,
                       DefaultValuedAttr<Onnx_String, "\"DENSE\"">:$map_form,
                       DefaultValuedAttr<Onnx_Int, "1">:$max_map);
  let results = (outs Onnx_Tensor:$Y);
}
