//===- ShrinkSizes.cpp - Smaller tensors ----------------------------------===//
//
// A size stands in many places at once: in inputs, in weights, in lists of
// integers that a Reshape reads, in attributes. All places that have the same
// number are taken to mean the same, or all but those in attributes and lists.
// Weights keep the first of their elements in each dimension.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/Model.h"
#include "compiler/Import/Reduce/Reductions.h"
#include "llvm/ADT/STLExtras.h"
#include <set>

namespace onnxc::reduce {

namespace {

constexpr int kListLength = 64;

/// The elements of a tensor of `count` that are in one of `dims` with `from` in
/// place of `to`, in order, are handed to `keep` by their numbers.
void visitKept(llvm::ArrayRef<int64_t> dims, int64_t from, int64_t to,
               llvm::function_ref<void(int64_t)> keep) {
  int64_t count = 1;
  for (int64_t dim : dims)
    count *= dim;
  for (int64_t i = 0; i < count; ++i) {
    int64_t rest = i;
    bool inside = true;
    for (int64_t dim : llvm::reverse(dims)) {
      inside &= dim != from || rest % dim < to;
      rest /= dim;
    }
    if (inside)
      keep(i);
  }
}

template <typename Field>
void keepElements(Field &field, llvm::ArrayRef<int64_t> kept) {
  if (field.empty())
    return;
  Field result;
  for (int64_t i : kept)
    if (i < field.size())
      result.Add(field.Get(int(i)));
  field.Swap(&result);
}

void shrinkTensor(::onnx::TensorProto &tensor, int64_t from, int64_t to,
                  bool inLists) {
  llvm::SmallVector<int64_t> dims(tensor.dims().begin(), tensor.dims().end());
  bool isList =
      tensor.data_type() == ::onnx::TensorProto::INT64 && dims.size() <= 1;
  if (isList && inLists && (dims.empty() || dims[0] <= kListLength)) {
    for (int i = 0; i < tensor.int64_data_size(); ++i)
      if (tensor.int64_data(i) == from)
        tensor.set_int64_data(i, to);
    std::string &raw = *tensor.mutable_raw_data();
    for (size_t at = 0; at + 8 <= raw.size(); at += 8) {
      int64_t element;
      std::memcpy(&element, &raw[at], 8);
      if (element == from)
        std::memcpy(&raw[at], &to, 8);
    }
    if (raw.empty())
      tensor.clear_raw_data();
  }
  // Those that share a byte are left alone.
  size_t bytes = getBitWidth(tensor.data_type()) / 8;
  if (!llvm::is_contained(dims, from) || bytes == 0)
    return;
  llvm::SmallVector<int64_t> kept;
  visitKept(dims, from, to, [&](int64_t i) { kept.push_back(i); });
  if (tensor.has_raw_data()) {
    std::string result;
    for (int64_t i : kept)
      result.append(tensor.raw_data(), i * bytes, bytes);
    tensor.set_raw_data(result);
  }
  keepElements(*tensor.mutable_float_data(), kept);
  keepElements(*tensor.mutable_double_data(), kept);
  keepElements(*tensor.mutable_int32_data(), kept);
  keepElements(*tensor.mutable_int64_data(), kept);
  keepElements(*tensor.mutable_uint64_data(), kept);
  for (int i = 0; i < tensor.dims_size(); ++i)
    if (tensor.dims(i) == from)
      tensor.set_dims(i, to);
}

bool replaceSize(::onnx::ModelProto &model, int64_t from, int64_t to,
                 bool inLists) {
  ::onnx::GraphProto &graph = *model.mutable_graph();
  for (auto *values : {graph.mutable_input(), graph.mutable_output(),
                       graph.mutable_value_info()})
    for (auto &value : *values)
      if (value.type().has_tensor_type())
        for (auto &dim : *value.mutable_type()
                              ->mutable_tensor_type()
                              ->mutable_shape()
                              ->mutable_dim())
          if (dim.has_dim_value() && dim.dim_value() == from)
            dim.set_dim_value(to);
  for (auto &tensor : *graph.mutable_initializer())
    shrinkTensor(tensor, from, to, inLists);
  for (auto &node : *graph.mutable_node())
    for (auto &attribute : *node.mutable_attribute()) {
      if (attribute.has_t())
        shrinkTensor(*attribute.mutable_t(), from, to, inLists);
      if (!inLists)
        continue;
      if (attribute.has_i() && attribute.i() == from)
        attribute.set_i(to);
      for (int64_t &element : *attribute.mutable_ints())
        if (element == from)
          element = to;
    }
  return true;
}

} // namespace

bool shrinkSizes(Candidate &candidate) {
  std::set<int64_t, std::greater<>> sizes;
  for (const auto &input : candidate.graph().input())
    for (const auto &dim : input.type().tensor_type().shape().dim())
      sizes.insert(dim.dim_value());
  for (const auto &tensor : candidate.graph().initializer())
    sizes.insert(tensor.dims().begin(), tensor.dims().end());
  bool any = false;
  for (int64_t size : sizes) {
    // Each success leaves a smaller number to go on from.
    for (int64_t from = size; from > 1;) {
      int64_t smaller = 0;
      for (int64_t to : {int64_t(1), int64_t(2), from / 2, from - 1})
        for (bool inLists : {true, false})
          if (smaller == 0 && to < from &&
              candidate.attempt([&](::onnx::ModelProto &model) {
                return replaceSize(model, from, to, inLists);
              }))
            smaller = to;
      if (smaller == 0)
        break;
      any = true;
      from = smaller;
    }
  }
  return any;
}

} // namespace onnxc::reduce
