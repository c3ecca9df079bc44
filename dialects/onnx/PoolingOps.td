//===- PoolingOps.td - Pooling over windows and over whole planes --------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/OnnxBase.td"

class Onnx_GlobalPool<string name, string what, list<Trait> traits = []>
    : Onnx_PureOp<name, [FusesProducers] # traits> {
  let summary = what # " of each channel";
  let arguments = (ins Onnx_Tensor:$X);
  let results = (outs Onnx_Tensor:$Y);
}

def Onnx_GlobalAveragePoolOp : Onnx_GlobalPool<"GlobalAveragePool", "Mean">;
def Onnx_GlobalMaxPoolOp : Onnx_GlobalPool<"GlobalMaxPool", "Maximum">;
def Onnx_GlobalLpPoolOp
    : Onnx_GlobalPool<"GlobalLpPool", "Norm", [Expanding]> {
  let arguments = (ins Onnx_Tensor:$X, DefaultValuedAttr<Onnx_Int, "2">:$p);
}

def Onnx_MaxPoolOp : Onnx_PureOp<"MaxPool", [NeedsSizes]> {
  let summary = "The maximum of each window, and where it is";
  let arguments = (ins Onnx_Tensor:$X,
                   DefaultValuedAttr<Onnx_String, "\"NOTSET\"">:$auto_pad,
                   DefaultValuedAttr<Onnx_Int, "0">:$ceil_mode,
                   OptionalAttr<Onnx_Ints>:$dilations,
                   Onnx_Ints:$kernel_shape, OptionalAttr<Onnx_Ints>:$pads,
                   DefaultValuedAttr<Onnx_Int, "0">:$storage_order,
                   OptionalAttr<Onnx_Ints>:$strides);
  let results = (outs Onnx_Tensor:$Y, Onnx_Tensor:$Indices);
}

def Onnx_AveragePoolOp : Onnx_PureOp<"AveragePool", [NeedsSizes]> {
  let summary = "The mean of each window";
  let arguments = (ins Onnx_Tensor:$X,
                   DefaultValuedAttr<Onnx_String, "\"NOTSET\"">:$auto_pad,
                   DefaultValuedAttr<Onnx_Int, "0">:$ceil_mode,
                   DefaultValuedAttr<Onnx_Int, "0">:$count_include_pad,
                   OptionalAttr<Onnx_Ints>:$dilations,
                   Onnx_Ints:$kernel_shape, OptionalAttr<Onnx_Ints>:$pads,
                   OptionalAttr<Onnx_Ints>:$strides);
  let results = (outs Onnx_Tensor:$Y);
}

def Onnx_SumPoolOp : Onnx_PureOp<"SumPool", [NeedsSizes]> {
  let summary = "The sum of each window of narrow integers, as i32";
  let description = [{
    Not an operator of ONNX: what is left of AveragePool when its scale has
    become a product. What lies outside of X adds nothing.
  }];
  let arguments = (ins Onnx_Tensor:$X,
                   DefaultValuedAttr<Onnx_String, "\"NOTSET\"">:$auto_pad,
                   DefaultValuedAttr<Onnx_Int, "0">:$ceil_mode,
                   OptionalAttr<Onnx_Ints>:$dilations,
                   Onnx_Ints:$kernel_shape, OptionalAttr<Onnx_Ints>:$pads,
                   OptionalAttr<Onnx_Ints>:$strides);
  let results = (outs Onnx_Tensor:$Y);
}

def Onnx_LpPoolOp : Onnx_PureOp<"LpPool", [NeedsSizes]> {
  let summary = "The Lp norm of each window";
  let arguments = (ins Onnx_Tensor:$X,
                   DefaultValuedAttr<Onnx_String, "\"NOTSET\"">:$auto_pad,
                   DefaultValuedAttr<Onnx_Int, "0">:$ceil_mode,
                   OptionalAttr<Onnx_Ints>:$dilations,
                   Onnx_Ints:$kernel_shape,
                   DefaultValuedAttr<Onnx_Int, "2">:$p,
                   OptionalAttr<Onnx_Ints>:$pads,
                   OptionalAttr<Onnx_Ints>:$strides);
  let results = (outs Onnx_Tensor:$Y);
}

def Onnx_MaxUnpoolOp
    : Onnx_PureOp<"MaxUnpool", [ShapeOperands, NeedsSizes]> {
  let summary = "Puts each value where MaxPool found it, zeros elsewhere";
  let arguments = (ins Onnx_Tensor:$X, Onnx_Tensor:$I,
                   Optional<Onnx_Tensor>:$output_shape,
                   Onnx_Ints:$kernel_shape, OptionalAttr<Onnx_Ints>:$pads,
                   OptionalAttr<Onnx_Ints>:$strides);
  let results = (outs Onnx_Tensor:$output);
}
