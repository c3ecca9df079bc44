//===- OnnxInterfaces.td - What passes ask of an onnx op ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_ONNXINTERFACES
#define ONNXC_DIALECTS_ONNX_ONNXINTERFACES

include "mlir/IR/OpBase.td"

def OnnxOpInterface : OpInterface<"OnnxOpInterface"> {
  let cppNamespace = "::onnxc::onnx";
  let description = [{
    Every op of the dialect. It lets the importer build any op by its name and
    one printer and parser serve all.
  }];
  let methods = [
    StaticInterfaceMethod<
      "How many ONNX input slots the op declares when some of them are "
      "optional or variadic, else 0.",
      "size_t", "getNumInputSlots", (ins), [{}], [{
        if constexpr (ConcreteOp::template hasTrait<
                          ::mlir::OpTrait::AttrSizedOperandSegments>())
          return typename ConcreteOp::Properties().operandSegmentSizes.size();
        else
          return 0;
      }]>,
    StaticInterfaceMethod<
      "The attributes' default values; null when there are none.",
      "::mlir::DictionaryAttr", "getDefaultAttrs",
      (ins "::mlir::OperationName":$name), [{}], [{
        return ::onnxc::onnx::getDefaultAttrs<ConcreteOp>(name);
      }]>,
  ];
}

def ElementwiseOp : OpInterface<"ElementwiseOp"> {
  let cppNamespace = "::onnxc::onnx";
  let description = [{
    An op that computes each element of its one result from the elements at the
    same (broadcast) place of its operands.
  }];
  let methods = [InterfaceMethod<[{
      Builds the computation of one element. The arguments are signless (bool
      is i1); float16 and bfloat16 arrive widened to f32, and the result may
      stay so. Signedness is that of the op's own operand types. Vectors may
      stand where scalars do: build constants from the arguments' types, as
      ScalarBuilder does.
    }],
    "::mlir::Value", "buildScalar",
    (ins "::mlir::OpBuilder &":$b, "::mlir::Location":$loc,
         "::mlir::ValueRange":$args)>];
}

def ShapeArithmeticOp : OpInterface<"ShapeArithmeticOp"> {
  let cppNamespace = "::onnxc::onnx";
  let description = [{
    An op that exporters use to compute shapes: it can compute its one integer
    result as expressions.
  }];
  let methods = [InterfaceMethod<[{
      The elements of the result, row-major, given those of the operands where
      they are known (none for an absent or unknown one). Called when the
      result has a static shape of at most 1024 integers.
    }],
    "std::optional<::onnxc::onnx::Dims>", "evaluate",
    (ins "::llvm::ArrayRef<std::optional<::onnxc::onnx::Dims>>":$operands)>];
}

def ShapeOperandsOp : OpInterface<"ShapeOperandsOp"> {
  let cppNamespace = "::onnxc::onnx";
  let description = [{
    An op whose result sizes depend on the values of integer operands. Where
    they are not known, shape inference makes each element a symbol that is
    read at run time.
  }];
  let methods = [InterfaceMethod<
    "The operands' numbers.", "::llvm::SmallVector<unsigned>",
    "getShapeOperands", (ins)>];
}

def ListOperandsOp : OpInterface<"ListOperandsOp"> {
  let cppNamespace = "::onnxc::onnx";
  let description = [{
    An op with operands that are lists (1-D): of sizes, pads or axes. Where
    ranks tell how long they are, shape inference gives that length to lists of
    free length, and a run with another one is refused.
  }];
  let methods = [
    InterfaceMethod<
      "The lists' numbers; those of absent operands too.",
      "::llvm::SmallVector<unsigned>", "getListOperands", (ins)>,
    InterfaceMethod<
      "How many elements each list has to have, where that is known.",
      "::std::optional<int64_t>", "getListLength", (ins)>];
}

def DataDependentShapeOp : OpInterface<"DataDependentShapeOp"> {
  let cppNamespace = "::onnxc::onnx";
  let description = [{
    An op whose result sizes depend on data. Shape inference calls
    `buildSizes` before the op, defines a symbol for each, and then sets the
    result types by `setResultDims`.
  }];
  let methods = [
    InterfaceMethod<
      "Builds the unknown sizes, each a scalar (0-D) i64 tensor.",
      "::llvm::SmallVector<::mlir::Value>", "buildSizes",
      (ins "::mlir::OpBuilder &":$b)>,
    InterfaceMethod<
      "Sets the result types, given the sizes as symbols.",
      "void", "setResultDims",
      (ins "::mlir::ArrayRef<::mlir::AffineExpr>":$sizes)>,
  ];
}

def ExpandingOp : OpInterface<"ExpandingOp"> {
  let cppNamespace = "::onnxc::onnx";
  let description = [{
    An op that shape inference replaces by others where the operands' types and
    known values say how. It needs no lowering for the forms it replaces.
  }];
  let methods = [InterfaceMethod<[{
      Builds the others before the op, types need not be known. Gives a value
      for each result (null for one without uses), or none: the op stays.
    }],
    "::llvm::SmallVector<::mlir::Value>", "expand",
    (ins "::mlir::OpBuilder &":$b)>];
}

def SizeRequirementsOp : OpInterface<"SizeRequirementsOp"> {
  let cppNamespace = "::onnxc::onnx";
  let description = [{
    An op whose loops rely on more sizes of its operands than its result's type
    follows from: the columns of W on the features of X, the shape of the
    updates on that of the indices, an index on the dimension that it indexes.
    Shape inference asks, refuses what contradicts itself, and notes what depends
    on free dimensions, so that it is checked before the model runs.
  }];
  let methods = [InterfaceMethod<
    "Tells `r` what has to hold, once the result types are inferred.",
    "void", "requireSizes", (ins "::onnxc::onnx::SizeRequirements &":$r)>];
}

def CostOp : OpInterface<"CostOp"> {
  let cppNamespace = "::onnxc::onnx";
  let description = [{
    An op that multiplies: a matrix product, a convolution, attention, a
    recurrent layer. `countMacs` (Cost.h) asks any op.
  }];
  let methods = [InterfaceMethod<[{
      Multiplications with an addition, over the function's symbols; null where
      shapes do not tell.
    }],
    "::mlir::AffineExpr", "getMacs", (ins)>];
}

def SubgraphOp : OpInterface<"SubgraphOp"> {
  let cppNamespace = "::onnxc::onnx";
  let description = [{
    An op with sub-graphs: one region for each graph attribute of the
    specification, each ended by onnx.Yield.
  }];
  let methods = [
    StaticInterfaceMethod<
      "The names of the graph attributes, one a region.",
      "::llvm::SmallVector<::llvm::StringRef>", "getRegionNames", (ins)>,
    InterfaceMethod<[{
        The types of a region's arguments: what the operands tell, and once
        the region has a body, what also its yielded values allow.
      }],
      "::llvm::SmallVector<::mlir::Type>", "getRegionArgTypes",
      (ins "unsigned":$region)>,
  ];
}

#endif // ONNXC_DIALECTS_ONNX_ONNXINTERFACES
