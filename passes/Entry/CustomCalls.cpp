//===- CustomCalls.cpp - How the entry point calls the application --------===//
//
// The arguments are, as codegen/HeaderFunctions.cpp declares them: the address
// and the sizes of each input, the same of each output, and the attributes.
// What is left out is null. A scalar has no sizes.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Entry/CustomCalls.h"
#include "dialects/onnx/CustomUse.h"

using namespace mlir;
using namespace onnxc;

namespace {

/// Arguments in the making.
class Arguments {
public:
  Arguments(EntryBuilder &entry, GetAddress getAddress)
      : entry(entry), getAddress(getAddress) {}

  SmallVector<Value> values;

  void addInputs(const CustomFunction &function, const onnx::CustomUse &use) {
    for (auto [i, type] : llvm::enumerate(function.inputs))
      addTensor(type, i < use.inputs.size() ? use.inputs[i] : Value());
  }

  void addTensor(Type type, Value value) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    values.push_back(value ? getAddress(value) : entry.getNull());
    if (tensor && tensor.getRank())
      values.push_back(value ? entry.listSizes(*onnx::getDims(value))
                             : entry.getNull());
  }

  void addAttributes(const onnx::CustomUse &use) {
    for (NamedAttribute value : use.values)
      llvm::append_range(values, entry.getAttribute(value.getValue()));
  }

private:
  EntryBuilder &entry;
  GetAddress getAddress;
};

} // namespace

void onnxc::callCustomFunction(EntryBuilder &entry,
                               const CustomFunction &function,
                               onnx::CustomCallOp call, GetAddress getAddress) {
  onnx::CustomUse use(call);
  Arguments arguments(entry, getAddress);
  arguments.addInputs(function, use);
  auto next = call.getOutputs().begin();
  for (auto [i, type] : llvm::enumerate(function.outputs)) {
    bool isGiven = i < use.givenOutputs.size() && use.givenOutputs[i];
    arguments.addTensor(type, isGiven ? Value(*next++) : Value());
  }
  arguments.addAttributes(use);
  entry.callFunction(function.symbol, arguments.values);
}

void onnxc::askForSizes(EntryBuilder &entry, const CustomFunction &function,
                        onnx::CustomSizesOp sizes, GetAddress getAddress) {
  onnx::CustomUse use(sizes);
  Arguments arguments(entry, getAddress);
  arguments.addInputs(function, use);
  struct Asked {
    Value list;
    int64_t number;
  };
  SmallVector<Asked> asked;
  for (auto [i, type] : llvm::enumerate(function.outputs)) {
    if (isa<NoneType>(type))
      continue;
    bool isGiven = i < use.givenOutputs.size() && use.givenOutputs[i];
    auto result = isGiven ? use.infer(sizes.getContext(), i)
                          : llvm::Expected<onnx::CustomResult>(
                                onnx::CustomResult{Type(), onnx::Dims()});
    Value list = entry.getNull();
    if (isGiven && result && result->dims) {
      list = entry.listSizes(*result->dims);
      for (auto [k, size] : llvm::enumerate(*result->dims))
        if (!size)
          asked.push_back({list, int64_t(k)});
    }
    llvm::consumeError(result.takeError());
    arguments.values.push_back(list);
  }
  arguments.addAttributes(use);
  entry.callFunction(function.symbol, arguments.values);
  for (auto [size, result] : llvm::zip(asked, sizes.getSizes()))
    entry.storeSize(size.list, size.number, getAddress(result));
}
