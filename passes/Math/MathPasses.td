//===- MathPasses.td - Functions -> arithmetic, in the loops phase --------===//
//
// In the order of the pipeline.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_MATH_MATHPASSES
#define ONNXC_PASSES_MATH_MATHPASSES

include "mlir/Pass/PassBase.td"

def ApproximateMath : Pass<"approximate-math"> {
  let summary = "Replace functions on f32 by arithmetic";
  let description = [{
    Math functions, fmod and conversions from and to half precision become
    arithmetic on the scalars or vectors they are applied to, within 4 units
    in the last place. Functions of f64 are left to the C library.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::math::MathDialect"];
}

#endif // ONNXC_PASSES_MATH_MATHPASSES
