//===- InferShapes.cpp - Result types with symbolic dimensions ------------===//
//
// One walk in the order of the graph: each op's result types are inferred from
// its operands' types, and an op of shape arithmetic whose operands are known
// becomes a constant or an onnx.Dims, so that the ops after it see its value.
// Example: with %x : tensor<?x3xf32, #onnx.dims<[s0, 3]>>
//
//   Shape(%x)       -> Dims [s0, 3]
//   Gather(.., 0)   -> Dims [s0]
//   Concat(.., -1)  -> Dims [s0, -1]
//   Reshape(%x, ..) -> tensor<?x3xf32, #onnx.dims<[s0, 3]>>
//
// Where a size is known only at run time, a symbol is defined for it
// (plan.symbol), so that after this pass every size is an expression.
//
// Where an operator needs two expressions to be equal sizes, that is noted in
// the function's `onnx.equal_sizes`, and checked before the model runs, or once
// a size that depends on data is known. In a branch or a loop's body, which may
// not run, a plan.require before the operator checks it.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Graph/GraphPasses.h"
#include "passes/Graph/ShapeInference.h"

namespace onnxc {
#define GEN_PASS_DEF_INFERSHAPES
#include "passes/Graph/GraphPasses.h.inc"
} // namespace onnxc

using namespace mlir;
using namespace onnxc;

namespace {

struct InferShapes : onnxc::impl::InferShapesBase<InferShapes> {
  using InferShapesBase::InferShapesBase;

  void runOnOperation() override {
    if (failed(ShapeInference(getOperation()).run()))
      signalPassFailure();
  }
};

} // namespace
