//===- Branches.cpp - Branches that no run can take -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/plan/Branches.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/ElementTypes.h"
#include "dialects/plan/Plan.h"
#include "mlir/IR/Diagnostics.h"

using namespace mlir;

namespace onnxc::plan {

FailureOr<Region *>
inferBranches(onnx::IfOp op,
              llvm::function_ref<LogicalResult(Region &)> infer) {
  Region *impossible = nullptr;
  std::vector<Diagnostic> said, saidHere;
  auto repeat = [&](std::vector<Diagnostic> &diagnostics) {
    for (Diagnostic &diagnostic : diagnostics)
      op.getContext()->getDiagEngine().emit(std::move(diagnostic));
  };
  for (Region &region : op->getRegions()) {
    saidHere.clear();
    LogicalResult result = success();
    {
      ScopedDiagnosticHandler keep(op.getContext(),
                                   [&](Diagnostic &diagnostic) {
                                     saidHere.push_back(std::move(diagnostic));
                                     return success();
                                   });
      result = infer(region);
    }
    if (failed(result) && !impossible) {
      impossible = &region;
      said.swap(saidHere);
      continue;
    }
    if (failed(result))
      repeat(said);
    repeat(saidHere);
    if (failed(result))
      return failure();
  }
  if (!impossible)
    return impossible;
  InFlightDiagnostic warning =
      emitWarning(op.getLoc())
      << "its " << (impossible == &op.getThenBranch() ? "then" : "else")
      << "_branch cannot be computed, a run that takes it is refused";
  auto error = llvm::find_if(said, [](Diagnostic &diagnostic) {
    return diagnostic.getSeverity() == DiagnosticSeverity::Error;
  });
  if (error != said.end())
    warning << ": " << error->str();
  return impossible;
}

static AffineMap getNever(MLIRContext *context) {
  return AffineMap::get(
      0, 0,
      {getAffineConstantExpr(0, context), getAffineConstantExpr(1, context)},
      context);
}

void createNever(OpBuilder &b, Location loc) {
  RequireOp::create(b, loc, AffineMapAttr::get(getNever(b.getContext())));
}

Value createNothing(OpBuilder &b, Location loc, RankedTensorType type) {
  Type element = type.getElementType();
  if (isa<onnx::StringType>(element)) {
    SmallVector<StringRef> strings(type.getNumElements());
    return onnx::ConstantOp::create(b, loc, type, ElementsAttr(),
                                    b.getStrArrayAttr(strings));
  }
  if (Attribute zero = b.getZeroAttr(element))
    return onnx::ConstantOp::create(b, loc, DenseElementsAttr::get(type, zero));
  // MLIR has no zeros of complex numbers.
  SmallVector<char> zeros(onnx::getStorageBytes(element) *
                          type.getNumElements());
  return onnx::ConstantOp::create(
      b, loc, DenseElementsAttr::getFromRawBuffer(type, zeros));
}

bool isNever(Block &block) {
  auto first = dyn_cast<RequireOp>(block.front());
  return first && first.getMap() == getNever(first.getContext());
}

} // namespace onnxc::plan
