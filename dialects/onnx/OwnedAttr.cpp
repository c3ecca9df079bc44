//===- OwnedAttr.cpp - Attributes on any op that a dialect owns -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/OwnedAttr.h"

using namespace mlir;
using namespace onnxc;

/// The attribute's rule where it is known and of the right type.
static FailureOr<const AttrRule *>
verifyType(Operation *op, NamedAttribute attr, ArrayRef<AttrRule> rules) {
  StringRef name = attr.getName().getValue();
  const AttrRule *rule = llvm::find_if(
      rules, [&](const AttrRule &rule) { return rule.name == name; });
  if (rule == rules.end())
    return op->emitError("has an unknown attribute '") << name << "'";
  if (!rule->isWanted(attr.getValue()))
    return op->emitError("attribute '")
           << name << "' is not " << rule->wanted << " but " << attr.getValue();
  return rule;
}

LogicalResult onnxc::verifyOwnedAttr(Operation *op, NamedAttribute attr,
                                     ArrayRef<AttrRule> rules) {
  FailureOr<const AttrRule *> rule = verifyType(op, attr, rules);
  if (failed(rule))
    return failure();
  if (!(*rule)->mayBeOn || !(*rule)->mayBeOn(op))
    return op->emitError("attribute '")
           << (*rule)->name << "' is for " << (*rule)->holders;
  return success();
}

LogicalResult onnxc::verifyOwnedArgAttr(Operation *op, NamedAttribute attr,
                                        ArrayRef<AttrRule> rules) {
  return verifyType(op, attr, rules);
}
