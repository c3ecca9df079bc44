//===- NchwcOps.td - Images whose channels are in onnxruntime's blocks ----===//
//
// The domain com.microsoft.nchwc, which onnxruntime writes when it saves a
// model that it has laid out for one machine. Blocks are undone: an image is
// again [N, C, ...], C a multiple of `block`, with channels at its end that
// nothing reads. The importer finds out `block`.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/MicrosoftBase.td"

class Onnx_NchwcOp<string name, list<Trait> traits = []>
    : Onnx_MicrosoftOp<"nchwc." # name, traits>;

def Onnx_NchwcReorderInputOp : Onnx_NchwcOp<"ReorderInput"> {
  let summary = "An image with its channels in blocks";
  let hasVerifier = 1;
  let arguments = (ins Onnx_Tensor:$X, Onnx_Int:$block,
      DefaultValuedAttr<Onnx_Int, "0">:$channels_last);
  let results = (outs Onnx_Tensor:$Y);
}

def Onnx_NchwcReorderOutputOp : Onnx_NchwcOp<"ReorderOutput"> {
  let summary = "The first channels of an image in blocks";
  let arguments = (ins Onnx_Tensor:$X, Onnx_Int:$block,
      DefaultValuedAttr<Onnx_Int, "0">:$channels,
      DefaultValuedAttr<Onnx_Int, "0">:$channels_last);
  let results = (outs Onnx_Tensor:$Y);
  let hasVerifier = 1;
}

def Onnx_NchwcConvOp
    : Onnx_NchwcOp<"Conv", [AttrSizedOperandSegments, NeedsSizes]> {
  let summary = "FusedConv whose filters lie as the machine reads them";
  let description = [{
    As [O/b, I/b, kernel, b of I, b of O]; where I is below a block, or filters
    are of one channel each, as [O/b, I, kernel, b of O].
  }];
  let arguments = (ins Onnx_Tensor:$X, Onnx_Tensor:$W, Optional<Onnx_Tensor>:$B,
      Optional<Onnx_Tensor>:$Sum, OptionalAttr<Onnx_String>:$activation,
      OptionalAttr<Onnx_Floats>:$activation_params,
      DefaultValuedAttr<Onnx_String, "\"NOTSET\"">:$auto_pad, Onnx_Int:$block,
      OptionalAttr<Onnx_Ints>:$dilations,
      DefaultValuedAttr<Onnx_Int, "1">:$group,
      OptionalAttr<Onnx_Ints>:$kernel_shape, OptionalAttr<Onnx_Ints>:$pads,
      OptionalAttr<Onnx_Ints>:$strides);
  let results = (outs Onnx_Tensor:$Y);
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    static constexpr llvm::StringLiteral kSlots = "1100";
  }];
}

def Onnx_NchwcMaxPoolOp : Onnx_NchwcOp<"MaxPool"> {
  let summary = "MaxPool";
  let arguments = (ins Onnx_Tensor:$X,
      DefaultValuedAttr<Onnx_String, "\"NOTSET\"">:$auto_pad, Onnx_Int:$block,
      DefaultValuedAttr<Onnx_Int, "0">:$ceil_mode,
      OptionalAttr<Onnx_Ints>:$dilations, Onnx_Ints:$kernel_shape,
      OptionalAttr<Onnx_Ints>:$pads,
      DefaultValuedAttr<Onnx_Int, "0">:$storage_order,
      OptionalAttr<Onnx_Ints>:$strides);
  let results = (outs Onnx_Tensor:$Y);
}

def Onnx_NchwcAveragePoolOp : Onnx_NchwcOp<"AveragePool"> {
  let summary = "AveragePool";
  let arguments = (ins Onnx_Tensor:$X,
      DefaultValuedAttr<Onnx_String, "\"NOTSET\"">:$auto_pad, Onnx_Int:$block,
      DefaultValuedAttr<Onnx_Int, "0">:$ceil_mode,
      DefaultValuedAttr<Onnx_Int, "0">:$count_include_pad,
      OptionalAttr<Onnx_Ints>:$dilations, Onnx_Ints:$kernel_shape,
      OptionalAttr<Onnx_Ints>:$pads, OptionalAttr<Onnx_Ints>:$strides);
  let results = (outs Onnx_Tensor:$Y);
}

class Onnx_NchwcGlobalPool<string name> : Onnx_NchwcOp<name> {
  let summary = name;
  let arguments = (ins Onnx_Tensor:$X, Onnx_Int:$block);
  let results = (outs Onnx_Tensor:$Y);
}
def Onnx_NchwcGlobalMaxPoolOp : Onnx_NchwcGlobalPool<"GlobalMaxPool">;
def Onnx_NchwcGlobalAveragePoolOp : Onnx_NchwcGlobalPool<"GlobalAveragePool">;

def Onnx_NchwcUpsampleOp : Onnx_NchwcOp<"Upsample"> {
  let summary = "Resize by whole numbers";
  let arguments = (ins Onnx_Tensor:$X, Onnx_Int:$block,
      DefaultValuedAttr<Onnx_String,
                        "\"asymmetric\"">:$coordinate_transformation_mode,
      DefaultValuedAttr<Onnx_String, "\"nearest\"">:$mode, Onnx_Ints:$scales);
  let results = (outs Onnx_Tensor:$Y);
  let hasVerifier = 1;
}
