//===- BlockedOps.td - Ops on tensors in blocked layouts ------------------===//
//
// Not operators of ONNX: `choose-layouts` makes them of the operators whose
// names they extend. A blocked tensor [N, C/c, spatial..., c] holds c channels
// of a pixel side by side, as many as a vector has lanes.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/OnnxBase.td"

def Onnx_BlockedConvOp : Onnx_PureOp<"BlockedConv", [FusesConsumers]> {
  let summary = "Convolution in one to three dimensions of blocked tensors";
  let description = [{
    X is [N, C/i, spatial..., i], where i may be 1 (which is [N, C, spatial...]
    seen otherwise). W is [F/f, C/i, kernel..., i, f], the result
    [N, F/f, spatial..., f]. A depthwise one has i = f and C = F, and W is
    [F/f, kernel..., f]. `pads` are those before and those after; what they
    hold is `padding`.

    Bytes are summed in i32. `offset` is added to each of X and to `padding`; W
    holds signed bytes. Where `group` is not 1, so many of W that one lane of a
    dot product takes lie side by side: channels, [F/f, C/i, kernel..., i/g, f,
    g], or columns of the kernel where i is 1, [F/f, C, ..., k/g, 1, f, g].
  }];
  let arguments = (ins Onnx_Tensor:$X, Onnx_Tensor:$W, Onnx_Ints:$strides,
                       Onnx_Ints:$dilations, Onnx_Ints:$pads,
                       UnitAttr:$depthwise,
                       DefaultValuedAttr<Onnx_Int, "1">:$group,
                       DefaultValuedAttr<Onnx_Int, "0">:$padding,
                       DefaultValuedAttr<Onnx_Int, "0">:$offset);
  let results = (outs Onnx_Tensor:$Y);
}

def Onnx_NBitsMatMulOp : Onnx_PureOp<"NBitsMatMul", [FusesConsumers]> {
  let summary = "Matrix product with weights of a few bits in blocks";
  let description = [{
    A is [..., K], where K is known. Of each of the `columns` N there are words
    of 32 bits, which hold 32 / `bits` elements each, the first in the lowest
    bits, and a scale for each block of `block_size` elements; a zero point for
    each, or all are 2^(bits - 1). Element (k, n) of B is (q - zero) * scale. Words are
    [N, words], scales and zero points [N, blocks]; in panels of c columns
    [N/c, words, c] and [N/c, blocks, c], rounded up.
  }];
  let arguments = (ins Onnx_Tensor:$A, Onnx_Tensor:$words,
                       Onnx_Tensor:$scales, Optional<Onnx_Tensor>:$zero_points,
                       Onnx_Int:$columns, Onnx_Int:$bits, Onnx_Int:$block_size);
  let results = (outs Onnx_Tensor:$Y);
}

def Onnx_PackedMatMulOp : Onnx_PureOp<"PackedMatMul", [FusesConsumers]> {
  let summary = "Matrix product with B in panels of columns";
  let description = [{
    A is [..., K], B [N/c, K, c] rounded up, its last panel filled with zeros.
    The result is [..., N]; `columns` is N.

    Integers are summed in i32, with `offset` added to each of A. Where `group`
    is not 1, so many rows of B lie side by side, [N/c, K/g, c, g], and A is
    [..., K/g, g].
  }];
  let arguments = (ins Onnx_Tensor:$A, Onnx_Tensor:$B, Onnx_Int:$columns,
                       DefaultValuedAttr<Onnx_Int, "1">:$group,
                       DefaultValuedAttr<Onnx_Int, "0">:$offset);
  let results = (outs Onnx_Tensor:$Y);
}
