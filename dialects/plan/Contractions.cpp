//===- Contractions.cpp - What holds for marked contractions --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/plan/Contractions.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::plan;

using EmitError = function_ref<InFlightDiagnostic()>;

LogicalResult BytesAttr::verify(EmitError emitError, int64_t group,
                                int64_t offset) {
  if (group < 1)
    return emitError() << "a group has an element or more, not " << group;
  if (offset != int32_t(offset))
    return emitError() << "the offset " << offset << " has more than 32 bits";
  return success();
}

LogicalResult QuantsAttr::verify(EmitError emitError, int64_t bits,
                                 int64_t block) {
  if (bits != 2 && bits != 4 && bits != 8)
    return emitError() << "elements have 2, 4 or 8 bits, not " << bits;
  if (block < 1 || block * bits % 32)
    return emitError() << "a block of " << block << " has no whole words";
  return success();
}

LogicalResult ProductAttr::verify(EmitError emitError, int64_t panels,
                                  BytesAttr bytes, QuantsAttr quants) {
  if (panels < 0)
    return emitError() << "a panel has a positive number of columns, not "
                       << panels;
  if (bytes && panels == 0)
    return emitError() << "only factors in panels lie in groups";
  if (quants && (panels == 0 || bytes))
    return emitError() << "quantised factors lie in panels, and in no groups";
  return success();
}

LogicalResult BlocksAttr::verify(EmitError emitError, bool depthwise, bool,
                                 int64_t padding, BytesAttr bytes,
                                 int64_t winograd) {
  if (winograd < 0)
    return emitError() << "tiles have a positive size, not " << winograd;
  if (winograd && (depthwise || bytes || padding))
    return emitError() << "transformed kernels are dense and of floats";
  if (bytes && depthwise)
    return emitError() << "a depthwise convolution has no groups of bytes";
  if (padding != int32_t(padding))
    return emitError() << "the padding " << padding << " has more than 32 bits";
  return success();
}

LogicalResult ConvolutionAttr::verify(EmitError emitError,
                                      DenseI64ArrayAttr strides,
                                      DenseI64ArrayAttr dilations,
                                      DenseI64ArrayAttr pads,
                                      DenseI64ArrayAttr ends, int64_t group,
                                      BlocksAttr blocks) {
  if (strides.empty())
    return emitError() << "a convolution has a spatial dimension";
  for (DenseI64ArrayAttr list : {dilations, pads, ends})
    if (list.size() != strides.size())
      return emitError() << "lists have " << strides.size() << " and "
                         << list.size() << " entries";
  for (DenseI64ArrayAttr list : {strides, dilations})
    if (llvm::any_of(list.asArrayRef(), [](int64_t step) { return step < 1; }))
      return emitError() << "strides and dilations are positive";
  if (group < 1)
    return emitError() << "channels are in a positive number of groups, not "
                       << group;
  if (blocks && group != 1)
    return emitError() << "blocked channels are in no groups";
  return success();
}
