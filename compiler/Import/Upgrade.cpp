//===- Upgrade.cpp - Older models in terms of the newest opset ------------===//
//
// onnx's version converter does it, after our rules for what it lacks
// (Upgrade/, one file a rule). It drops the metadata of nodes, which is kept
// aside by their names.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/Model.h"
#include "compiler/Import/Upgrade/Rules.h"
#include "mlir/IR/Diagnostics.h"
#include <onnx/defs/schema.h>
#include <onnx/version_converter/convert.h>

using namespace mlir;

namespace onnxc {

static void collectMetadata(Model &model, const ::onnx::GraphProto &graph) {
  MLIRContext *context = &model.context;
  for (const auto &node : graph.node()) {
    for (const auto &attribute : node.attribute())
      if (attribute.has_g())
        collectMetadata(model, attribute.g());
    if (node.metadata_props_size() == 0 || node.name().empty())
      continue;
    NamedAttrList entries;
    for (const auto &entry : node.metadata_props())
      if (!entry.key().empty())
        entries.set(entry.key(), StringAttr::get(context, entry.value()));
    model.nodeMetadata.emplace_back(StringAttr::get(context, node.name()),
                                    entries.getDictionary(context));
  }
}

/// Whether an operator of the graph has changed since its opset, or is in none.
static bool hasChangedOps(const ::onnx::GraphProto &graph, int64_t opset) {
  auto find = [](const ::onnx::NodeProto &node, int64_t version) {
    return ::onnx::OpSchemaRegistry::Schema(node.op_type(), int(version), "");
  };
  for (const auto &node : graph.node()) {
    if (node.domain().empty() || node.domain() == "ai.onnx") {
      const ::onnx::OpSchema *schema = find(node, opset);
      if (!schema || schema != find(node, kNewestOpset))
        return true;
    }
    for (const auto &attribute : node.attribute()) {
      if (attribute.has_g() && hasChangedOps(attribute.g(), opset))
        return true;
      for (const auto &inner : attribute.graphs())
        if (hasChangedOps(inner, opset))
          return true;
    }
  }
  return false;
}

namespace {

/// What a model says of its values' shapes. onnx's inference, which the
/// converter runs, adds what old versions of operators would give: poolings
/// had windows that lie in the padding alone, which no runtime computes.
struct Statements {
  google::protobuf::RepeatedPtrField<::onnx::ValueInfoProto> outputs, values;

  explicit Statements(const ::onnx::GraphProto &graph)
      : outputs(graph.output()), values(graph.value_info()) {}

  void restore(::onnx::GraphProto &graph) {
    graph.mutable_value_info()->Swap(&values);
    for (auto &output : *graph.mutable_output())
      for (const auto &stated : outputs)
        if (stated.name() == output.name())
          output = stated;
  }
};

} // namespace

LogicalResult upgradeModel(Model &model) {
  collectMetadata(model, model.proto->graph());
  int64_t opset = model.getOpset("");
  if (opset == 0 || opset >= kNewestOpset)
    return success();
  Statements statements(model.proto->graph());
  try {
    bool applied = upgrade::applyRules(*model.proto, opset);
    if (!applied && !hasChangedOps(model.proto->graph(), opset)) {
      // The converter copies every schema there is, which takes longer than
      // the rest of a small model's import.
      for (auto &import : *model.proto->mutable_opset_import())
        if (import.domain().empty() || import.domain() == "ai.onnx")
          import.set_version(kNewestOpset);
      return success();
    }
    *model.proto =
        ::onnx::version_conversion::ConvertVersion(*model.proto, kNewestOpset);
    if (applied)
      upgrade::finishRules(*model.proto);
    statements.restore(*model.proto->mutable_graph());
  } catch (const std::exception &e) {
    return model.error() << "cannot be brought from opset " << opset << " to "
                         << kNewestOpset << ": " << getReason(e)
                         << "; export it for a newer opset";
  }
  return success();
}

} // namespace onnxc
