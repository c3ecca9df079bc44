//===- NarrowFloat.h - Floats of eight bits and fewer, in integers --------===//
//
// Kernels hold float8, float6 and float4 elements as the bits of an i8. These
// convert scalars or vectors of such bits.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_NARROWFLOAT_H
#define ONNXC_DIALECTS_ONNX_NARROWFLOAT_H

#include "dialects/onnx/ScalarBuilder.h"

namespace onnxc::onnx {

/// Whether kernels hold the type as an i8's bits.
bool isNarrowFloat(mlir::Type type);

/// From i8 bits of `type` to f32, exactly.
mlir::Value decodeNarrowFloat(ScalarBuilder &s, mlir::Value bits,
                              mlir::Type type);

struct NarrowFloatRounding {
  /// A number that is too large becomes the largest one. Otherwise it becomes
  /// infinity or, in types without infinity, NaN.
  bool saturate = true;
  /// For float8e8m0, a power of two: "up", "down" or "nearest".
  llvm::StringRef mode = "up";
};

/// From f32 to i8 bits of `type`, to the nearest, of two to the even one.
mlir::Value encodeNarrowFloat(ScalarBuilder &s, mlir::Value real,
                              mlir::Type type, NarrowFloatRounding rounding);

/// From f64 to f32 such that rounding the result again gives what rounding
/// the double at once would have given.
mlir::Value roundToOdd(ScalarBuilder &s, mlir::Value real);

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_NARROWFLOAT_H
