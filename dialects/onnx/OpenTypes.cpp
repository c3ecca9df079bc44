//===- OpenTypes.cpp - Ops built of operands that may not fit -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/OpenTypes.h"
#include "dialects/onnx/SymbolicShape.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace onnxc::onnx;

/// The innermost one. Builders have no argument that could carry it.
static thread_local OpenTypesScope *innermost = nullptr;

OpenTypesScope::OpenTypesScope() : outer(innermost) { innermost = this; }

OpenTypesScope::~OpenTypesScope() { innermost = outer; }

LogicalResult OpenTypesScope::recover(ValueRange operands, unsigned count,
                                      SmallVectorImpl<Type> &types) {
  if (!innermost || operands.empty())
    return failure();
  innermost->failed = true;
  Type element = Float32Type::get(operands.front().getContext());
  if (auto type = dyn_cast<TensorType>(operands.front().getType()))
    element = type.getElementType();
  types.assign(count, getUnrankedType(element));
  return success();
}
