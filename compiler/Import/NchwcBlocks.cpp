//===- NchwcBlocks.cpp - How many channels onnxruntime puts in a block ----===//
//
// The domain com.microsoft.nchwc is of a model that onnxruntime has laid out
// for one machine, with 16 channels a block where it had AVX-512, else 8. The
// file does not say so. Filters that are not a multiple of 16 have blocks of 8,
// and an image of whose channels a whole block of 8 is not used has blocks of
// 16; other models could be either.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/Model.h"
#include "mlir/IR/Diagnostics.h"

using namespace mlir;

namespace onnxc {

namespace {

/// What one model tells of its blocks.
class FindBlock {
public:
  explicit FindBlock(::onnx::GraphProto &graph) {
    for (const auto &tensor : graph.initializer())
      if (tensor.dims_size())
        filters[tensor.name()] = tensor.dims(0);
    for (const auto &node : graph.node())
      visit(node);
  }

  /// 8 or 16; 0 where nothing tells, -1 where both do.
  int64_t get() const {
    if (isOf8 && isOf16)
      return -1;
    return isOf8 ? 8 : isOf16 ? 16 : 0;
  }

private:
  llvm::StringMap<int64_t> filters;
  /// The channels of values in blocks, where they are known.
  llvm::StringMap<int64_t> channels;
  bool isOf8 = false, isOf16 = false;

  void visit(const ::onnx::NodeProto &node) {
    if (!node.input_size() || !node.output_size())
      return;
    bool isNchwc = node.domain() == kNchwcDomain;
    if (isNchwc && node.op_type() == "Conv" && node.input_size() > 1) {
      int64_t count = filters.lookup(node.input(1));
      isOf8 |= count % 16 == 8;
      channels[node.output(0)] = count;
      return;
    }
    int64_t count = channels.lookup(node.input(0));
    if (!count)
      return;
    if (isNchwc && node.op_type() == "ReorderOutput") {
      for (const auto &attribute : node.attribute())
        if (attribute.name() == "channels")
          isOf16 |= count - attribute.i() >= 8;
      return;
    }
    // Others keep the channels of their first operand, but for Concat.
    if (node.op_type() != "Concat")
      channels[node.output(0)] = count;
  }
};

bool usesBlocks(const ::onnx::GraphProto &graph) {
  return llvm::any_of(graph.node(), [](const ::onnx::NodeProto &node) {
    return node.domain() == kNchwcDomain;
  });
}

} // namespace

LogicalResult findNchwcBlocks(Model &model, const ImportOptions &options) {
  ::onnx::GraphProto &graph = *model.proto->mutable_graph();
  if (!usesBlocks(graph))
    return success();
  int64_t found = FindBlock(graph).get(), block = options.nchwcBlock;
  if (found < 0 || (found && block && found != block))
    return model.error() << "its filters contradict blocks of "
                         << (block ? block : 16) << " channels";
  if (found)
    block = found;
  if (!block)
    return model.error()
           << "onnxruntime has laid it out in blocks of channels for one "
              "machine: say --nchwc-block=16 if that has AVX-512, else 8, or "
              "save the model with ORT_ENABLE_EXTENDED";
  for (auto &node : *graph.mutable_node()) {
    if (node.domain() != kNchwcDomain)
      continue;
    ::onnx::AttributeProto &attribute = *node.add_attribute();
    attribute.set_name("block");
    attribute.set_type(::onnx::AttributeProto::INT);
    attribute.set_i(block);
  }
  return success();
}

} // namespace onnxc
