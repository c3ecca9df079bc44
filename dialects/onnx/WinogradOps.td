//===- WinogradOps.td - Convolutions that multiply fewer times ------------===//
//
// Not operators of ONNX: `transform-convs` makes them of blocked convolutions.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/OnnxBase.td"

def Onnx_WinogradConvOp : Onnx_PureOp<"WinogradConv", [FusesConsumers]> {
  let summary = "Convolution of blocked planes by a transformed kernel of 3 x 3";
  let description = [{
    Of X, [N, C/i, H, W, i], squares of m + 2 by m + 2 pixels, m apart, give m by
    m pixels of the result, [N, F/f, H', W', f], where m is `tile`:

      Y = At [ sum over channels of W * (Bt X B) ] A

    with * element by element and the matrices of dialects/onnx/Winograd.h. W is
    G w Gt of each kernel w, [F/f, m + 2, m + 2, C/i, i, f]. `pads` are zeros:
    top, left, bottom, right.
  }];
  let arguments = (ins Onnx_Tensor:$X, Onnx_Tensor:$W, Onnx_Int:$tile,
                       Onnx_Ints:$pads);
  let results = (outs Onnx_Tensor:$Y);
}
