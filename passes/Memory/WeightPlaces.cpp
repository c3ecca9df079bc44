//===- WeightPlaces.cpp - Where each constant is among the weights --------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Memory/WeightPlaces.h"
#include "dialects/onnx/ElementTypes.h"
#include "dialects/plan/Plan.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "targets/RuntimeABI.h"

using namespace mlir;
using namespace onnxc;

/// The bytes of a constant where they are at hand, and the size of an element.
static std::optional<std::pair<int64_t, StringRef>>
getBytesOf(ElementsAttr value) {
  int64_t size = onnx::getStorageBytes(value.getElementType());
  ArrayRef<char> data;
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(value)) {
    if (AsmResourceBlob *blob = resource.getRawHandle().getBlob())
      data = blob->getData();
  } else if (auto dense = dyn_cast<DenseElementsAttr>(value)) {
    if (!dense.isSplat())
      data = dense.getRawData();
  }
  if (data.empty() || int64_t(data.size()) != size * value.getNumElements())
    return std::nullopt;
  return std::pair(size, StringRef(data.data(), data.size()));
}

void WeightPlaces::add(ElementsAttr value, int64_t at) {
  offsets.insert({value, at});
  if (auto bytes = getBytesOf(value))
    known.insert({*bytes, at});
  end = llvm::alignTo(at + value.getNumElements() *
                               onnx::getStorageBytes(value.getElementType()),
                      abi::kArenaAlignment);
}

void WeightPlaces::begin(ArrayAttr list) {
  for (auto weight : list.getAsRange<plan::WeightAttr>())
    add(weight.getValue(), weight.getOffset());
}

int64_t WeightPlaces::place(ElementsAttr value) {
  if (auto *it = offsets.find(value); it != offsets.end())
    return it->second;
  if (auto bytes = getBytesOf(value))
    if (auto it = known.find(*bytes); it != known.end())
      return it->second;
  int64_t at = end;
  add(value, at);
  return at;
}

ArrayAttr WeightPlaces::getList(MLIRContext *context) const {
  SmallVector<Attribute> list;
  for (auto [value, offset] : offsets)
    list.push_back(
        plan::WeightAttr::get(context, offset, cast<ElementsAttr>(value)));
  return ArrayAttr::get(context, list);
}
