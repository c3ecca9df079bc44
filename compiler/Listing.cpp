//===- Listing.cpp - The model as text that debug lines lead into ---------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Listing.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/AsmState.h"

using namespace mlir;

namespace onnxc {

/// The outermost name of a location, which is the node's.
static StringRef getNodeName(Location loc) {
  StringRef name;
  loc->walk([&](Location inner) {
    auto named = dyn_cast<NameLoc>(inner);
    if (!named)
      return WalkResult::advance();
    name = named.getName();
    return WalkResult::interrupt();
  });
  return name;
}

/// Puts a line in the place of the innermost location, so that all names stay.
static Location withLine(Location loc, FileLineColLoc line) {
  if (auto name = dyn_cast<NameLoc>(loc))
    return NameLoc::get(name.getName(), withLine(name.getChildLoc(), line));
  return line;
}

void writeListing(ModuleOp module, StringRef file, llvm::raw_ostream &os) {
  auto main = module.lookupSymbol<func::FuncOp>("main");
  if (!main)
    return;
  OpPrintingFlags flags;
  flags.elideLargeElementsAttrs(8).elideLargeResourceString(8).skipRegions();
  AsmState state(main, flags);
  unsigned line = 1;
  os << "// " << module.getName().value_or("model") << ", a node a line\n";
  main.walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (op == main)
      return;
    ++line;
    std::string text;
    llvm::raw_string_ostream stream(text);
    op->print(stream, state);
    // An attribute that prints several lines is one line here.
    llvm::replace(text, '\n', ' ');
    StringRef name = getNodeName(op->getLoc());
    os << text;
    if (!name.empty())
      os << " // " << name;
    os << "\n";
    op->setLoc(withLine(
        op->getLoc(), FileLineColLoc::get(module.getContext(), file, line, 1)));
  });
  // What debuggers call the source file; the model's path differs from where
  // one stands.
  module->setLoc(FileLineColLoc::get(module.getContext(), file, 1, 1));
  main->setLoc(FileLineColLoc::get(module.getContext(), file, 1, 1));
}

} // namespace onnxc
