//===- OpenTypes.h - Ops built of operands that may not fit ---------------===//
//
// An operator that is expanded builds others of its operands, whatever these
// are. MLIR's builders end the program where an op's types cannot be inferred.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_OPENTYPES_H
#define ONNXC_DIALECTS_ONNX_OPENTYPES_H

#include "mlir/IR/OpDefinition.h"

namespace onnxc::onnx {

/// While one is alive on a thread, ops that are built on it get open types,
/// tensor<*xT>, where their own inference fails. What is wrong is reported as
/// ever, and hasFailed() tells of it: what was built is to be thrown away.
class OpenTypesScope {
public:
  OpenTypesScope();
  ~OpenTypesScope();
  OpenTypesScope(const OpenTypesScope &) = delete;
  OpenTypesScope &operator=(const OpenTypesScope &) = delete;

  bool hasFailed() const { return failed; }

  /// What an inference gives that failed: success with `count` open types where
  /// a scope is alive.
  static mlir::LogicalResult recover(mlir::ValueRange operands, unsigned count,
                                     mlir::SmallVectorImpl<mlir::Type> &types);

private:
  OpenTypesScope *outer;
  bool failed = false;
};

/// How many results ops of a class have, 0 where each may have another number.
template <typename Op> constexpr unsigned countResults() {
  using namespace mlir::OpTrait;
  if constexpr (Op::template hasTrait<OneResult>())
    return 1;
  else if constexpr (Op::template hasTrait<NResults<2>::Impl>())
    return 2;
  else if constexpr (Op::template hasTrait<NResults<3>::Impl>())
    return 3;
  else if constexpr (Op::template hasTrait<NResults<4>::Impl>())
    return 4;
  return 0;
}

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_OPENTYPES_H
