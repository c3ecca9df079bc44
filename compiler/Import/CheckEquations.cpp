//===- CheckEquations.cpp - Einsum's equations before onnx reads them -----===//
//
// onnx's inference never ends at a space in an equation, and reads beyond the
// shapes at a dot too many. Spaces say nothing and go; the rest has to be
//
//   term {',' term} ['->' term]     term: letters, one "..." among them
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "compiler/Import/Model.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace onnxc {

namespace {

bool isTerm(StringRef text) {
  auto [before, after] = text.split("...");
  return llvm::all_of(before, llvm::isAlpha) &&
         llvm::all_of(after, llvm::isAlpha);
}

LogicalResult checkEquation(Model &model, ::onnx::NodeProto &node) {
  for (auto &attribute : *node.mutable_attribute()) {
    if (attribute.name() != "equation" || !attribute.has_s())
      continue;
    std::string &text = *attribute.mutable_s();
    llvm::erase_if(text, llvm::isSpace);
    auto [left, right] = StringRef(text).split("->");
    SmallVector<StringRef> terms;
    left.split(terms, ',');
    terms.push_back(right);
    for (StringRef term : terms)
      if (!isTerm(term))
        return model.error(node)
               << "its equation \"" << text << "\" has \"" << term
               << "\", which is no list of letters with at most one \"...\"";
  }
  return success();
}

template <typename Graph> bool checkGraph(Model &model, Graph &graph) {
  bool isGood = true;
  for (auto &node : *graph.mutable_node()) {
    if (node.op_type() == "Einsum" && isDefaultDomain(node.domain()))
      isGood &= succeeded(checkEquation(model, node));
    for (auto &attribute : *node.mutable_attribute()) {
      if (attribute.has_g())
        isGood &= checkGraph(model, *attribute.mutable_g());
      for (auto &inner : *attribute.mutable_graphs())
        isGood &= checkGraph(model, inner);
    }
  }
  return isGood;
}

} // namespace

LogicalResult checkEquations(Model &model) {
  bool isGood = checkGraph(model, *model.proto->mutable_graph());
  for (auto &function : *model.proto->mutable_functions())
    isGood &= checkGraph(model, function);
  return success(isGood);
}

} // namespace onnxc
