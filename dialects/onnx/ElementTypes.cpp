//===- ElementTypes.cpp - Numbers and sizes of element types
//------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ElementTypes.h"
#include "dialects/onnx/OnnxDialect.h"

using namespace mlir;

static constexpr int64_t kNumDataTypes = 29;

namespace onnxc::onnx {

Type getElementTypeOf(MLIRContext *c, int64_t dataType) {
  auto unsignedType = [&](unsigned width) {
    return IntegerType::get(c, width, IntegerType::Unsigned);
  };
  switch (dataType) {
  case 1:
    return Float32Type::get(c);
  case 2:
    return unsignedType(8);
  case 3:
    return IntegerType::get(c, 8);
  case 4:
    return unsignedType(16);
  case 5:
    return IntegerType::get(c, 16);
  case 6:
    return IntegerType::get(c, 32);
  case 7:
    return IntegerType::get(c, 64);
  case 8:
    return StringType::get(c);
  case 9:
    return IntegerType::get(c, 1);
  case 10:
    return Float16Type::get(c);
  case 11:
    return Float64Type::get(c);
  case 12:
    return unsignedType(32);
  case 13:
    return unsignedType(64);
  case 14:
    return ComplexType::get(Float32Type::get(c));
  case 15:
    return ComplexType::get(Float64Type::get(c));
  case 16:
    return BFloat16Type::get(c);
  case 17:
    return Float8E4M3FNType::get(c);
  case 18:
    return Float8E4M3FNUZType::get(c);
  case 19:
    return Float8E5M2Type::get(c);
  case 20:
    return Float8E5M2FNUZType::get(c);
  case 21:
    return unsignedType(4);
  case 22:
    return IntegerType::get(c, 4);
  case 23:
    return Float4E2M1FNType::get(c);
  case 24:
    return Float8E8M0FNUType::get(c);
  case 25:
    return unsignedType(2);
  case 26:
    return IntegerType::get(c, 2);
  case 27:
    return Float6E2M3FNType::get(c);
  case 28:
    return Float6E3M2FNType::get(c);
  default:
    return {};
  }
}

int64_t getDataType(Type elementType) {
  for (int64_t i = 1; i < kNumDataTypes; ++i)
    if (getElementTypeOf(elementType.getContext(), i) == elementType)
      return i;
  return 0;
}

int64_t getStorageBytes(Type type) {
  if (auto complex = dyn_cast<ComplexType>(type))
    return 2 * getStorageBytes(complex.getElementType());
  // An address and a length (TextBuilder.h).
  if (isa<StringType>(type))
    return 16;
  if (!type.isIntOrFloat())
    return 8;
  return llvm::divideCeil(type.getIntOrFloatBitWidth(), 8);
}

} // namespace onnxc::onnx
