//===- Types.cpp - Types of the protobuf as the dialect's types -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/Model.h"
#include "dialects/onnx/OnnxDialect.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace onnxc {

Type convertElementType(MLIRContext *c, int dataType) {
  using Proto = ::onnx::TensorProto;
  auto integer = [&](unsigned width) { return IntegerType::get(c, width); };
  auto natural = [&](unsigned width) {
    return IntegerType::get(c, width, IntegerType::Unsigned);
  };
  switch (dataType) {
  case Proto::FLOAT:
    return Float32Type::get(c);
  case Proto::DOUBLE:
    return Float64Type::get(c);
  case Proto::FLOAT16:
    return Float16Type::get(c);
  case Proto::BFLOAT16:
    return BFloat16Type::get(c);
  case Proto::FLOAT8E4M3FN:
    return Float8E4M3FNType::get(c);
  case Proto::FLOAT8E4M3FNUZ:
    return Float8E4M3FNUZType::get(c);
  case Proto::FLOAT8E5M2:
    return Float8E5M2Type::get(c);
  case Proto::FLOAT8E5M2FNUZ:
    return Float8E5M2FNUZType::get(c);
  case Proto::FLOAT8E8M0:
    return Float8E8M0FNUType::get(c);
  case Proto::FLOAT6E2M3:
    return Float6E2M3FNType::get(c);
  case Proto::FLOAT6E3M2:
    return Float6E3M2FNType::get(c);
  case Proto::FLOAT4E2M1:
    return Float4E2M1FNType::get(c);
  case Proto::BOOL:
    return integer(1);
  case Proto::INT2:
    return integer(2);
  case Proto::INT4:
    return integer(4);
  case Proto::INT8:
    return integer(8);
  case Proto::INT16:
    return integer(16);
  case Proto::INT32:
    return integer(32);
  case Proto::INT64:
    return integer(64);
  case Proto::UINT2:
    return natural(2);
  case Proto::UINT4:
    return natural(4);
  case Proto::UINT8:
    return natural(8);
  case Proto::UINT16:
    return natural(16);
  case Proto::UINT32:
    return natural(32);
  case Proto::UINT64:
    return natural(64);
  case Proto::COMPLEX64:
    return ComplexType::get(Float32Type::get(c));
  case Proto::COMPLEX128:
    return ComplexType::get(Float64Type::get(c));
  case Proto::STRING:
    return onnxc::onnx::StringType::get(c);
  default:
    return {};
  }
}

unsigned getBitWidth(int dataType) {
  using Proto = ::onnx::TensorProto;
  switch (dataType) {
  case Proto::INT2:
  case Proto::UINT2:
    return 2;
  case Proto::INT4:
  case Proto::UINT4:
  case Proto::FLOAT4E2M1:
    return 4;
  case Proto::FLOAT6E2M3:
  case Proto::FLOAT6E3M2:
    return 6;
  case Proto::BOOL:
  case Proto::INT8:
  case Proto::UINT8:
  case Proto::FLOAT8E4M3FN:
  case Proto::FLOAT8E4M3FNUZ:
  case Proto::FLOAT8E5M2:
  case Proto::FLOAT8E5M2FNUZ:
  case Proto::FLOAT8E8M0:
    return 8;
  case Proto::INT16:
  case Proto::UINT16:
  case Proto::FLOAT16:
  case Proto::BFLOAT16:
    return 16;
  case Proto::INT32:
  case Proto::UINT32:
  case Proto::FLOAT:
    return 32;
  case Proto::INT64:
  case Proto::UINT64:
  case Proto::DOUBLE:
  case Proto::COMPLEX64:
    return 64;
  case Proto::COMPLEX128:
    return 128;
  default:
    return 0;
  }
}

std::optional<int64_t> getPackedSize(int dataType, int64_t count) {
  int64_t bits;
  unsigned width = getBitWidth(dataType);
  if (width == 0 || llvm::MulOverflow(count, int64_t(width), bits))
    return std::nullopt;
  return bits / 8 + (bits % 8 != 0);
}

std::optional<int64_t> countElements(ArrayRef<int64_t> shape) {
  int64_t count = 1;
  for (int64_t size : shape)
    if (size < 0 || llvm::MulOverflow(count, size, count))
      return std::nullopt;
  return count;
}

Type convertType(MLIRContext *context, const ::onnx::TypeProto &type) {
  switch (type.value_case()) {
  case ::onnx::TypeProto::kTensorType: {
    Type element = convertElementType(context, type.tensor_type().elem_type());
    if (!element)
      return {};
    if (!type.tensor_type().has_shape())
      return UnrankedTensorType::get(element);
    SmallVector<int64_t> shape;
    for (const auto &dim : type.tensor_type().shape().dim()) {
      if (!dim.has_dim_value() || dim.dim_value() < 0)
        return UnrankedTensorType::get(element);
      shape.push_back(dim.dim_value());
    }
    return RankedTensorType::get(shape, element);
  }
  case ::onnx::TypeProto::kSequenceType: {
    Type element = convertType(context, type.sequence_type().elem_type());
    return element ? onnxc::onnx::SeqType::get(context, element) : Type();
  }
  case ::onnx::TypeProto::kOptionalType: {
    Type element = convertType(context, type.optional_type().elem_type());
    return element ? onnxc::onnx::OptType::get(context, element) : Type();
  }
  case ::onnx::TypeProto::kMapType: {
    Type key = convertElementType(context, type.map_type().key_type());
    Type value = convertType(context, type.map_type().value_type());
    return key && value ? onnxc::onnx::MapType::get(context, key, value)
                        : Type();
  }
  default:
    return {};
  }
}

} // namespace onnxc
