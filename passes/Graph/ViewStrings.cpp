//===- ViewStrings.cpp - Constant strings are parts of bytes --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/GatherOps.h"
#include "dialects/onnx/GraphBuilder.h"
#include "dialects/onnx/TextOps.h"
#include "passes/Graph/GraphPasses.h"

namespace onnxc {
#define GEN_PASS_DEF_VIEWSTRINGS
#include "passes/Graph/GraphPasses.h.inc"
} // namespace onnxc

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

struct ViewStrings : onnxc::impl::ViewStringsBase<ViewStrings> {
  using ViewStringsBase::ViewStringsBase;

  void runOnOperation() override {
    SmallVector<ConstantOp> constants;
    getOperation().walk([&](ConstantOp op) {
      if (op.getStrings() && !op->use_empty())
        constants.push_back(op);
    });
    for (ConstantOp constant : constants)
      replace(constant);
  }

private:
  static void replace(ConstantOp constant) {
    std::string text;
    SmallVector<int64_t> ends;
    for (StringRef string :
         constant.getStrings()->getAsValueRange<StringAttr>()) {
      text += string;
      ends.push_back(text.size());
    }
    OpBuilder b(constant);
    GraphBuilder g{b, constant.getLoc()};
    Value bytes = buildText(g, text), list = g.ints(ends);
    auto type = cast<RankedTensorType>(constant.getType());
    if (type.getRank() == 1)
      replaceGathers(constant, bytes, list);
    if (!constant->use_empty()) {
      Value strings = ViewTextOp::create(b, g.loc, bytes, list, Value());
      if (type.getRank() != 1)
        strings = g.reshape(strings, type.getShape());
      strings.setType(type);
      constant.getOutput().replaceAllUsesWith(strings);
    }
    constant.erase();
  }

  /// Of a long list a run needs those that are picked.
  static void replaceGathers(ConstantOp constant, Value text, Value ends) {
    for (Operation *user : llvm::make_early_inc_range(constant->getUsers())) {
      auto gather = dyn_cast<GatherOp>(user);
      if (!gather || gather.getData() != constant.getOutput())
        continue;
      OpBuilder b(gather);
      Value picked = ViewTextOp::create(b, gather.getLoc(), text, ends,
                                        gather.getIndices());
      picked.setType(gather.getType());
      gather.replaceAllUsesWith(picked);
      gather.erase();
    }
  }

  /// A row of two bytes at least: a short list, or a single number, would move
  /// into the kernel (OutlineKernels.cpp) and have an address there only while
  /// that runs.
  static Value buildText(GraphBuilder &g, StringRef text) {
    SmallVector<char> bytes(text.begin(), text.end());
    bytes.resize(std::max<size_t>(bytes.size(), 2));
    auto type = RankedTensorType::get(
        {1, int64_t(bytes.size())},
        IntegerType::get(g.b.getContext(), 8, IntegerType::Unsigned));
    return ConstantOp::create(g.b, g.loc,
                              DenseElementsAttr::getFromRawBuffer(type, bytes));
  }
};

} // namespace
