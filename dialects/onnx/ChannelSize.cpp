//===- ChannelSize.cpp - A free dimension that a list has elements for ----===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ChannelSize.h"
#include "dialects/onnx/SymbolicShape.h"

using namespace mlir;

namespace onnxc::onnx {

Type withSizeOf(Type tensorType, int64_t axis, Value list) {
  std::optional<Dims> dims = getDims(tensorType), sizes = getDims(list);
  if (!dims || !sizes || sizes->size() != 1 || !getConstant(sizes->front()) ||
      axis >= int64_t(dims->size()) || getConstant((*dims)[axis]))
    return tensorType;
  (*dims)[axis] = sizes->front();
  return getTensorType(*dims, cast<TensorType>(tensorType).getElementType());
}

} // namespace onnxc::onnx
