//===- PlanContractions.td - What a contraction says of itself ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_PLAN_PLANCONTRACTIONS
#define ONNXC_DIALECTS_PLAN_PLANCONTRACTIONS

include "dialects/plan/PlanDialect.td"
include "mlir/IR/AttrTypeBase.td"

class Plan_ContractionAttr<string name, string attrMnemonic>
    : AttrDef<Plan_Dialect, name> {
  let mnemonic = attrMnemonic;
  let genVerifyDecl = 1;
}

def Plan_BytesAttr : Plan_ContractionAttr<"Bytes", "bytes"> {
  let summary = "How the factors of integer products lie in groups";
  let description = [{
    An instruction sums the products of `group` neighbours at once; a group of
    1 is none. `offset` is
    added to each element of the left factor before it is multiplied: it makes
    signed bytes unsigned, or the other way round, where the instruction asks
    for it.

    ```mlir
    #plan.bytes<group = 4, offset = 128>
    ```
  }];
  let parameters = (ins "int64_t":$group,
                        DefaultValuedParameter<"int64_t", "0">:$offset);
  let assemblyFormat = "`<` struct(params) `>`";
}

def Plan_QuantsAttr : Plan_ContractionAttr<"Quants", "quants"> {
  let summary = "How the second factor of a product is quantised";
  let description = [{
    Words of 32 bits hold elements of `bits`, the first in the lowest; each
    `block` of elements along k has a scale of its own.

    ```mlir
    #plan.quants<bits = 4, block = 32>
    ```
  }];
  let parameters = (ins "int64_t":$bits, "int64_t":$block);
  let assemblyFormat = "`<` struct(params) `>`";
  let extraClassDeclaration = [{
    int64_t getElementsOfWord() const { return 32 / getBits(); }
    int64_t getWordsOfBlock() const { return getBlock() * getBits() / 32; }
  }];
}

def Plan_ProductAttr : Plan_ContractionAttr<"Product", "product"> {
  let summary = "A product of matrices";
  let description = [{
    The `plan.contraction` of a linalg.generic over (batch..., m, n; k) with the
    body c + f(a) * g(b). The maps are projected permutations, but where the
    second factor lies in panels of `panels` columns, [N/panels, K, panels]: its
    map is (n / panels, k, n % panels). Where there are `bytes`, one more loop,
    the last, walks a group of both factors. Where there are `quants`, inputs are
    the first factor, words [N/panels, words, panels], scales [N/panels, blocks,
    panels] and zero points like them or none; g(b) is (q - zero) * scale.

    ```mlir
    #plan.product
    #plan.product<panels = 16>
    #plan.product<panels = 16, bytes = <group = 4, offset = 128>>
    #plan.product<panels = 32, quants = <bits = 4, block = 32>>
    ```
  }];
  let parameters = (ins DefaultValuedParameter<"int64_t", "0">:$panels,
                        OptionalParameter<"::onnxc::plan::BytesAttr">:$bytes,
                        OptionalParameter<"::onnxc::plan::QuantsAttr">:$quants);
  let assemblyFormat = "(`<` struct(params)^ `>`)?";
}

def Plan_BlocksAttr : Plan_ContractionAttr<"Blocks", "blocks"> {
  let summary = "What a convolution of blocked tensors says in addition";
  let description = [{
    Images are [N, C/c, spatial..., c], weights [M/m, C/c, kernel..., c, m], or
    [C/c, kernel..., c] for a `depthwise` one. The loops are (n, filter block,
    o..., filter; channel block, k..., channel), without those of the channels
    for a depthwise one. Of integers: whether the image is unsigned, what is
    outside of it, and how weights lie in groups, which one more loop walks.

    `winograd` is there where weights are kernels that have been transformed for
    tiles of so many pixels squared, [M/m, place, place, C/c, c, m]. The loops are
    (n, filter block, o..., filter; place..., channel block, channel, pixel...).

    ```mlir
    #plan.blocks<depthwise = true>
    #plan.blocks<unsignedImage = true, padding = 3, bytes = <group = 4>>
    #plan.blocks<winograd = 4>
    ```
  }];
  let parameters = (ins
    DefaultValuedParameter<"bool", "false">:$depthwise,
    DefaultValuedParameter<"bool", "false">:$unsignedImage,
    DefaultValuedParameter<"int64_t", "0">:$padding,
    OptionalParameter<"::onnxc::plan::BytesAttr">:$bytes,
    DefaultValuedParameter<"int64_t", "0">:$winograd);
  let assemblyFormat = "`<` struct(params) `>`";
}

def Plan_ConvolutionAttr : Plan_ContractionAttr<"Convolution", "convolution"> {
  let summary = "A convolution";
  let description = [{
    The `plan.contraction` of a linalg.generic over (n, oc, o...; ic, k...)
    whose only input is the weights and whose body reads the image by
    tensor.extract, 0 outside of it. Lists have an entry a spatial dimension;
    `pads` are those before the image, `ends` those behind it, where the model
    states them. `blocks` is there where tensors are blocked.

    ```mlir
    #plan.convolution<strides = [1, 1], dilations = [1, 1], pads = [1, 1],
                      ends = [1, 1]>
    #plan.convolution<strides = [2], dilations = [1], pads = [0], ends = [0],
                      blocks = <depthwise = true>>
    ```
  }];
  let parameters = (ins "::mlir::DenseI64ArrayAttr":$strides,
                        "::mlir::DenseI64ArrayAttr":$dilations,
                        "::mlir::DenseI64ArrayAttr":$pads,
                        "::mlir::DenseI64ArrayAttr":$ends,
                        DefaultValuedParameter<"int64_t", "1">:$group,
                        OptionalParameter<"::onnxc::plan::BlocksAttr">:$blocks);
  let assemblyFormat = "`<` struct(params) `>`";
  let extraClassDeclaration = [{
    unsigned getRank() const { return getStrides().size(); }
  }];
}

#endif // ONNXC_DIALECTS_PLAN_PLANCONTRACTIONS
