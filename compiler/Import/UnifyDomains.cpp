//===- UnifyDomains.cpp - One spelling and one version of a domain --------===//
//
// ONNX's own operators are of the domain "", which may be spelled "ai.onnx".
// Tools that join models import a domain once more; at one version that says
// nothing new. onnxruntime has operators of its own in ONNX's domain: they
// become those of its domain.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/Model.h"
#include "mlir/IR/Diagnostics.h"

using namespace mlir;

namespace onnxc {

namespace {

template <typename Graph> void clearDomains(Graph &graph) {
  for (auto &node : *graph.mutable_node()) {
    if (isDefaultDomain(node.domain()))
      node.clear_domain();
    for (auto &attribute : *node.mutable_attribute()) {
      if (attribute.has_g())
        clearDomains(*attribute.mutable_g());
      for (auto &inner : *attribute.mutable_graphs())
        clearDomains(inner);
    }
  }
}

/// LayerNormalization is ONNX's from opset 17 on.
bool isOfOnnxruntime(const ::onnx::NodeProto &node, int64_t opset) {
  return isDefaultDomain(node.domain()) &&
         (node.op_type() == "SimplifiedLayerNormalization" ||
          (node.op_type() == "LayerNormalization" && opset < 17));
}

/// Whether any node was.
template <typename Graph> bool moveOperators(Graph &graph, int64_t opset) {
  bool any = false;
  for (auto &node : *graph.mutable_node()) {
    if (isOfOnnxruntime(node, opset)) {
      node.set_domain(kMicrosoftDomain.str());
      any = true;
    }
    for (auto &attribute : *node.mutable_attribute())
      if (attribute.has_g())
        any |= moveOperators(*attribute.mutable_g(), opset);
  }
  return any;
}

/// `owner` imports them: the model, or a function of it.
template <typename Owner>
LogicalResult unifyImports(Model &model, StringRef name, Owner &owner) {
  llvm::StringMap<int64_t> versions;
  auto &imports = *owner.mutable_opset_import();
  for (int i = 0; i < imports.size();) {
    auto &opset = imports[i];
    if (isDefaultDomain(opset.domain()))
      opset.clear_domain();
    auto [it, isNew] = versions.try_emplace(opset.domain(), opset.version());
    if (isNew) {
      ++i;
      continue;
    }
    if (it->second != opset.version())
      return model.error() << name << "imports the operator set "
                           << domainName(opset.domain()) << " at version "
                           << it->second << " and at " << opset.version()
                           << "; a model has one version of each";
    imports.DeleteSubrange(i, 1);
  }
  return success();
}

} // namespace

LogicalResult unifyDomains(Model &model) {
  ::onnx::ModelProto &proto = *model.proto;
  clearDomains(*proto.mutable_graph());
  if (failed(unifyImports(model, "", proto)))
    return failure();
  for (auto &function : *proto.mutable_functions()) {
    clearDomains(function);
    std::string name = "function \"" + function.name() + "\" ";
    if (failed(unifyImports(model, name, function)))
      return failure();
  }
  if (moveOperators(*proto.mutable_graph(), model.getOpset("")) &&
      model.getOpset(kMicrosoftDomain) == 0) {
    ::onnx::OperatorSetIdProto &import = *proto.add_opset_import();
    import.set_domain(kMicrosoftDomain.str());
    import.set_version(1);
  }
  return success();
}

} // namespace onnxc
