//===- MathOps.cpp - Elementwise arithmetic -------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/Onnx.h"
#include "dialects/onnx/ScalarBuilder.h"

using namespace mlir;
using namespace onnxc::onnx;

Value AddOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  return ScalarBuilder(b, loc, *this).add(args[0], args[1]);
}

Value SubOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  return ScalarBuilder(b, loc, *this).sub(args[0], args[1]);
}

Value MulOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  return ScalarBuilder(b, loc, *this).mul(args[0], args[1]);
}

Value DivOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  return ScalarBuilder(b, loc, *this).div(args[0], args[1]);
}
