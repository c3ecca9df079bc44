//===- ControlFlowOps.td - If, Loop, Scan and their sub-graphs ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "mlir/Interfaces/ControlFlowInterfaces.td"
include "dialects/onnx/OnnxBase.td"

def Onnx_YieldOp : Onnx_Op<"Yield", [Pure, ReturnLike, Terminator]> {
  let summary = "The outputs of a sub-graph";
  let description = [{
    Not an operator of ONNX: what ends the regions of If, Loop and Scan. Values
    from outside are used directly.
  }];
  let arguments = (ins Variadic<Onnx_Value>:$outputs);
}

class Onnx_ControlFlowOp<string name, list<Trait> traits = []>
    : Onnx_Op<name, traits # [RecursiveMemoryEffects, InferTypeOpAdaptor,
                              DeclareOpInterfaceMethods<SubgraphOp>]> {
  let hasVerifier = 1;
}

def Onnx_IfOp : Onnx_ControlFlowOp<"If", [NeedsSizes]> {
  let summary = "One of two sub-graphs";
  let arguments = (ins Onnx_Tensor:$cond);
  let regions = (region SizedRegion<1>:$then_branch,
                        SizedRegion<1>:$else_branch);
  let results = (outs Variadic<Onnx_Value>:$outputs);
}

def Onnx_LoopOp : Onnx_ControlFlowOp<"Loop", [
    AttrSizedOperandSegments, NeedsSizes]> {
  let summary = "A sub-graph repeated at most M times, while cond holds";
  let description = [{
    The body takes the number of the iteration, the condition and the carried
    values, and yields the next condition, the carried values and a slice of
    each scan output.
  }];
  let arguments = (ins Optional<Onnx_Tensor>:$M, Optional<Onnx_Tensor>:$cond,
                       Variadic<Onnx_Value>:$v_initial);
  let regions = (region SizedRegion<1>:$body);
  let results = (outs Variadic<Onnx_Value>:$v_final_and_scan_outputs);
}

def Onnx_ScanOp : Onnx_ControlFlowOp<"Scan"> {
  let summary = "A sub-graph applied along an axis of its scan inputs";
  let arguments = (ins Variadic<Onnx_Value>:$initial_state_and_scan_inputs,
                       Onnx_Int:$num_scan_inputs,
                       OptionalAttr<Onnx_Ints>:$scan_input_axes,
                       OptionalAttr<Onnx_Ints>:$scan_input_directions,
                       OptionalAttr<Onnx_Ints>:$scan_output_axes,
                       OptionalAttr<Onnx_Ints>:$scan_output_directions);
  let regions = (region SizedRegion<1>:$body);
  let results = (outs Variadic<Onnx_Value>:$final_state_and_scan_outputs);
}
