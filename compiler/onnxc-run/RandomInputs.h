//===- RandomInputs.h - Inputs made up where none are given ---------------===//
//
// They are the same on every host.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_ONNXCRUN_RANDOMINPUTS_H
#define ONNXC_COMPILER_ONNXCRUN_RANDOMINPUTS_H

#include "compiler/onnxc-run/HostTensor.h"
#include "llvm/ADT/StringMap.h"
#include <optional>
#include <random>

namespace onnxc::run {

struct Range {
  double low, high;
};

/// The user's wishes for shapes and values, by name of input or symbol.
struct RandomSettings {
  uint64_t seed = 0;
  llvm::StringMap<Range> ranges;
  llvm::StringMap<std::vector<int64_t>> shapes;
  llvm::StringMap<int64_t> dims;
};

class RandomInputs {
public:
  RandomInputs(const onnxc_model &model, const RandomSettings &settings);

  /// Takes over the sizes of a given input, so that the others fit it.
  void noteShape(const onnxc_tensor_info &info, llvm::ArrayRef<int64_t> shape);
  /// Floats from -1 to 1, integers from 0 to 1, unless a range says otherwise.
  llvm::Expected<HostTensor> make(const onnxc_tensor_info &info);
  /// Names and sizes of the dimensions that nobody gave a value.
  const std::vector<std::pair<std::string, int64_t>> &guessed() const {
    return guesses;
  }

private:
  int64_t sizeOf(int64_t symbol);
  void makeStrings(HostTensor &tensor);

  const onnxc_model &model;
  const RandomSettings &settings;
  std::vector<std::optional<int64_t>> symbols;
  std::vector<std::pair<std::string, int64_t>> guesses;
  std::mt19937_64 generator;
};

} // namespace onnxc::run

#endif
