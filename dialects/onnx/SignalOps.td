//===- SignalOps.td - Fourier transforms and spectra ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/OnnxBase.td"

def Onnx_DFTOp : Onnx_PureOp<"DFT", [
    AttrSizedOperandSegments, ShapeOperands, Expanding]> {
  let summary = "The discrete Fourier transform along an axis";
  let description = [{
    The last dimension holds the real part and, where it has size 2, the
    imaginary one. Shape inference makes a matrix product of it, or, where sizes
    are known, a transform of rows, [rows, length, parts] with a constant length,
    of which `choose-transforms` makes an onnx.FastDFT or a product.
  }];
  let arguments = (ins Onnx_Tensor:$input, Optional<Onnx_Tensor>:$dft_length,
                       Optional<Onnx_Tensor>:$axis,
                       DefaultValuedAttr<Onnx_Int, "0">:$inverse,
                       DefaultValuedAttr<Onnx_Int, "0">:$onesided);
  let results = (outs Onnx_Tensor:$output);
}

def Onnx_FastDFTOp : Onnx_PureOp<"FastDFT", [Costs]> {
  let summary = "Fourier transforms of rows, by passes of small radices";
  let description = [{
    Each row of `x` holds a signal, real or as pairs, with zeros behind it up to
    `length` or more elements than count; each row of the result its spectrum, or
    with `inverse` and `onesided` the real signal of which it is one. The passes
    and what is in `tables` follow from the attributes (FourierPlan.h). It
    computes in the element type of `tables`.
  }];
  let arguments = (ins
      Onnx_Tensor:$x, // [rows, M * parts], f32 or f64
      Onnx_Tensor:$tables, // constant, f32 or f64
      Onnx_Int:$length, Onnx_Int:$parts, Onnx_Int:$inverse,
      Onnx_Int:$onesided);
  let results = (outs Onnx_Tensor:$y); // [rows, K * parts of the result]
}

def Onnx_STFTOp : Onnx_PureOp<"STFT", [
    AttrSizedOperandSegments, ShapeOperands, Expanding, NeedsSizes]> {
  let summary = "Fourier transforms of overlapping, windowed frames";
  let description = [{
    Shape inference makes a Gather of the frames and a DFT of it.
  }];
  let arguments = (ins Onnx_Tensor:$signal, Onnx_Tensor:$frame_step,
                       Optional<Onnx_Tensor>:$window,
                       Optional<Onnx_Tensor>:$frame_length,
                       DefaultValuedAttr<Onnx_Int, "1">:$onesided);
  let results = (outs Onnx_Tensor:$output);
}

def Onnx_MelWeightMatrixOp
    : Onnx_PureOp<"MelWeightMatrix", [ShapeOperands, Expanding]> {
  let summary = "The matrix from a spectrum's bins to bins of the mel scale";
  let description = [{
    Shape inference makes arithmetic of it, which mostly is a constant.
  }];
  let arguments = (ins Onnx_Tensor:$num_mel_bins, Onnx_Tensor:$dft_length,
                       Onnx_Tensor:$sample_rate, Onnx_Tensor:$lower_edge_hertz,
                       Onnx_Tensor:$upper_edge_hertz,
                       DefaultValuedAttr<Onnx_Int, "1">:$output_datatype);
  let results = (outs Onnx_Tensor:$output);
}
