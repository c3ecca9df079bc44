//===- CutGraph.cpp - The part of a graph that has the fault --------------===//
//
// Nodes are in order. A model of the first k of them fails from some k on, and
// one without the first k up to some k: both are found by halving.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/NodeUses.h"
#include "compiler/Import/Reduce/Reductions.h"
#include "llvm/ADT/STLExtras.h"

namespace onnxc::reduce {

namespace {

using Types = llvm::StringMap<::onnx::TypeProto>;

::onnx::ValueInfoProto *addOutput(::onnx::GraphProto &graph,
                                  const std::string &name, const Types &types) {
  ::onnx::ValueInfoProto *output = graph.add_output();
  output->set_name(name);
  if (auto type = types.find(name); type != types.end())
    *output->mutable_type() = type->second;
  return output;
}

/// The names that nodes from `first` on read, and the graph's outputs.
llvm::StringSet<> getReadFrom(const ::onnx::GraphProto &graph, int first) {
  llvm::StringSet<> read;
  for (int i = first; i < graph.node_size(); ++i)
    collectUses(graph.node(i), read);
  for (const auto &output : graph.output())
    read.insert(output.name());
  return read;
}

/// Keeps the first `count` nodes. Outputs need a type, so that those of unknown
/// ones are left out.
bool keepFirst(::onnx::GraphProto &graph, int count, const Types &types) {
  llvm::StringSet<> read = getReadFrom(graph, count);
  llvm::StringSet<> before;
  for (const auto &output : graph.output())
    before.insert(output.name());
  graph.clear_output();
  for (int i = 0; i < count; ++i)
    for (const std::string &name : graph.node(i).output())
      if (!name.empty() && read.contains(name) &&
          (types.contains(name) || before.contains(name)))
        addOutput(graph, name, types);
  graph.mutable_node()->DeleteSubrange(count, graph.node_size() - count);
  return graph.output_size() > 0;
}

/// Drops the first `count` nodes.
bool dropFirst(::onnx::GraphProto &graph, int count, const Types &types) {
  llvm::StringSet<> read = getReadFrom(graph, count);
  for (int i = 0; i < count; ++i)
    for (const std::string &name : graph.node(i).output()) {
      if (name.empty() || !read.contains(name))
        continue;
      auto type = types.find(name);
      if (type == types.end())
        return false;
      ::onnx::ValueInfoProto *input = graph.add_input();
      input->set_name(name);
      *input->mutable_type() = type->second;
    }
  graph.mutable_node()->DeleteSubrange(0, count);
  return true;
}

/// Cuts the graph at a number of nodes, halving where it may be. With
/// `failsWithMore` what fails at a number fails at greater ones, else at
/// smaller ones. False where no cut failed.
bool halve(Candidate &candidate,
           bool (*cut)(::onnx::GraphProto &, int, const Types &),
           bool failsWithMore) {
  ::onnx::ModelProto whole = candidate.get();
  Types types = inferTypes(whole);
  int low = 0, high = whole.graph().node_size();
  bool any = false;
  while (high - low > 1) {
    int middle = (low + high) / 2;
    bool fails = candidate.attempt([&](::onnx::ModelProto &model) {
      model = whole;
      return cut(*model.mutable_graph(), middle, types);
    });
    (fails == failsWithMore ? high : low) = middle;
    any |= fails;
  }
  return any;
}

} // namespace

bool keepFewOutputs(Candidate &candidate) {
  bool any = false;
  auto keepRange = [&](int first, int count) {
    return candidate.attempt([&](::onnx::ModelProto &model) {
      auto &outputs = *model.mutable_graph()->mutable_output();
      outputs.DeleteSubrange(first + count, outputs.size() - first - count);
      outputs.DeleteSubrange(0, first);
      return true;
    });
  };
  // One half or the other, then without each.
  while (candidate.graph().output_size() > 1) {
    int count = candidate.graph().output_size(), half = count / 2;
    if (!keepRange(0, half) && !keepRange(half, count - half))
      break;
    any = true;
  }
  for (int i = candidate.graph().output_size() - 1; i >= 0; --i)
    any |= candidate.graph().output_size() > 1 &&
           candidate.attempt([&](::onnx::ModelProto &model) {
             model.mutable_graph()->mutable_output()->DeleteSubrange(i, 1);
             return true;
           });
  return any;
}

bool cutBehind(Candidate &candidate) {
  return halve(candidate, keepFirst, /*failsWithMore=*/true);
}

bool cutInFront(Candidate &candidate) {
  return halve(candidate, dropFirst, /*failsWithMore=*/false);
}

} // namespace onnxc::reduce
