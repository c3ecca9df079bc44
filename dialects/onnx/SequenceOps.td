//===- SequenceOps.td - Sequences and optionals ---------------------------===//
//
// Shape inference resolves them: a sequence of known length is its elements.
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
// Optionals
//===----------------------------------------------------------------------===//

def Onnx_OptionalOp : Onnx_PureOp<"Optional"> {
  let summary = "An optional that holds the operand, or nothing";
  let arguments = (ins Optional<Onnx_Value>:$input,
                       OptionalAttr<Onnx_TypeAttr>:$type);
  let results = (outs Onnx_Value:$output);
}

def Onnx_OptionalHasElementOp
    : Onnx_PureOp<"OptionalHasElement", [Expanding]> {
  let summary = "Whether an optional holds something";
  let arguments = (ins Optional<Onnx_Value>:$input);
  let results = (outs Onnx_Tensor:$output);
}

def Onnx_OptionalGetElementOp
    : Onnx_PureOp<"OptionalGetElement", [Expanding]> {
  let summary = "What an optional holds";
  let arguments = (ins Onnx_Value:$input);
  let results = (outs Onnx_Value:$output);
}
