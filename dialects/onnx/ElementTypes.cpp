//===- ElementTypes.cpp - Element types by their ONNX numbers -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ElementTypes.h"
#include "dialects/onnx/Onnx.h"

using namespace mlir;

Type onnxc::onnx::getElementTypeOf(MLIRContext *context, int64_t dataType) {
  auto natural = [&](unsigned width) {
    return IntegerType::get(context, width, IntegerType::Unsigned);
  };
  // The numbers are those of TensorProto.DataType.
  switch (dataType) {
  case 1:
    return Float32Type::get(context);
  case 2:
    return natural(8);
  case 3:
    return IntegerType::get(context, 8);
  case 4:
    return natural(16);
  case 5:
    return IntegerType::get(context, 16);
  case 6:
    return IntegerType::get(context, 32);
  case 7:
    return IntegerType::get(context, 64);
  case 8:
    return StringType::get(context);
  case 9:
    return IntegerType::get(context, 1);
  case 10:
    return Float16Type::get(context);
  case 11:
    return Float64Type::get(context);
  case 12:
    return natural(32);
  case 13:
    return natural(64);
  case 16:
    return BFloat16Type::get(context);
  case 17:
    return Float8E4M3FNType::get(context);
  case 18:
    return Float8E4M3FNUZType::get(context);
  case 19:
    return Float8E5M2Type::get(context);
  case 20:
    return Float8E5M2FNUZType::get(context);
  case 21:
    return natural(4);
  case 22:
    return IntegerType::get(context, 4);
  case 23:
    return Float4E2M1FNType::get(context);
  case 24:
    return Float8E8M0FNUType::get(context);
  case 25:
    return natural(2);
  case 26:
    return IntegerType::get(context, 2);
  default:
    return Type();
  }
}
