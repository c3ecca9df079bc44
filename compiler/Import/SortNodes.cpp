//===- SortNodes.cpp - Each node behind those that it uses ----------------===//
//
// Tools that edit models append what they add, and runtimes sort the nodes
// themselves. The steps after this one rely on the order. Nodes keep theirs
// where it allows; those of a cycle stay where they are, and checkStructure
// names them.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/Model.h"
#include "compiler/Import/NodeUses.h"
#include "llvm/ADT/STLExtras.h"
#include <queue>

using namespace mlir;

namespace onnxc {

namespace {

using Nodes = google::protobuf::RepeatedPtrField<::onnx::NodeProto>;

/// Of the nodes that are ready, the first one is taken (Kahn, with a heap).
void sortNodes(Nodes &nodes) {
  llvm::StringMap<int> producers;
  for (auto [i, node] : llvm::enumerate(nodes))
    for (const std::string &output : node.output())
      if (!output.empty())
        producers.try_emplace(output, int(i));
  std::vector<SmallVector<int>> users(nodes.size());
  SmallVector<int> missing(nodes.size(), 0);
  bool isSorted = true;
  for (auto [i, node] : llvm::enumerate(nodes)) {
    llvm::StringSet<> uses;
    collectUses(node, uses);
    for (const auto &use : uses) {
      auto producer = producers.find(use.first());
      if (producer == producers.end())
        continue;
      users[producer->second].push_back(int(i));
      ++missing[i];
      isSorted &= producer->second < int(i);
    }
  }
  if (isSorted)
    return;
  std::priority_queue<int, std::vector<int>, std::greater<>> ready;
  for (auto [i, count] : llvm::enumerate(missing))
    if (count == 0)
      ready.push(int(i));
  SmallVector<int> order;
  while (!ready.empty()) {
    int first = ready.top();
    ready.pop();
    order.push_back(first);
    for (int user : users[first])
      if (--missing[user] == 0)
        ready.push(user);
  }
  for (auto [i, count] : llvm::enumerate(missing))
    if (count > 0)
      order.push_back(int(i));
  Nodes sorted;
  for (int i : order)
    sorted.Add()->Swap(nodes.Mutable(i));
  nodes.Swap(&sorted);
}

template <typename Graph> void sortGraph(Graph &graph) {
  for (auto &node : *graph.mutable_node())
    for (auto &attribute : *node.mutable_attribute()) {
      if (attribute.has_g())
        sortGraph(*attribute.mutable_g());
      for (auto &inner : *attribute.mutable_graphs())
        sortGraph(inner);
    }
  sortNodes(*graph.mutable_node());
}

} // namespace

void sortNodes(Model &model) {
  sortGraph(*model.proto->mutable_graph());
  for (auto &function : *model.proto->mutable_functions())
    sortGraph(function);
}

} // namespace onnxc
