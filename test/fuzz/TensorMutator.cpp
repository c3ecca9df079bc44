//===- TensorMutator.cpp - Random changes of a constant -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "test/fuzz/ModelMutator.h"
#include <limits>

namespace onnxc::fuzz {

int64_t drawNumber(Random &random, int64_t old) {
  constexpr int64_t ends[] = {0,
                              1,
                              2,
                              -1,
                              3,
                              7,
                              13,
                              255,
                              -128,
                              65536,
                              (1ll << 31) - 1,
                              1ll << 31,
                              -(1ll << 31),
                              1ll << 40,
                              1ll << 62,
                              std::numeric_limits<int64_t>::max(),
                              std::numeric_limits<int64_t>::min()};
  // Small ones lead further into the compiler.
  switch (random.below(4)) {
  case 0:
    return random.pick(ends);
  case 1:
    return int64_t(random.below(6));
  case 2:
    return -int64_t(random.below(4));
  default:
    // As unsigned numbers: it may wrap.
    return int64_t(uint64_t(old) + (random.one(2) ? 1 : uint64_t(-1)));
  }
}

static void mutateBytes(std::string &bytes, Random &random) {
  if (bytes.empty()) {
    bytes.assign(random.below(16), char(random.below(256)));
    return;
  }
  size_t at = random.below(bytes.size());
  switch (random.below(4)) {
  case 0:
    bytes.resize(at);
    break;
  case 1:
    bytes.append(bytes.substr(at, 64));
    break;
  case 2:
    bytes[at] = char(random.below(256));
    break;
  default:
    // Whole elements, as sizes are.
    if (bytes.size() >= 8) {
      int64_t number = drawNumber(random, 0);
      at = random.below(bytes.size() / 8) * 8;
      bytes.replace(at, 8, reinterpret_cast<char *>(&number), 8);
    }
  }
}

template <typename List> static void mutateList(List &list, Random &random) {
  if (list.empty() || random.one(8))
    list.Add(decltype(list.Get(0))(drawNumber(random, 0)));
  else if (random.one(8))
    list.RemoveLast();
  else
    *list.Mutable(int(random.below(list.size()))) =
        std::decay_t<decltype(list.Get(0))>(drawNumber(random, 1));
}

static void mutateElements(onnx::TensorProto &tensor, Random &random) {
  switch (random.below(8)) {
  case 0:
    mutateList(*tensor.mutable_int64_data(), random);
    break;
  case 1:
    mutateList(*tensor.mutable_int32_data(), random);
    break;
  case 2:
    tensor.add_float_data(float(drawNumber(random, 0)));
    break;
  case 3:
    tensor.add_string_data(tensor.name());
    break;
  case 4: {
    tensor.set_data_location(onnx::TensorProto::EXTERNAL);
    auto *entry = tensor.add_external_data();
    const char *keys[] = {"location", "offset", "length"};
    entry->set_key(random.pick(keys));
    entry->set_value(entry->key() == "location"
                         ? "data.bin"
                         : std::to_string(drawNumber(random, 0)));
    break;
  }
  default:
    mutateBytes(*tensor.mutable_raw_data(), random);
  }
}

void mutateTensor(onnx::TensorProto &tensor, Random &random) {
  switch (random.below(5)) {
  case 0:
    tensor.set_data_type(int(random.below(28)));
    break;
  case 1:
    mutateList(*tensor.mutable_dims(), random);
    break;
  case 2:
    // The same number of elements.
    if (tensor.dims_size() >= 2)
      tensor.mutable_dims()->SwapElements(0, 1);
    else
      tensor.add_dims(1);
    break;
  default:
    mutateElements(tensor, random);
  }
}

} // namespace onnxc::fuzz
