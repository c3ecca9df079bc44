//===- RandomInputs.cpp - Inputs made up where none are given -------------===//
//
// The standard's distributions differ between libraries, its generator does
// not: only that is used.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/onnxc-run/RandomInputs.h"
#include "compiler/onnxc-run/Elements.h"
#include <algorithm>
#include <cmath>

using namespace llvm;

namespace onnxc::run {

RandomInputs::RandomInputs(const onnxc_model &model,
                           const RandomSettings &settings)
    : model(model), settings(settings), symbols(model.num_symbols),
      generator(settings.seed) {
  for (int32_t k = 0; k < model.num_symbols; ++k)
    if (auto it = settings.dims.find(model.symbols[k].name);
        it != settings.dims.end())
      symbols[k] = it->second;
  for (int32_t i = 0; i < model.num_inputs; ++i)
    if (auto it = settings.shapes.find(model.inputs[i].name);
        it != settings.shapes.end())
      noteShape(model.inputs[i], it->second);
}

void RandomInputs::noteShape(const onnxc_tensor_info &info,
                             ArrayRef<int64_t> shape) {
  for (int32_t d = 0; d < info.rank && d < int32_t(shape.size()); ++d)
    if (info.dims[d] < 0 && info.dims[d] >= -model.num_symbols)
      symbols[-1 - info.dims[d]] = shape[d];
}

int64_t RandomInputs::sizeOf(int64_t symbol) {
  if (!symbols[symbol]) {
    symbols[symbol] = std::max<int64_t>(model.symbols[symbol].min, 1);
    guesses.emplace_back(model.symbols[symbol].name, *symbols[symbol]);
  }
  return *symbols[symbol];
}

/// Up to eight small letters each.
void RandomInputs::makeStrings(HostTensor &tensor) {
  std::vector<std::string> strings(tensor.count());
  for (std::string &string : strings) {
    string.resize((generator() >> 32) % 9);
    for (char &letter : string)
      letter = char('a' + (generator() >> 32) % 26);
  }
  tensor.setStrings(strings);
}

Expected<HostTensor> RandomInputs::make(const onnxc_tensor_info &info) {
  std::vector<int64_t> shape;
  if (auto it = settings.shapes.find(info.name); it != settings.shapes.end())
    shape = it->second;
  else
    for (int64_t dim : ArrayRef(info.dims, info.rank)) {
      if (dim == ONNXC_COMPUTED)
        return createStringError(Twine("input '") + info.name +
                                 "': give its shape with --shape");
      shape.push_back(dim >= 0 ? dim : sizeOf(-1 - dim));
    }
  Expected<HostTensor> tensor = HostTensor::create(info.dtype, shape);
  if (!tensor)
    return createStringError(Twine("input '") + info.name +
                             "': " + toString(tensor.takeError()));

  if (info.dtype == ONNXC_STRING) {
    makeStrings(*tensor);
    return tensor;
  }
  bool isReal = isFloat(info.dtype) || isComplex(info.dtype);
  Range range = isReal ? Range{-1, 1} : Range{0, 1};
  if (auto it = settings.ranges.find(info.name); it != settings.ranges.end())
    range = it->second;
  int64_t count = tensor->count();
  for (int64_t i = 0; i < count; ++i) {
    // 53 random bits: from 0 to just below 1.
    double unit = static_cast<double>(generator() >> 11) * 0x1p-53;
    double value = range.low + unit * (range.high - range.low);
    if (!isReal)
      value =
          std::min(range.high,
                   std::floor(range.low + unit * (range.high - range.low + 1)));
    storeElement(*tensor, i, value);
  }
  return tensor;
}

} // namespace onnxc::run
