//===- ReplaceConv.h - The steps that emitters of convolutions share ------===//
//
// Match what the op is, have blocks and tiles chosen, emit the loops in place
// of the op and of the elementwise ops behind it. `choose` and `emit` are what
// one emitter has of its own.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_LOOPS_REPLACECONV_H
#define ONNXC_PASSES_LOOPS_REPLACECONV_H

#include "passes/Loops/BlockedConvGeometry.h"
#include "passes/Loops/ContractionEmitters.h"
#include "passes/Loops/ConvGeometry.h"
#include "passes/Loops/VectorBuilder.h"

namespace onnxc {

/// Emits loops where the elementwise ops behind a convolution end, and removes
/// the ops that these replace.
template <typename Geometry>
void replaceConv(VectorBuilder &v, Geometry &conv, Epilogue &epilogue,
                 llvm::function_ref<void()> emit) {
  v.b.setInsertionPoint(epilogue.getLastOp());
  epilogue.prepare(v);
  conv.result = epilogue.getOutput();
  conv.readSizes(v);
  emit();
  epilogue.eraseOps();
}

/// A convolution of planes. `choose(conv, registers)` may give nothing;
/// `emit(v, conv, choice, epilogue, pixels, weights)` has the functions that
/// widen what memory holds of both factors.
template <typename Choose, typename Emit>
mlir::LogicalResult replacePlanarConv(const Contraction &contraction,
                                      const RegisterFile &registers,
                                      Choose choose, Emit emit) {
  std::optional<ConvGeometry> conv = matchConv(contraction);
  if (!conv || !isEmittedType(conv->sumType, registers))
    return mlir::failure();
  auto choice = choose(*conv, registers);
  if (!choice)
    return mlir::failure();
  mlir::linalg::GenericOp op = contraction.op;
  mlir::OpBuilder b(op);
  VectorBuilder v(b, op.getLoc(), choice->lanes);
  auto pixels = getWidening(v, op.getBody(), conv->loadedPixel, conv->pixel);
  auto weights = getWidening(v, op.getBody(), conv->loadedWeight, conv->weight);
  if (!pixels || !weights)
    return mlir::failure();
  Epilogue epilogue(op, conv->result, conv->groups);
  replaceConv(v, *conv, epilogue,
              [&] { emit(v, *conv, *choice, epilogue, *pixels, *weights); });
  return mlir::success();
}

/// A convolution of blocked channels, depthwise or not. `choose(conv,
/// registers, isOntoImage)` is told whether the result goes where the image is,
/// and may give nothing; then `emit(v, conv, choice, epilogue)`.
template <typename Choose, typename Emit>
mlir::LogicalResult replaceBlockedConv(const Contraction &contraction,
                                       const RegisterFile &registers,
                                       bool isDepthwise, Choose choose,
                                       Emit emit) {
  std::optional<BlockedConvGeometry> conv =
      matchBlockedConv(contraction, registers);
  if (!conv || conv->isDepthwise != isDepthwise)
    return mlir::failure();
  mlir::linalg::GenericOp op = contraction.op;
  bool mayOverwrite = canWriteOntoImage(*conv, registers.stackBytes);
  Epilogue epilogue(op, conv->result, conv->groups,
                    mayOverwrite ? conv->image : mlir::Value());
  bool isOntoImage =
      getBaseBuffer(conv->image) == getBaseBuffer(epilogue.getOutput());
  auto choice = choose(*conv, registers, isOntoImage);
  if (!choice)
    return mlir::failure();
  mlir::OpBuilder b(op);
  VectorBuilder v(b, op.getLoc(), choice->lanes);
  replaceConv(v, *conv, epilogue, [&] { emit(v, *conv, *choice, epilogue); });
  return mlir::success();
}

} // namespace onnxc

#endif // ONNXC_PASSES_LOOPS_REPLACECONV_H
