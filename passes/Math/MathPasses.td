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
    Functions of floats, fmod and conversions from and to half precision become
    arithmetic on the scalars or vectors that they are applied to. f32 is within
    4 units in the last place, f64 within 2, which
    test/operators/run_double_functions.py measures. Remainders of f64 are left
    to the C library. See lit/passes/Math/approximate-math.mlir.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::math::MathDialect"];
}

#endif // ONNXC_PASSES_MATH_MATHPASSES
