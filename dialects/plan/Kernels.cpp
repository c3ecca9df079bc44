//===- Kernels.cpp - Functions that are kernels, and their symbols --------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/plan/Kernels.h"
#include "dialects/plan/NodeNames.h"
#include "dialects/plan/Plan.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;

Value onnxc::getSymbolValue(OpBuilder &b, func::FuncOp main, unsigned number) {
  unsigned seen = 0;
  for (BlockArgument arg : main.getArguments())
    if (arg.getType().isIndex() && seen++ == number)
      return arg;
  // Outwards from here: blocks that enclose the place, ops before it.
  Operation *before = nullptr;
  Block *block = b.getInsertionBlock();
  if (b.getInsertionPoint() != block->end())
    before = &*b.getInsertionPoint();
  while (block) {
    auto end = before ? Block::iterator(before) : block->end();
    for (auto it = end; it != block->begin();) {
      --it;
      if (auto symbol = dyn_cast<plan::SymbolOp>(&*it);
          symbol && symbol.getNumber() == number)
        return symbol.getValue();
    }
    before = block->getParentOp();
    if (before == main)
      break;
    block = before->getBlock();
  }
  return {};
}

AffineExpr onnxc::getSymbolExpr(func::FuncOp main, Value index) {
  MLIRContext *context = main.getContext();
  if (auto symbol = index.getDefiningOp<plan::SymbolOp>())
    return getAffineSymbolExpr(symbol.getNumber(), context);
  if (auto size = index.getDefiningOp<plan::SizeOp>())
    return size.getMap().getResult(0);
  unsigned number = 0;
  for (BlockArgument argument : main.getArguments()) {
    if (argument == index)
      break;
    number += argument.getType().isIndex();
  }
  return getAffineSymbolExpr(number, context);
}

// The outermost name of each location that is fused in it.
SmallVector<StringRef> onnxc::listNodeNames(Location loc) {
  llvm::SetVector<StringRef> names;
  loc->walk([&](Location inner) {
    auto named = dyn_cast<NameLoc>(inner);
    if (!named)
      return WalkResult::advance();
    names.insert(named.getName());
    return WalkResult::skip();
  });
  return SmallVector<StringRef>(names.begin(), names.end());
}

std::string onnxc::getNodeNames(Location loc) {
  return llvm::join(listNodeNames(loc), ", ");
}
