//===- MicrosoftImageOps.td - Windows and crops of images -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/MicrosoftBase.td"

def Onnx_MicrosoftUnfoldTensorOp
    : Onnx_MicrosoftOp<"UnfoldTensor", [NeedsSizes]> {
  let summary = "Slices of a dimension, one behind the other, as a new last one";
  let arguments = (ins Onnx_Tensor:$input,
      DefaultValuedAttr<Onnx_Int, "-1">:$dim, Onnx_Int:$size,
      DefaultValuedAttr<Onnx_Int, "1">:$step);
  let results = (outs Onnx_Tensor:$output);
  let hasVerifier = 1;
}

def Onnx_MicrosoftCropAndResizeOp
    : Onnx_MicrosoftOp<"CropAndResize", [NeedsSizes]> {
  let summary = "Regions of images, brought to one size";
  let description = [{
    A region is [y1, x1, y2, x2] over the image's size less one. What lies
    outside of the image is `extrapolation_value`.
  }];
  let arguments = (ins Onnx_Tensor:$X, Onnx_Tensor:$rois,
      Onnx_IntTensor:$batch_indices, Onnx_IntTensor:$crop_size,
      DefaultValuedAttr<Onnx_Float, "0.0f">:$extrapolation_value,
      DefaultValuedAttr<Onnx_String, "\"bilinear\"">:$mode);
  let results = (outs Onnx_Tensor:$Y);
  let hasVerifier = 1;
}

def Onnx_MicrosoftMaxpoolWithMaskOp
    : Onnx_MicrosoftOp<"MaxpoolWithMask", [NeedsSizes]> {
  let summary = "MaxPool in which a row of a window ends where a mask is 0";
  let arguments = (ins Onnx_Tensor:$X, Onnx_IntTensor:$M,
      DefaultValuedAttr<Onnx_String, "\"NOTSET\"">:$auto_pad,
      OptionalAttr<Onnx_Ints>:$kernel_shape, OptionalAttr<Onnx_Ints>:$pads,
      DefaultValuedAttr<Onnx_Int, "0">:$storage_order,
      OptionalAttr<Onnx_Ints>:$strides);
  let results = (outs Onnx_Tensor:$Y);
  let hasVerifier = 1;
}

def Onnx_MicrosoftConvTransposeWithDynamicPadsOp
    : Onnx_MicrosoftOp<"ConvTransposeWithDynamicPads", [
          AttrSizedOperandSegments]> {
  let summary = "ConvTranspose whose pads are an input";
  let arguments = (ins Onnx_Tensor:$X, Onnx_Tensor:$W,
      Optional<Onnx_IntTensor>:$Pads, Optional<Onnx_Tensor>:$B,
      DefaultValuedAttr<Onnx_String, "\"NOTSET\"">:$auto_pad,
      OptionalAttr<Onnx_Ints>:$dilations,
      DefaultValuedAttr<Onnx_Int, "1">:$group,
      OptionalAttr<Onnx_Ints>:$kernel_shape,
      OptionalAttr<Onnx_Ints>:$output_padding,
      OptionalAttr<Onnx_Ints>:$strides);
  let results = (outs Onnx_Tensor:$Y);
  let extraClassDeclaration = [{
    static constexpr llvm::StringLiteral kSlots = "1100";
  }];
}

def Onnx_MicrosoftWordConvEmbeddingOp
    : Onnx_MicrosoftOp<"WordConvEmbedding", [NeedsSizes]> {
  let summary = "The largest outputs of a convolution over a word's letters";
  let description = [{
    A word begins with a number above 0; it is as long as it has such numbers,
    and at least as a window. Others give zeros.
  }];
  let arguments = (ins Onnx_IntTensor:$Sequence, Onnx_Tensor:$W,
      Onnx_Tensor:$B, Onnx_Tensor:$C,
      OptionalAttr<Onnx_Int>:$char_embedding_size,
      OptionalAttr<Onnx_Int>:$conv_window_size,
      OptionalAttr<Onnx_Int>:$embedding_size);
  let results = (outs Onnx_Tensor:$Y);
}

def Onnx_MicrosoftQLinearConvOp : Onnx_MicrosoftOp<"QLinearConv"> {
  let summary = "QLinearConv, also of images whose channels come last";
  let arguments = (ins Onnx_IntTensor:$x, Onnx_Tensor:$x_scale,
      Onnx_IntTensor:$x_zero_point, Onnx_IntTensor:$w, Onnx_Tensor:$w_scale,
      Onnx_IntTensor:$w_zero_point, Onnx_Tensor:$y_scale,
      Onnx_IntTensor:$y_zero_point, Optional<Onnx_IntTensor>:$B,
      DefaultValuedAttr<Onnx_String, "\"NOTSET\"">:$auto_pad,
      DefaultValuedAttr<Onnx_Int, "0">:$channels_last,
      OptionalAttr<Onnx_Ints>:$dilations,
      DefaultValuedAttr<Onnx_Int, "1">:$group,
      OptionalAttr<Onnx_Ints>:$kernel_shape, OptionalAttr<Onnx_Ints>:$pads,
      OptionalAttr<Onnx_Ints>:$strides);
  let results = (outs Onnx_Tensor:$y);
}
