//===- Makers.cpp - Which node makes which result of a call ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/plan/Makers.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Operation.h"

using namespace mlir;

Location onnxc::getCallLoc(MLIRContext *context, ArrayRef<Location> computed,
                           ArrayRef<Location> makers) {
  SmallVector<Attribute> list(makers.begin(), makers.end());
  if (computed.size() == 1 && llvm::all_equal(list))
    return computed.front();
  return FusedLoc::get(computed, ArrayAttr::get(context, list), context);
}

Location onnxc::getMaker(OpResult result) {
  Location loc = result.getOwner()->getLoc();
  auto fused = dyn_cast<FusedLoc>(loc);
  auto makers =
      fused ? dyn_cast_or_null<ArrayAttr>(fused.getMetadata()) : ArrayAttr();
  if (!makers || result.getResultNumber() >= makers.size())
    return loc;
  auto maker = dyn_cast<LocationAttr>(makers[result.getResultNumber()]);
  return maker ? Location(maker) : loc;
}
