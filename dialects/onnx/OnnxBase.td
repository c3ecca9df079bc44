//===- OnnxBase.td - Dialect, types, attributes, base classes of ops ------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_ONNXBASE
#define ONNXC_DIALECTS_ONNX_ONNXBASE

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/OpBase.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "dialects/onnx/OnnxDialect.td"
include "dialects/onnx/OnnxInterfaces.td"

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

class Onnx_Type<string name, string mnemonic_> : TypeDef<Onnx_Dialect, name> {
  let mnemonic = mnemonic_;
}

def Onnx_StringType : Onnx_Type<"String", "string"> {
  let summary = "A byte string, the element type of string tensors";
}
def Onnx_SeqType : Onnx_Type<"Seq", "seq"> {
  let summary = "A sequence of values of one type";
  let parameters = (ins "::mlir::Type":$element);
  let assemblyFormat = "`<` $element `>`";
}
def Onnx_OptType : Onnx_Type<"Opt", "opt"> {
  let summary = "A value or nothing";
  let parameters = (ins "::mlir::Type":$element);
  let assemblyFormat = "`<` $element `>`";
}
def Onnx_MapType : Onnx_Type<"Map", "map"> {
  let summary = "A map from integers or strings to values of one type";
  let parameters = (ins "::mlir::Type":$key, "::mlir::Type":$value);
  let assemblyFormat = "`<` $key `,` $value `>`";
}

def Onnx_Tensor : Type<
    CPred<"::llvm::isa<::mlir::TensorType>($_self)">, "tensor",
    "::mlir::TensorType">;
def Onnx_Value : Type<Or<[
    CPred<"::llvm::isa<::mlir::TensorType>($_self)">,
    CPred<"::llvm::isa<::onnxc::onnx::SeqType, ::onnxc::onnx::OptType, "
          "::onnxc::onnx::MapType>($_self)">]>,
    "tensor, sequence, optional or map">;

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

def Onnx_DimsAttr : AttrDef<Onnx_Dialect, "Dims"> {
  let mnemonic = "dims";
  let summary = "The sizes of a tensor's dimensions, or a list of integers, as "
                "expressions over the function's symbols";
  let description = [{
    As the encoding of a tensor type it holds one expression a dimension,
    constants for the static ones. Expressions are simplified; two equal ones
    are the same object.
  }];
  let parameters = (ins ArrayRefParameter<"::mlir::AffineExpr">:$exprs);
  let hasCustomAssemblyFormat = 1;
}

def Onnx_EqualAttr : AttrDef<Onnx_Dialect, "Equal"> {
  let mnemonic = "equal";
  let summary = "Two sizes that a run has to find equal, and who needs it";
  let description = [{
    `node` names the ONNX nodes that take them to be equal, for the message of a
    run that does not find them so; it is empty where a symbol is defined.

        #onnx.equal<[s0, 4], "conv_1">
  }];
  let parameters = (ins "::mlir::AffineExpr":$left, "::mlir::AffineExpr":$right,
                        "::mlir::StringAttr":$node);
  let hasCustomAssemblyFormat = 1;
}

// ONNX's attribute kinds.
def Onnx_Int : TypedSignlessIntegerAttrBase<I64, "int64_t", "INT"> {
  let returnType = "int64_t";
  let convertFromStorage = "$_self.getInt()";
}
def Onnx_Float : FloatAttrBase<F32, "FLOAT"> {
  let returnType = "float";
  let convertFromStorage = "$_self.getValue().convertToFloat()";
  let constBuilderCall = "$_builder.getF32FloatAttr($0)";
}
def Onnx_String : StringBasedAttr<
    CPred<"::llvm::isa<::mlir::StringAttr>($_self)">, "STRING">;
def Onnx_Ints : Attr<
    CPred<"::llvm::isa<::mlir::DenseI64ArrayAttr>($_self)">, "INTS"> {
  let storageType = "::mlir::DenseI64ArrayAttr";
  let returnType = "::llvm::ArrayRef<int64_t>";
  let convertFromStorage = "$_self.asArrayRef()";
  let constBuilderCall = "$_builder.getDenseI64ArrayAttr($0)";
}
def Onnx_Floats : Attr<
    CPred<"::llvm::isa<::mlir::DenseF32ArrayAttr>($_self)">, "FLOATS"> {
  let storageType = "::mlir::DenseF32ArrayAttr";
  let returnType = "::llvm::ArrayRef<float>";
  let convertFromStorage = "$_self.asArrayRef()";
  let constBuilderCall = "$_builder.getDenseF32ArrayAttr($0)";
}
def Onnx_Strings : Attr<
    CPred<"::llvm::isa<::mlir::ArrayAttr>($_self)">, "STRINGS"> {
  let storageType = "::mlir::ArrayAttr";
  let returnType = "::mlir::ArrayAttr";
  let convertFromStorage = "$_self";
  let constBuilderCall = "$_builder.getStrArrayAttr($0)";
}
def Onnx_TensorAttr : Attr<
    CPred<"::llvm::isa<::mlir::ElementsAttr>($_self)">, "TENSOR"> {
  let storageType = "::mlir::ElementsAttr";
  let returnType = "::mlir::ElementsAttr";
  let convertFromStorage = "$_self";
}
def Onnx_TypeAttr : TypeAttrBase<"::mlir::Type", "TYPE_PROTO">;

//===----------------------------------------------------------------------===//
// Base classes
//===----------------------------------------------------------------------===//

// What every op of the dialect has: one syntax, and inferred types that agree
// with given ones when nothing known differs.
def ShapeArithmetic : DeclareOpInterfaceMethods<ShapeArithmeticOp>;
def ShapeOperands : DeclareOpInterfaceMethods<ShapeOperandsOp>;
def ListOperands : DeclareOpInterfaceMethods<ListOperandsOp>;
def Expanding : DeclareOpInterfaceMethods<ExpandingOp>;
def NeedsSizes : DeclareOpInterfaceMethods<SizeRequirementsOp>;
def Costs : DeclareOpInterfaceMethods<CostOp>;

def OnnxOpTrait : NativeOpTrait<"OnnxOpTrait", [], [{
  static bool isCompatibleReturnTypes(::mlir::TypeRange l,
                                      ::mlir::TypeRange r) {
    return ::onnxc::onnx::areCompatible(l, r);
  }
}], [{
  ::mlir::ParseResult $cppClass::parse(::mlir::OpAsmParser &parser,
                                       ::mlir::OperationState &result) {
    return ::onnxc::onnx::parseOnnxOp(parser, result);
  }
  void $cppClass::print(::mlir::OpAsmPrinter &printer) {
    ::onnxc::onnx::printOnnxOp(printer, getOperation());
  }
}]> {
  let cppNamespace = "::onnxc::onnx";
}

// How an op groups with others into a kernel.
class Grouping<string trait> : NativeOpTrait<trait> {
  let cppNamespace = "::onnxc::onnx";
}
// Its first operand's elements in the same order: no kernel, a plan.view.
def IsView : Grouping<"IsView">;
// Elementwise consumers of its result may join its kernel.
def FusesConsumers : Grouping<"FusesConsumers">;
// Elementwise producers of its operands may join its kernel.
def FusesProducers : Grouping<"FusesProducers">;

class Onnx_Op<string name, list<Trait> traits = []>
    : Op<Onnx_Dialect, name, traits # [OnnxOpTrait, OnnxOpInterface]> {
  let hasCustomAssemblyFormat = 1;
}

// MLIR's InferTypeOpAdaptor for ops that are built while another is expanded
// (OpenTypes.h).
def InferOpenTypes : NativeOpTrait<"InferTypes", [], [{
  static ::llvm::LogicalResult
  inferReturnTypes(::mlir::MLIRContext *context,
                   std::optional<::mlir::Location> location, Adaptor adaptor,
                   ::llvm::SmallVectorImpl<::mlir::Type> &types);
}], [{
  ::llvm::LogicalResult $cppClass::inferReturnTypes(
      ::mlir::MLIRContext *context, std::optional<::mlir::Location> location,
      ::mlir::ValueRange operands, ::mlir::DictionaryAttr attributes,
      ::mlir::OpaqueProperties properties, ::mlir::RegionRange regions,
      ::llvm::SmallVectorImpl<::mlir::Type> &types) {
    $cppClass::Adaptor adaptor(operands, attributes, properties, regions);
    if (::llvm::succeeded(
            $cppClass::inferReturnTypes(context, location, adaptor, types)))
      return ::llvm::success();
    return ::onnxc::onnx::OpenTypesScope::recover(
        operands, ::onnxc::onnx::countResults<$cppClass>(), types);
  }
}]> {
  let cppNamespace = "::onnxc::onnx";
}
def InferTypes : TraitList<[
    DeclareOpInterfaceMethods<InferTypeOpInterface>, InferOpenTypes]>;

// An op without side effects and with a fixed number of results, whose types
// its `inferReturnTypes(context, location, adaptor, types)` gives.
class Onnx_PureOp<string name, list<Trait> traits = []>
    : Onnx_Op<name, traits # [Pure, InferTypes]>;

// Result types of elementwise ops: broadcast shape, and the element type of
// the first operand, of the last, or bool.
class InferElementwiseType<string trait> : NativeOpTrait<trait> {
  let cppNamespace = "::onnxc::onnx";
}
def InferLikeFirst : InferElementwiseType<"InferLikeFirst">;
def InferLikeLast : InferElementwiseType<"InferLikeLast">;
def InferBool : InferElementwiseType<"InferBool">;

// An elementwise op is a row like `def Onnx_AbsOp : Onnx_Unary<"Abs">` and its
// `buildScalar`.
class Onnx_Elementwise<string name, Trait infer = InferLikeFirst,
                       list<Trait> traits = []>
    : Onnx_Op<name, traits # [
        Pure, infer, InferTypeOpInterface,
        DeclareOpInterfaceMethods<ElementwiseOp>]>;

class Onnx_Unary<string name, Trait infer = InferLikeFirst,
                 list<Trait> traits = []>
    : Onnx_Elementwise<name, infer, traits> {
  let arguments = (ins Onnx_Tensor:$X);
  let results = (outs Onnx_Tensor:$Y);
}

// The same where the specification says `input` and `output`.
class Onnx_InputUnary<string name, Trait infer = InferLikeFirst,
                      list<Trait> traits = []>
    : Onnx_Elementwise<name, infer, traits> {
  let arguments = (ins Onnx_Tensor:$input);
  let results = (outs Onnx_Tensor:$output);
}

class Onnx_Binary<string name, Trait infer = InferLikeFirst,
                  list<Trait> traits = []>
    : Onnx_Elementwise<name, infer, traits> {
  let arguments = (ins Onnx_Tensor:$A, Onnx_Tensor:$B);
  let results = (outs Onnx_Tensor:$C);
}

#endif // ONNXC_DIALECTS_ONNX_ONNXBASE
