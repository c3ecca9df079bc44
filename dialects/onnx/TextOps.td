//===- TextOps.td - The bytes that strings are ----------------------------===//
//
// Not operators of ONNX: what those of strings are made of. An element of type
// !onnx.string is an address and a length. It refers to bytes that others own:
// the caller, the model's constants, or a tensor of ui8, which then lives until
// the context's next run (MemoryPlan.cpp).
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/OnnxBase.td"

def Onnx_ViewTextOp : Onnx_PureOp<"ViewText"> {
  let summary = "Strings that are parts of a text, one after the other";
  let description = [{
    String i is what lies between `ends[i - 1]` and `ends[i]` of the text, whose
    elements are ui8; with `places`, those that they number. Constant strings
    become this: `view-strings`.
  }];
  let arguments = (ins Onnx_Tensor:$text, Onnx_Tensor:$ends,
                       Optional<Onnx_Tensor>:$places);
  let results = (outs Onnx_Tensor:$Y);
}

def Onnx_TextLengthOp : Onnx_PureOp<"TextLength"> {
  let summary = "The number of bytes of each string";
  let arguments = (ins Onnx_Tensor:$X);
  let results = (outs Onnx_Tensor:$Y);
}

def Onnx_TextHashOp : Onnx_PureOp<"TextHash"> {
  let summary = "64 bits that equal strings have in common (TextHash.h)";
  let arguments = (ins Onnx_Tensor:$X, DefaultValuedAttr<Onnx_Int, "0">:$seed);
  let results = (outs Onnx_Tensor:$Y);
}

def Onnx_EqualTextOp : Onnx_PureOp<"EqualText"> {
  let summary = "Whether strings have the same bytes";
  let description = "Both tensors have the same shape.";
  let arguments = (ins Onnx_Tensor:$A, Onnx_Tensor:$B);
  let results = (outs Onnx_Tensor:$Y);
}

def Onnx_JoinTextOp : Onnx_PureOp<"JoinText", [
    DeclareOpInterfaceMethods<ShapeOperandsOp>]> {
  let summary = "The bytes of each a, then b, one after the other";
  let description = [{
    `ends` says where each pair ends, `count` how many bytes there are.
  }];
  let arguments = (ins Onnx_Tensor:$A, Onnx_Tensor:$B, Onnx_Tensor:$ends,
                       Onnx_Tensor:$count);
  let results = (outs Onnx_Tensor:$text);
}

def Onnx_CaseLengthOp : Onnx_PureOp<"CaseLength"> {
  let summary = "The number of bytes of each string in its other letters";
  let description = [{
    `ranges` are rows of a LetterCase.h's CaseRange.
  }];
  let arguments = (ins Onnx_Tensor:$X, Onnx_Tensor:$ranges);
  let results = (outs Onnx_Tensor:$Y);
}
def Onnx_CaseTextOp : Onnx_PureOp<"CaseText", [
    DeclareOpInterfaceMethods<ShapeOperandsOp>]> {
  let summary = "The bytes of strings in their other letters";
  let arguments = (ins Onnx_Tensor:$X, Onnx_Tensor:$ranges, Onnx_Tensor:$ends,
                       Onnx_Tensor:$count);
  let results = (outs Onnx_Tensor:$text);
}

// Parts of a string lie between delimiters, of which no more than `maxsplit`
// count if that is not negative; without one, they are what lies between spaces.
def Onnx_CountPartsOp : Onnx_PureOp<"CountParts"> {
  let summary = "How many parts each string has";
  let arguments = (ins Onnx_Tensor:$X, Onnx_String:$delimiter,
                       Onnx_Int:$maxsplit);
  let results = (outs Onnx_Tensor:$Y);
}
def Onnx_SplitPartsOp : Onnx_PureOp<"SplitParts", [
    DeclareOpInterfaceMethods<ShapeOperandsOp>]> {
  let summary = "The parts of each string, and empty ones up to `count`";
  let arguments = (ins Onnx_Tensor:$X, Onnx_Tensor:$count,
                       Onnx_String:$delimiter, Onnx_Int:$maxsplit);
  let results = (outs Onnx_Tensor:$Y);
}

def Onnx_MatchTextOp : Onnx_PureOp<"MatchText"> {
  let summary = "Whether an automaton accepts each string as a whole";
  let description = [{
    The tables are those of a RegexAutomaton: the class of each byte, the state
    that follows, [states, classes], and whether a text may end in a state.
  }];
  let arguments = (ins Onnx_Tensor:$X, Onnx_Tensor:$classes, Onnx_Tensor:$next,
                       Onnx_Tensor:$accepts, Onnx_Int:$start);
  let results = (outs Onnx_Tensor:$Y);
}

// Tokens are the longest matches of an automaton, from left to right, or with
// `splits`, what lies between them; those of fewer than `least` code points do
// not count. `starts` are the states to begin in, one for each RegexContext,
// and `contexts` that of each byte; the other tables are MatchText's, but
// `accepts` has a column for each class of the byte that follows.
def Onnx_CountTokensOp : Onnx_PureOp<"CountTokens"> {
  let summary = "How many tokens each string has";
  let arguments = (ins Onnx_Tensor:$X, Onnx_Tensor:$classes, Onnx_Tensor:$next,
                       Onnx_Tensor:$accepts, Onnx_Tensor:$contexts,
                       Onnx_Ints:$starts, Onnx_Int:$least, UnitAttr:$splits);
  let results = (outs Onnx_Tensor:$Y);
}
def Onnx_TakeTokensOp : Onnx_PureOp<"TakeTokens", [
    DeclareOpInterfaceMethods<ShapeOperandsOp>]> {
  let summary = "The tokens of each string, and `pad` up to `count`";
  let arguments = (ins Onnx_Tensor:$X, Onnx_Tensor:$classes, Onnx_Tensor:$next,
                       Onnx_Tensor:$accepts, Onnx_Tensor:$contexts,
                       Onnx_Tensor:$pad, Onnx_Tensor:$count, Onnx_Ints:$starts,
                       Onnx_Int:$least, UnitAttr:$splits);
  let results = (outs Onnx_Tensor:$Y);
}

// Between strings and numbers: f64, i64 or ui64, of which Cast makes others.

def Onnx_ReadNumberOp : Onnx_PureOp<"ReadNumber"> {
  let summary = "The number that each string begins with";
  let description = [{
    As C's `strtod` and `strtoll` read it: white space, a sign, digits; of floats
    a point, an exponent, infinity and NaN, too. `isBad` is where there is none,
    where it is hexadecimal, or where an integer has more than 64 bits. With
    `to_odd` a float is rounded so that it rounds to a narrower type as the text
    would.
  }];
  let arguments = (ins Onnx_Tensor:$X, Onnx_TypeAttr:$read_as, UnitAttr:$to_odd);
  let results = (outs Onnx_Tensor:$Y, Onnx_Tensor:$isBad);
}

def Onnx_PrintNumberOp : Onnx_PureOp<"PrintNumber"> {
  let summary = "Each number's digits, in 24 bytes, and how many bytes they are";
  let description = [{
    Floats have eight digits at most, in the form of C's `%.8g`.
  }];
  let arguments = (ins Onnx_Tensor:$X);
  let results = (outs Onnx_Tensor:$text, Onnx_Tensor:$lengths);
  let extraClassDeclaration = [{
    static constexpr int64_t kBytes = 24;
  }];
}
