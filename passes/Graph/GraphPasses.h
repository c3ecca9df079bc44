//===- GraphPasses.h - The graph phase: onnx -> onnx ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_GRAPH_GRAPHPASSES_H
#define ONNXC_PASSES_GRAPH_GRAPHPASSES_H

#include "dialects/onnx/OnnxDialect.h"
#include "dialects/plan/Plan.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Pass/Pass.h"
#include "passes/Graph/FoldConstants.h"

namespace onnxc {

#define GEN_PASS_DECL
#include "passes/Graph/GraphPasses.h.inc"

#define GEN_PASS_REGISTRATION
#include "passes/Graph/GraphPasses.h.inc"

} // namespace onnxc

#endif // ONNXC_PASSES_GRAPH_GRAPHPASSES_H
