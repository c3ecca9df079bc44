//===- ZipMaps.cpp - Lists of maps at a model's outputs -------------------===//
//
// skl2onnx ends a classifier, unless told otherwise, in a ZipMap: a list with a
// map from each class to its probability for each row. Maps do not go out of a
// compiled model; the table that they are made of does, with the classes in the
// order of its columns. The user is told so, and the header says it at the
// output.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/Model.h"
#include "mlir/IR/Diagnostics.h"

using namespace mlir;

namespace onnxc {

static constexpr int kMaxKeys = 20;

static const ::onnx::NodeProto *findZipMap(const Model &model,
                                           const std::string &output) {
  for (const auto &node : model.proto->graph().node())
    if (node.op_type() == "ZipMap" && node.domain() == "ai.onnx.ml" &&
        llvm::is_contained(node.output(), output))
      return &node;
  return nullptr;
}

bool isZipMap(const Model &model, const std::string &output) {
  return findZipMap(model, output) != nullptr;
}

/// "0, 1, 2"
static std::string listKeys(const ::onnx::NodeProto &node) {
  std::string keys;
  llvm::raw_string_ostream os(keys);
  int count = 0;
  auto add = [&](const auto &key) {
    if (count < kMaxKeys)
      os << (count ? ", " : "") << key;
    else if (count == kMaxKeys)
      os << ", ...";
    ++count;
  };
  for (const auto &attribute : node.attribute()) {
    for (int64_t key : attribute.ints())
      add(key);
    for (const std::string &key : attribute.strings())
      add(key);
  }
  return keys;
}

void describeZipMaps(Model &model) {
  for (auto &output : *model.proto->mutable_graph()->mutable_output()) {
    const ::onnx::NodeProto *node = findZipMap(model, output.name());
    if (!node)
      continue;
    std::string keys = listKeys(*node);
    emitWarning(model.getLoc(*node))
        << "its list of maps goes out as a table, with a column for each of "
        << keys << "; a model exported with zipmap=False has the table itself";
    std::string &text = *output.mutable_doc_string();
    if (!text.empty())
      text += "; ";
    text += "a column for each of " + keys;
  }
}

} // namespace onnxc
