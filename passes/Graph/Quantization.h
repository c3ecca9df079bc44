//===- Quantization.h - What passes ask of quantised values ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_GRAPH_QUANTIZATION_H
#define ONNXC_PASSES_GRAPH_QUANTIZATION_H

#include "dialects/onnx/QuantizeOps.h"
#include "mlir/IR/PatternMatch.h"

namespace onnxc {

/// Whether a tensor has one element for certain.
bool hasOneElement(mlir::Value value);
bool isConstant(mlir::Value value);
/// Whether nothing else is computed in than constants: what `fold-constants`
/// makes one.
bool isFoldable(mlir::Value value);
/// The elements of a constant of f32; none for others.
std::optional<llvm::SmallVector<float>> getConstantFloats(mlir::Value value);
/// Whether a zero point is absent or a constant of zeros.
bool isZero(mlir::Value zeroPoint);
/// The value of one that is absent or a constant of one element.
std::optional<int64_t> getZeroPoint(mlir::Value zeroPoint);
/// Whether two are the same: one value, or equal constants. An absent zero
/// point equals one of zeros.
bool areEqual(mlir::Value a, mlir::Value b);

/// (x - zero point) * scale with integers x and f32 scales, one for all or a
/// vector along `axis`.
struct QuantizedValue {
  mlir::Value x, scale, zeroPoint;
  int64_t axis = 0;
  bool isPerTensor = true;
};
/// None where the value is not dequantised, or in another way.
std::optional<QuantizedValue> getQuantized(mlir::Value value);

/// Ops that move elements, or choose among them, whatever they are.
void populateMoveQuantization(mlir::RewritePatternSet &patterns);
/// Products with constants of a few bits that are dequantised.
void populateFuseNBitsWeights(mlir::RewritePatternSet &patterns);
/// Weights of a few bits, for devices.
void populateUnpackNBits(mlir::RewritePatternSet &patterns);
/// Means over windows and planes.
void populateQuantizedPooling(mlir::RewritePatternSet &patterns);

} // namespace onnxc

#endif // ONNXC_PASSES_GRAPH_QUANTIZATION_H
