//===- ListRemarks.cpp - What became slower than it could be --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/ModelDiagnostics.h"
#include "compiler/Report/WriteReport.h"

using namespace mlir;

namespace onnxc {

constexpr StringRef kAllocates =
    "the size depends on data: the run asks the allocator for memory";

static Location getLoc(MLIRContext *context, StringRef node, StringRef op) {
  Location loc = UnknownLoc::get(context);
  if (!op.empty())
    loc = NameLoc::get(StringAttr::get(context, op), loc);
  return NameLoc::get(StringAttr::get(context, node), loc);
}

/// The node that computes an output; none for one of a copy.
static StringRef findNode(const PlanFacts &plan, size_t output) {
  for (const TensorFacts &tensor : plan.tensors)
    if (tensor.place == Place{Place::Output, int64_t(output)})
      return tensor.name;
  return {};
}

std::vector<RemarkFacts> listRemarks(const ReportFacts &facts,
                                     const ModelInterface &model,
                                     MLIRContext *context) {
  std::vector<RemarkFacts> remarks = facts.remarks;
  auto add = [&](StringRef topic, StringRef text, StringRef node) {
    const auto *known = facts.nodes.find(node);
    StringRef op = known == facts.nodes.end() ? StringRef() : known->second.op;
    remarks.push_back(
        {topic.str(), text.str(), "main", getLoc(context, node, op)});
  };
  bool hasDevice = facts.plans.size() > 1;
  for (const PlanFacts &plan : facts.plans) {
    for (StringRef nodes : plan.allocating)
      add("allocator", kAllocates, nodes);
    if (plan.part)
      continue;
    for (const auto &[i, output] : llvm::enumerate(model.outputs))
      if (StringRef node = findNode(plan, i);
          !node.empty() && model.dependsOnData(output))
        add("allocator", kAllocates, node);
    if (hasDevice)
      for (const RowFacts &row : plan.rows)
        if (row.kind == RowFacts::Kernel && !row.nodes.empty())
          add("host", "the device cannot take it: the host computes it",
              row.nodes.back());
  }
  // Passes look at kernels in parallel: the order is that of the texts.
  auto getKey = [](const RemarkFacts &remark) {
    return std::tuple(StringRef(remark.topic), describeLocation(remark.loc),
                      StringRef(remark.text), StringRef(remark.function));
  };
  llvm::sort(remarks, [&](const RemarkFacts &a, const RemarkFacts &b) {
    return getKey(a) < getKey(b);
  });
  return remarks;
}

void printRemarks(ArrayRef<RemarkFacts> remarks, llvm::raw_ostream &os) {
  if (remarks.empty())
    os << "remark: nothing was found that became slower than it could be\n";
  for (const RemarkFacts &remark : remarks) {
    os << "remark: " << describeLocation(remark.loc) << remark.text << " ["
       << remark.topic << "]";
    if (remark.count > 1)
      os << " (" << remark.count << " times)";
    os << "\n";
  }
}

} // namespace onnxc
