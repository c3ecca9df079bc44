//===- CustomMutator.cpp - What a fuzzer calls to change a model ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "test/fuzz/ModelMutator.h"
#include <cstring>
#include <google/protobuf/stubs/logging.h>

using namespace onnxc::fuzz;

extern "C" size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);

static bool parse(const uint8_t *data, size_t size, onnx::ModelProto &model) {
  google::protobuf::LogSilencer silence;
  return model.ParseFromArray(data, int(size)) && model.has_graph();
}

/// The new size; 0 where it does not fit.
static size_t write(const onnx::ModelProto &model, uint8_t *data, size_t most) {
  size_t size = model.ByteSizeLong();
  if (size > most || !model.SerializeToArray(data, int(size)))
    return 0;
  return size;
}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size,
                                          size_t most, unsigned seed) {
  Random random(seed);
  onnx::ModelProto model;
  // Now and then the bytes of the file, of which nothing need be a model.
  if (random.one(12) || !parse(data, size, model))
    return LLVMFuzzerMutate(data, size, most);
  for (size_t i = 0, count = 1 + random.below(4); i < count; ++i)
    mutateModel(model, random);
  if (size_t written = write(model, data, most))
    return written;
  return LLVMFuzzerMutate(data, size, most);
}

extern "C" size_t LLVMFuzzerCustomCrossOver(const uint8_t *first,
                                            size_t firstSize,
                                            const uint8_t *second,
                                            size_t secondSize, uint8_t *result,
                                            size_t most, unsigned seed) {
  Random random(seed);
  onnx::ModelProto model, other;
  if (!parse(first, firstSize, model) || !parse(second, secondSize, other))
    return 0;
  crossModels(model, other, random);
  return write(model, result, most);
}
