//===- ResizeOps.td - Interpolation between elements ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/OnnxBase.td"

def Onnx_ResizeOp : Onnx_PureOp<"Resize", [
    AttrSizedOperandSegments, ShapeOperands, ListOperands,
    DeclareOpInterfaceMethods<DataDependentShapeOp>, NeedsSizes]> {
  let summary = "Resamples axes to other sizes";
  let arguments = (ins Onnx_Tensor:$X, Optional<Onnx_Tensor>:$roi,
      Optional<Onnx_Tensor>:$scales, Optional<Onnx_Tensor>:$sizes,
      DefaultValuedAttr<Onnx_Int, "0">:$antialias,
      OptionalAttr<Onnx_Ints>:$axes,
      DefaultValuedAttr<Onnx_String,
                        "\"half_pixel\"">:$coordinate_transformation_mode,
      DefaultValuedAttr<Onnx_Float, "-0.75f">:$cubic_coeff_a,
      DefaultValuedAttr<Onnx_Int, "0">:$exclude_outside,
      DefaultValuedAttr<Onnx_Float, "0.0f">:$extrapolation_value,
      DefaultValuedAttr<Onnx_String, "\"stretch\"">:$keep_aspect_ratio_policy,
      DefaultValuedAttr<Onnx_String, "\"nearest\"">:$mode,
      DefaultValuedAttr<Onnx_String, "\"round_prefer_floor\"">:$nearest_mode);
  let results = (outs Onnx_Tensor:$Y);
  let extraClassDeclaration = [{
    struct Axis {
      int64_t axis;
      /// Absent where it is known at run time only.
      std::optional<float> scale;
      ::mlir::AffineExpr size;
    };
    /// The axes resized; none while the result's sizes are not known.
    std::optional<::llvm::SmallVector<Axis>> getResizedAxes();
    /// Whether the sizes come from scales.
    bool hasScales();
    /// Whether all axes are scaled alike.
    bool keepsAspectRatio();
  }];
}
