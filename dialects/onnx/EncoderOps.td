//===- EncoderOps.td - Categories as numbers, and numbers as others -------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/OnnxBase.td"

def Onnx_OneHotEncoderOp : Onnx_PureOp<"OneHotEncoder", [Expanding]> {
  let summary = "A 1 in the column of the category, 0 elsewhere";
  let arguments = (ins Onnx_Tensor:$X, OptionalAttr<Onnx_Ints>:$cats_int64s,
                       OptionalAttr<Onnx_Strings>:$cats_strings,
                       DefaultValuedAttr<Onnx_Int, "1">:$zeros);
  let results = (outs Onnx_Tensor:$Y);
}

// Strings are a list of them, whatever the tensor's shape.
def Onnx_LabelsAttr : Attr<
    CPred<"::llvm::isa<::mlir::ElementsAttr, ::mlir::ArrayAttr>($_self)">,
    "TENSOR"> {
  let storageType = "::mlir::Attribute";
  let returnType = "::mlir::Attribute";
  let convertFromStorage = "$_self";
}

def Onnx_LabelEncoderOp : Onnx_PureOp<"LabelEncoder", [Expanding]> {
  let summary = "The value of the key that equals x, else a default";
  let description = [{
    Keys and values are those attributes of which there are some. NaN equals
    NaN. `classes_strings` is of version 1: it maps strings to their places, or
    back.
  }];
  let arguments = (ins Onnx_Tensor:$X,
                       OptionalAttr<Onnx_Strings>:$classes_strings,
                       DefaultValuedAttr<Onnx_Float, "-0.0f">:$default_float,
                       DefaultValuedAttr<Onnx_Int, "-1">:$default_int64,
                       DefaultValuedAttr<Onnx_String,
                                         "\"_Unused\"">:$default_string,
                       OptionalAttr<Onnx_LabelsAttr>:$default_tensor,
                       OptionalAttr<Onnx_Floats>:$keys_floats,
                       OptionalAttr<Onnx_Ints>:$keys_int64s,
                       OptionalAttr<Onnx_Strings>:$keys_strings,
                       OptionalAttr<Onnx_LabelsAttr>:$keys_tensor,
                       OptionalAttr<Onnx_Floats>:$values_floats,
                       OptionalAttr<Onnx_Ints>:$values_int64s,
                       OptionalAttr<Onnx_Strings>:$values_strings,
                       OptionalAttr<Onnx_LabelsAttr>:$values_tensor);
  let results = (outs Onnx_Tensor:$Y);
}

def Onnx_CategoryMapperOp
    : Onnx_PureOp<"CategoryMapper", [Expanding]> {
  let summary = "The integer of a string, or the string of an integer";
  let arguments = (ins Onnx_Tensor:$X, OptionalAttr<Onnx_Ints>:$cats_int64s,
                       OptionalAttr<Onnx_Strings>:$cats_strings,
                       DefaultValuedAttr<Onnx_Int, "-1">:$default_int64,
                       DefaultValuedAttr<Onnx_String,
                                         "\"_Unused\"">:$default_string);
  let results = (outs Onnx_Tensor:$Y);
}

def Onnx_ZipMapOp : Onnx_PureOp<"ZipMap", [Expanding]> {
  let summary = "Columns named by the labels of classes";
  let description = [{
    ONNX has a list of maps here, which goes out of a compiled model as the
    table it is: a row for each map, a column for each key. The importer says
    so, and notes the keys at the output.
  }];
  let arguments = (ins Onnx_Tensor:$X,
                       OptionalAttr<Onnx_Ints>:$classlabels_int64s,
                       OptionalAttr<Onnx_Strings>:$classlabels_strings);
  let results = (outs Onnx_Tensor:$Z);
}

//===----------------------------------------------------------------------===//
// Not operators of ONNX
//===----------------------------------------------------------------------===//

def Onnx_LookUpOp
    : Onnx_PureOp<"LookUp", [AttrSizedOperandSegments, FusesConsumers]> {
  let summary = "The value of the key that equals x, else the last value";
  let description = [{
    `values` has one for each key and the default behind them. Without `keys`
    these are the integers from `first` on. With `displacements` they are the
    slots of a KeyTable of this `multiplier`; else they are sorted, and with
    `nan_key` the last one is NaN, which equals NaN.
  }];
  let arguments = (ins Onnx_Tensor:$X, Onnx_Tensor:$values,
                       Optional<Onnx_Tensor>:$keys,
                       Optional<Onnx_Tensor>:$displacements,
                       DefaultValuedAttr<Onnx_Int, "0">:$first,
                       DefaultValuedAttr<Onnx_Int, "0">:$multiplier,
                       UnitAttr:$nan_key);
  let results = (outs Onnx_Tensor:$Y);
}

def Onnx_RequireNoneOp : Onnx_PureOp<"RequireNone", [
    DeclareOpInterfaceMethods<ShapeOperandsOp>, Expanding, NeedsSizes]> {
  let summary = "X, where a count that only the run knows is 0";
  let description = [{
    The run ends otherwise. Shape inference replaces it by X.
  }];
  let arguments = (ins Onnx_Tensor:$X, Onnx_Tensor:$count);
  let results = (outs Onnx_Tensor:$Y);
}
