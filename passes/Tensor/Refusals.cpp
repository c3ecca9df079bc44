//===- Refusals.cpp - Why a pattern did not take an op --------------------===//
//
// The dialect conversion drops what notifyMatchFailure is told, so each pattern
// is wrapped in one that listens to it.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Tensor/Refusals.h"
#include "dialects/plan/Kernels.h"

using namespace mlir;
using namespace onnxc;

namespace {

/// Keeps a reason at an op.
void addRefusal(Operation *op, StringRef reason) {
  SmallVector<Attribute> reasons;
  if (auto given = plan::attrs::Refused::get(op))
    llvm::append_range(reasons, given);
  auto added = StringAttr::get(op->getContext(), reason);
  if (!llvm::is_contained(reasons, added))
    reasons.push_back(added);
  plan::attrs::Refused::set(op, ArrayAttr::get(op->getContext(), reasons));
}

/// A pattern whose reasons not to match are kept at the op.
class Explained : public RewritePattern {
public:
  Explained(std::unique_ptr<RewritePattern> inner, OperationName root)
      : RewritePattern(root.getStringRef(), inner->getBenefit(),
                       inner->getContext()),
        pattern(std::move(inner)) {}
  Explained(std::unique_ptr<RewritePattern> inner, TypeID interface)
      : RewritePattern(MatchInterfaceOpTypeTag(), interface,
                       inner->getBenefit(), inner->getContext()),
        pattern(std::move(inner)) {}

  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    Listener listener(rewriter.getListener());
    rewriter.setListener(&listener);
    LogicalResult result = pattern->matchAndRewrite(op, rewriter);
    rewriter.setListener(listener.before);
    if (failed(result) && !listener.reason.empty())
      addRefusal(op, listener.reason);
    return result;
  }

private:
  struct Listener : RewriterBase::ForwardingListener {
    explicit Listener(OpBuilder::Listener *before)
        : ForwardingListener(before), before(before) {}
    void notifyMatchFailure(Location loc,
                            function_ref<void(Diagnostic &)> explain) override {
      Diagnostic diagnostic(loc, DiagnosticSeverity::Remark);
      explain(diagnostic);
      reason = diagnostic.str();
      ForwardingListener::notifyMatchFailure(loc, explain);
    }

    OpBuilder::Listener *before;
    std::string reason;
  };

  std::unique_ptr<RewritePattern> pattern;
};

} // namespace

void onnxc::explainPatterns(RewritePatternSet &patterns) {
  for (std::unique_ptr<RewritePattern> &pattern :
       patterns.getNativePatterns()) {
    if (std::optional<OperationName> name = pattern->getRootKind())
      pattern = std::make_unique<Explained>(std::move(pattern), *name);
    else if (std::optional<TypeID> interface = pattern->getRootInterfaceID())
      pattern = std::make_unique<Explained>(std::move(pattern), *interface);
  }
}
