//===- ImageOps.cpp - Encoded images --------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ImageOps.h"
#include "dialects/onnx/CustomOps.h"
#include "dialects/onnx/InferTypes.h"

using namespace mlir;
using namespace onnxc::onnx;

LogicalResult ImageDecoderOp::verify() {
  if (!llvm::is_contained({"RGB", "BGR", "Grayscale"}, getPixelFormat()))
    return emitOpError("pixel_format must be RGB, BGR or Grayscale, not '")
           << getPixelFormat() << "'";
  return success();
}

LogicalResult ImageDecoderOp::inferReturnTypes(MLIRContext *context,
                                               std::optional<Location> loc,
                                               Adaptor adaptor,
                                               SmallVectorImpl<Type> &types) {
  std::optional<int64_t> rank = getRank(adaptor.getEncodedStream());
  if (rank && *rank != 1)
    return emitOptionalError(loc, "encoded_stream has ", *rank,
                             " dimensions where the bytes of a file have one");
  types.push_back(
      getUnrankedType(IntegerType::get(context, 8, IntegerType::Unsigned)));
  return success();
}

SmallVector<Value> ImageDecoderOp::expand(OpBuilder &b) {
  if (!getDims(getEncodedStream()))
    return {};
  auto format = b.getNamedAttr(getPixelFormatAttrName(), getPixelFormatAttr());
  StringRef rule =
      getPixelFormat() == "Grayscale" ? "uint8[?, ?, 1]" : "uint8[?, ?, 3]";
  bool isGiven[] = {true};
  return {
      CustomCallOp::create(
          b, getLoc(), getImage().getType(), getEncodedStream(), "ImageDecoder",
          "onnxc_decode_image", b.getStrArrayAttr({"encoded_stream"}),
          b.getDenseBoolArrayAttr(isGiven), b.getDenseBoolArrayAttr(isGiven),
          b.getStrArrayAttr({rule}), b.getDictionaryAttr({format}))
          .getResult(0)};
}
