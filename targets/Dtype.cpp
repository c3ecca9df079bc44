//===- Dtype.cpp - The runtime's number for an element type ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "targets/Dtype.h"
#include "dialects/onnx/OnnxDialect.h"
#include "targets/RuntimeABI.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace onnxc {

static int32_t getIntegerDtype(IntegerType type) {
  bool isUnsigned = type.isUnsigned();
  switch (type.getWidth()) {
  case 1:
    return abi::Bool;
  case 2:
    return isUnsigned ? abi::UInt2 : abi::Int2;
  case 4:
    return isUnsigned ? abi::UInt4 : abi::Int4;
  case 8:
    return isUnsigned ? abi::UInt8 : abi::Int8;
  case 16:
    return isUnsigned ? abi::UInt16 : abi::Int16;
  case 32:
    return isUnsigned ? abi::UInt32 : abi::Int32;
  case 64:
    return isUnsigned ? abi::UInt64 : abi::Int64;
  default:
    return 0;
  }
}

int32_t getDtype(Type type) {
  if (auto complex = dyn_cast<ComplexType>(type))
    return complex.getElementType().isF64() ? abi::Complex128 : abi::Complex64;
  return llvm::TypeSwitch<Type, int32_t>(type)
      .Case([](IntegerType t) { return getIntegerDtype(t); })
      .Case([](Float32Type) { return abi::Float; })
      .Case([](Float64Type) { return abi::Double; })
      .Case([](Float16Type) { return abi::Float16; })
      .Case([](BFloat16Type) { return abi::BFloat16; })
      .Case([](Float8E4M3FNType) { return abi::Float8E4M3FN; })
      .Case([](Float8E4M3FNUZType) { return abi::Float8E4M3FNUZ; })
      .Case([](Float8E5M2Type) { return abi::Float8E5M2; })
      .Case([](Float8E5M2FNUZType) { return abi::Float8E5M2FNUZ; })
      .Case([](Float8E8M0FNUType) { return abi::Float8E8M0; })
      .Case([](Float4E2M1FNType) { return abi::Float4E2M1; })
      .Case([](onnx::StringType) { return abi::String; })
      .Default([](Type) { return 0; });
}

} // namespace onnxc
