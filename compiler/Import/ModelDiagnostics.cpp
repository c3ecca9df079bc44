//===- ModelDiagnostics.cpp - Diagnostics that name the model's node ------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/ModelDiagnostics.h"
#include "mlir/IR/Location.h"

using namespace mlir;

namespace onnxc {

std::string describeLocation(Location loc) {
  // The first fused node that has a name speaks for all.
  NameLoc node, op;
  FileLineColLoc file;
  loc->walk([&](Location inner) {
    if (auto name = dyn_cast<NameLoc>(inner)) {
      if (!node)
        node = name;
      else if (!op)
        op = name;
    }
    file = dyn_cast<FileLineColLoc>(inner);
    return file ? WalkResult::interrupt() : WalkResult::advance();
  });
  std::string text;
  llvm::raw_string_ostream os(text);
  if (file)
    os << file.getFilename().getValue() << ": ";
  if (node)
    os << (op ? "node" : "value") << " \"" << node.getName().getValue() << "\"";
  if (op)
    os << " (" << op.getName().getValue() << ")";
  if (node)
    os << ": ";
  return text;
}

ModelDiagnosticPrinter::ModelDiagnosticPrinter(MLIRContext *context,
                                               llvm::raw_ostream &os)
    : ScopedDiagnosticHandler(context) {
  setHandler([&os](Diagnostic &diagnostic) {
    auto print = [&](Diagnostic &d) {
      switch (d.getSeverity()) {
      case DiagnosticSeverity::Error:
        os << "error: ";
        break;
      case DiagnosticSeverity::Warning:
        os << "warning: ";
        break;
      case DiagnosticSeverity::Note:
        os << "note: ";
        break;
      case DiagnosticSeverity::Remark:
        os << "remark: ";
        break;
      }
      os << describeLocation(d.getLocation()) << d << '\n';
    };
    print(diagnostic);
    for (Diagnostic &note : diagnostic.getNotes())
      print(note);
  });
}

} // namespace onnxc
