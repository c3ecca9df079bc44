//===- RemoveNodes.cpp - Nodes that the fault does not need ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/Reduce/Reductions.h"
#include "llvm/ADT/STLExtras.h"

namespace onnxc::reduce {

namespace {

using Types = llvm::StringMap<::onnx::TypeProto>;

void rename(::onnx::GraphProto &graph, const std::string &from,
            const std::string &to) {
  for (auto &node : *graph.mutable_node()) {
    for (std::string &input : *node.mutable_input())
      if (input == from)
        input = to;
    for (auto &attribute : *node.mutable_attribute()) {
      if (attribute.has_g())
        rename(*attribute.mutable_g(), from, to);
      for (auto &inner : *attribute.mutable_graphs())
        rename(inner, from, to);
    }
  }
}

bool haveSameType(const Types &types, const std::string &a,
                  const std::string &b) {
  auto left = types.find(a), right = types.find(b);
  return left != types.end() && right != types.end() &&
         left->second.SerializeAsString() == right->second.SerializeAsString();
}

/// Lets others read an input of the node in place of its output, where one has
/// the same type, or else an input of the graph. Outputs of the graph keep
/// their node.
bool bypass(::onnx::GraphProto &graph, int number, const Types &types,
            bool mayUseInputs) {
  ::onnx::NodeProto node = graph.node(number);
  for (const std::string &output : node.output()) {
    if (output.empty())
      continue;
    if (llvm::any_of(graph.output(),
                     [&](const auto &value) { return value.name() == output; }))
      return false;
    const auto same =
        llvm::find_if(node.input(), [&](const std::string &input) {
          return !input.empty() && haveSameType(types, input, output);
        });
    if (same != node.input().end()) {
      rename(graph, output, *same);
      continue;
    }
    auto type = types.find(output);
    if (!mayUseInputs || type == types.end())
      return false;
    ::onnx::ValueInfoProto *input = graph.add_input();
    input->set_name(output);
    *input->mutable_type() = type->second;
  }
  graph.mutable_node()->DeleteSubrange(number, 1);
  return true;
}

/// The same in a sub-graph, whose types nobody infers: each input is tried.
bool bypassInside(Candidate &candidate, int outer, int attribute) {
  auto getBody = [&](const ::onnx::ModelProto &model) -> const auto & {
    return model.graph().node(outer).attribute(attribute).g();
  };
  bool any = false;
  for (int i = getBody(candidate.get()).node_size() - 1; i >= 0; --i) {
    int inputs = getBody(candidate.get()).node(i).input_size();
    for (int k = 0; k < inputs; ++k) {
      bool gone = candidate.attempt([&](::onnx::ModelProto &model) {
        auto &body = *model.mutable_graph()
                          ->mutable_node(outer)
                          ->mutable_attribute(attribute)
                          ->mutable_g();
        ::onnx::NodeProto node = body.node(i);
        if (node.output_size() != 1 || node.input(k).empty())
          return false;
        for (auto &output : *body.mutable_output())
          if (output.name() == node.output(0))
            output.set_name(node.input(k));
        rename(body, node.output(0), node.input(k));
        body.mutable_node()->DeleteSubrange(i, 1);
        return true;
      });
      any |= gone;
      if (gone)
        break;
    }
  }
  return any;
}

} // namespace

bool removeNodes(Candidate &candidate) {
  bool any = false;
  for (int chunk = std::max(1, candidate.graph().node_size() / 2); chunk >= 1;
       chunk /= 2) {
    for (bool mayUseInputs : {false, true}) {
      Types types = inferTypes(candidate.get());
      int end = candidate.graph().node_size();
      while (end > 0) {
        int first = std::max(0, end - chunk);
        bool gone = candidate.attempt([&](::onnx::ModelProto &model) {
          bool some = false;
          for (int i = end - 1; i >= first; --i)
            some |= bypass(*model.mutable_graph(), i, types, mayUseInputs);
          return some;
        });
        any |= gone;
        end = std::min(first, candidate.graph().node_size());
      }
    }
  }
  for (int i = 0; i < candidate.graph().node_size(); ++i)
    for (int k = 0; i < candidate.graph().node_size() &&
                    k < candidate.graph().node(i).attribute_size();
         ++k)
      if (candidate.graph().node(i).attribute(k).has_g())
        any |= bypassInside(candidate, i, k);
  return any;
}

bool takeBranches(Candidate &candidate) {
  bool any = false;
  for (int i = candidate.graph().node_size() - 1; i >= 0; --i)
    for (int branch = 0; branch < 2; ++branch) {
      bool taken = candidate.attempt([&](::onnx::ModelProto &model) {
        auto &graph = *model.mutable_graph();
        ::onnx::NodeProto node = graph.node(i);
        if (node.op_type() != "If" || node.attribute_size() != 2)
          return false;
        ::onnx::GraphProto body = node.attribute(branch).g();
        google::protobuf::RepeatedPtrField<::onnx::NodeProto> nodes;
        for (int k = 0; k < i; ++k)
          *nodes.Add() = graph.node(k);
        for (const auto &inner : body.node())
          *nodes.Add() = inner;
        for (const auto &[to, from] : llvm::zip(node.output(), body.output())) {
          ::onnx::NodeProto *copy = nodes.Add();
          copy->set_op_type("Identity");
          copy->add_input(from.name());
          copy->add_output(to);
        }
        for (int k = i + 1; k < graph.node_size(); ++k)
          *nodes.Add() = graph.node(k);
        graph.mutable_node()->Swap(&nodes);
        for (const auto &tensor : body.initializer())
          *graph.add_initializer() = tensor;
        return true;
      });
      any |= taken;
      if (taken)
        break;
    }
  return any;
}

} // namespace onnxc::reduce
