//===- ChannelSize.h - A free dimension that a list has elements for ------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_CHANNELSIZE_H
#define ONNXC_DIALECTS_ONNX_CHANNELSIZE_H

#include "mlir/IR/Value.h"

namespace onnxc::onnx {

/// The tensor type, where a free dimension has as many elements as the list,
/// if that number is known.
mlir::Type withSizeOf(mlir::Type tensorType, int64_t axis, mlir::Value list);

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_CHANNELSIZE_H
