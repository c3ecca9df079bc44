//===- ImageOps.td - Encoded images ---------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/OnnxBase.td"

def Onnx_ImageDecoderOp : Onnx_PureOp<"ImageDecoder", [Expanding]> {
  let summary = "The pixels of an image's file, [height, width, channels]";
  let description = [{
    A CustomCall of what runtime-lite/include/onnxc/images.h declares: the
    library onnxc-rt-images reads the formats.
  }];
  let arguments = (ins Onnx_Tensor:$encoded_stream,
      DefaultValuedAttr<Onnx_String, "\"RGB\"">:$pixel_format);
  let results = (outs Onnx_Tensor:$image);
  let hasVerifier = 1;
}
