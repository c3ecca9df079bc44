//===- SequenceOps.td - Sequences and optionals ---------------------------===//
//
// Shape inference resolves them: a sequence of known length is its elements, and
// any other one a few tensors (PackedSequence.h).
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/OnnxBase.td"

//===----------------------------------------------------------------------===//
// Sequences
//===----------------------------------------------------------------------===//

def Onnx_SequenceConstructOp : Onnx_PureOp<"SequenceConstruct"> {
  let summary = "A sequence of the operands";
  let arguments = (ins Variadic<Onnx_Tensor>:$inputs);
  let results = (outs Onnx_Value:$output_sequence);
}

def Onnx_SequenceEmptyOp : Onnx_PureOp<"SequenceEmpty"> {
  let summary = "A sequence of nothing yet";
  let arguments = (ins OptionalAttr<Onnx_Int>:$dtype);
  let results = (outs Onnx_Value:$output);
}

def Onnx_SequenceInsertOp : Onnx_PureOp<"SequenceInsert", [Expanding]> {
  let summary = "A sequence with one more element, the last unless told where";
  let arguments = (ins Onnx_Value:$input_sequence, Onnx_Tensor:$tensor,
                       Optional<Onnx_Tensor>:$position);
  let results = (outs Onnx_Value:$output_sequence);
}

def Onnx_SequenceEraseOp : Onnx_PureOp<"SequenceErase", [Expanding]> {
  let summary = "A sequence without an element, the last unless told which";
  let arguments = (ins Onnx_Value:$input_sequence,
                       Optional<Onnx_Tensor>:$position);
  let results = (outs Onnx_Value:$output_sequence);
}

def Onnx_SequenceAtOp : Onnx_PureOp<"SequenceAt", [Expanding]> {
  let summary = "An element of a sequence";
  let arguments = (ins Onnx_Value:$input_sequence, Onnx_Tensor:$position);
  let results = (outs Onnx_Tensor:$tensor);
}

def Onnx_SequenceLengthOp : Onnx_PureOp<"SequenceLength", [Expanding]> {
  let summary = "The number of a sequence's elements";
  let arguments = (ins Onnx_Value:$input_sequence);
  let results = (outs Onnx_Tensor:$length);
}

def Onnx_SplitToSequenceOp : Onnx_PureOp<"SplitToSequence", [Expanding, NeedsSizes]> {
  let summary = "The parts of a tensor along an axis";
  let arguments = (ins Onnx_Tensor:$input, Optional<Onnx_Tensor>:$split,
                       DefaultValuedAttr<Onnx_Int, "0">:$axis,
                       DefaultValuedAttr<Onnx_Int, "1">:$keepdims);
  let results = (outs Onnx_Value:$output_sequence);
}

def Onnx_ConcatFromSequenceOp
    : Onnx_PureOp<"ConcatFromSequence", [Expanding]> {
  let summary = "A sequence's elements joined along an axis, or a new one";
  let arguments = (ins Onnx_Value:$input_sequence, Onnx_Int:$axis,
                       DefaultValuedAttr<Onnx_Int, "0">:$new_axis);
  let results = (outs Onnx_Tensor:$concat_result);
}

def Onnx_SequenceMapOp
    : Onnx_Op<"SequenceMap", [RecursiveMemoryEffects, InferTypeOpAdaptor,
                              DeclareOpInterfaceMethods<SubgraphOp>,
                              Expanding]> {
  let summary = "A sub-graph applied to each element of a sequence";
  let arguments = (ins Onnx_Value:$input_sequence,
                       Variadic<Onnx_Value>:$additional_inputs);
  let regions = (region SizedRegion<1>:$body);
  let results = (outs Variadic<Onnx_Value>:$out_sequence);
}

//===----------------------------------------------------------------------===//
// Values that are a few tensors
//===----------------------------------------------------------------------===//

def Onnx_PackOp : Onnx_PureOp<"Pack"> {
  let summary = "A sequence or an optional of which a run knows the length";
  let description = [{
    Not an operator of ONNX: it stands where such a value comes from outside or
    leaves an If or a Loop. The tensors are those that `onnx.Unpack` gives.
    Where `is_optional` is 1, the value is an optional: of a sequence where
    `present` is given, else of a tensor. Where `is_mixed` is 1, or the number of
    columns is free, elements may have different ranks. `sizes` are what the
    model states of the elements' dimensions, -1 where it states none; a run
    with others is refused.
  }];
  let arguments = (ins Onnx_Tensor:$values, Onnx_Tensor:$shapes,
                       Optional<Onnx_Tensor>:$present,
                       DefaultValuedAttr<Onnx_Int, "0">:$is_optional,
                       DefaultValuedAttr<Onnx_Int, "0">:$is_mixed,
                       OptionalAttr<Onnx_Ints>:$sizes);
  let results = (outs Onnx_Value:$output);
}

def Onnx_UnpackOp : Onnx_PureOp<"Unpack", [Expanding]> {
  let summary = "The tensors that hold a sequence or an optional";
  let description = [{
    `values` are the elements of all its tensors, one behind the other, in a
    list. `shapes` has a row for each tensor: its sizes, filled up with -1 where
    another has more dimensions; at least `columns` columns. An optional of a
    tensor is a sequence of one or none. `present` is whether an optional holds
    anything.
  }];
  let arguments = (ins Onnx_Value:$input,
                       DefaultValuedAttr<Onnx_Int, "0">:$columns);
  let results = (outs Onnx_Tensor:$values, Onnx_Tensor:$shapes,
                      Onnx_Tensor:$present);
}
