//===- LabelList.h - Lists of keys and values, and looking up in them -----===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_LABELLIST_H
#define ONNXC_DIALECTS_ONNX_LABELLIST_H

#include "dialects/onnx/GraphBuilder.h"
#include "mlir/IR/BuiltinAttributes.h"

namespace onnxc::onnx {

/// Signed integers, floats (f32 or f64) or strings, as an attribute has them:
/// the list of its kind has the elements.
struct LabelList {
  mlir::Type element;
  llvm::SmallVector<int64_t> ints;
  llvm::SmallVector<double> reals;
  llvm::SmallVector<llvm::StringRef> texts;

  static LabelList of(mlir::MLIRContext *context, llvm::ArrayRef<int64_t> ints);
  static LabelList of(mlir::MLIRContext *context, llvm::ArrayRef<float> reals);
  /// Of StringAttr.
  static LabelList of(mlir::ArrayAttr strings);
  /// None where the elements are of another type.
  static std::optional<LabelList> of(mlir::ElementsAttr elements);

  size_t size() const;
  void append(const LabelList &others);
  /// The elements at places of this list.
  LabelList pick(llvm::ArrayRef<size_t> places) const;
  /// The places in ascending order of the elements, NaN last.
  llvm::SmallVector<size_t> sort() const;
  /// Whether two elements are equal; NaN equals NaN.
  bool isSame(size_t place, size_t other) const;
  /// An element that is there twice, as a person reads it; NaN equals NaN.
  std::optional<std::string> findTwice() const;
  /// A constant of the elements; of rank 0 for a place.
  mlir::Value build(GraphBuilder &g) const;
  mlir::Value build(GraphBuilder &g, size_t place) const;
};

/// The value of the key that equals x, elementwise, else the last value. There
/// is one value more than keys, and no key twice.
mlir::Value buildLookUp(GraphBuilder &g, mlir::Value x, const LabelList &keys,
                        const LabelList &values);

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_LABELLIST_H
