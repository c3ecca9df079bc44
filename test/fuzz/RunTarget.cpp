//===- RunTarget.cpp - Fuzzes what onnxc_run checks -----------------------===//
//
// The bytes decide what a caller hands to a compiled model: numbers of the
// interface, types, ranks, shapes, buffers that are there or not, an arena, an
// allocator that fails. Buffers are as large as their descriptors say, which no
// run can check; all else may be wrong. What comes back is a status. After a
// failure nothing is left to release, and nothing beside a buffer is written.
//
//     ONNXC_FUZZ_MODEL=model.so onnxc-fuzz-run
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <memory>
#include <onnxc/runtime.h>
#include <string>
#include <vector>

namespace {

[[noreturn]] void fail(const std::string &what) {
  fprintf(stderr, "fuzzing: %s\n", what.c_str());
  abort();
}

/// The bytes as decisions; zeros when they have ended.
class Decisions {
public:
  Decisions(const uint8_t *data, size_t size) : at(data), end(data + size) {}

  unsigned below(unsigned most) { return next() % most; }
  /// Mostly not: a call with all wrong is refused at once.
  bool rarely() { return next() > 240; }
  int64_t number() {
    static const int64_t ends[] = {
        -1,        INT64_MIN, INT64_MAX, INT64_MAX / 8, 1ll << 31, 100, 17,
        1ll << 40, -2,        0};
    unsigned which = next();
    return which < 200 ? which % 6 : ends[which % std::size(ends)];
  }

private:
  unsigned next() { return at == end ? 0 : *at++; }
  const uint8_t *at, *end;
};

/// Memory between guards that are looked at.
class Buffer {
public:
  explicit Buffer(size_t bytes) : bytes(bytes) {
    memory = static_cast<uint8_t *>(
        onnxc_aligned_alloc(nullptr, bytes + 2 * kGuard, kGuard));
    if (!memory)
      fail("out of memory");
    memset(memory, 0xa5, bytes + 2 * kGuard);
  }
  Buffer(Buffer &&other) noexcept : bytes(other.bytes), memory(other.memory) {
    other.memory = nullptr;
  }
  Buffer(const Buffer &) = delete;
  Buffer &operator=(const Buffer &) = delete;
  Buffer &operator=(Buffer &&) = delete;
  ~Buffer() {
    if (!memory)
      return;
    for (size_t i = 0; i < kGuard; ++i)
      if (memory[i] != 0xa5 || memory[kGuard + bytes + i] != 0xa5)
        fail("something beside a buffer is written");
    onnxc_aligned_free(nullptr, memory);
  }
  void *data() const { return memory + kGuard; }

private:
  static constexpr size_t kGuard = 64;
  size_t bytes;
  uint8_t *memory;
};

/// Counts what is not released, and fails when it is told to.
struct Allocator {
  int live = 0;
  int left = 0;

  static void *allocate(void *self, size_t bytes, size_t alignment) {
    auto *allocator = static_cast<Allocator *>(self);
    if (allocator->left-- <= 0 || bytes > (1u << 26))
      return nullptr;
    void *memory = onnxc_aligned_alloc(nullptr, bytes, alignment);
    allocator->live += memory != nullptr;
    return memory;
  }
  static void release(void *self, void *memory) {
    --static_cast<Allocator *>(self)->live;
    onnxc_aligned_free(nullptr, memory);
  }
};

constexpr size_t kMostBytes = 1 << 20;

/// The bytes that a shape asks for; more than there are for one that nothing
/// can have.
size_t countBytes(const int64_t *dims, int32_t rank, int32_t dtype) {
  size_t bytes = onnxc_dtype_size(dtype);
  for (int32_t i = 0; i < rank; ++i) {
    if (dims[i] < 0 || (dims[i] && bytes > kMostBytes / size_t(dims[i])))
      return kMostBytes + 1;
    bytes *= size_t(dims[i]);
  }
  return bytes;
}

const onnxc_model &getModel() {
  static const onnxc_model *model = [] {
    const char *path = getenv("ONNXC_FUZZ_MODEL");
    void *library = path ? dlopen(path, RTLD_NOW) : nullptr;
    auto *models = library ? static_cast<const onnxc_model *const *>(
                                 dlsym(library, ONNXC_MODELS_SYMBOL))
                           : nullptr;
    if (!models)
      fail("ONNXC_FUZZ_MODEL has to name a compiled model");
    return models[0];
  }();
  return *model;
}

/// One call.
class Call {
public:
  Call(const uint8_t *data, size_t size) : decide(data, size) {}

  void run() {
    drawModel();
    drawInputs();
    size_t count = size_t(model.num_symbols);
    Buffer symbols(count * sizeof(int64_t));
    drawContext(static_cast<int64_t *>(symbols.data()));
    int32_t numInputs =
        decide.rarely() ? int32_t(decide.number()) : int32_t(inputs.size());
    int32_t numOutputs =
        decide.rarely() ? int32_t(decide.number()) : int32_t(outputs.size());
    std::vector<onnxc_tensor> before = outputs;
    int32_t status =
        onnxc_run(&model, &context, inputs.data(), numInputs, outputs.data(),
                  numOutputs, static_cast<int64_t *>(symbols.data()));
    check(status, before);
  }

private:
  void drawModel() {
    if (decide.rarely())
      model.abi_version = uint32_t(decide.number());
    // Features that no CPU has.
    if (decide.rarely())
      model.cpu_features |= 1ull << 63;
  }

  /// `rank` sizes, or none.
  int64_t *drawShape(const onnxc_tensor_info &info, int32_t rank) {
    if (decide.rarely())
      return nullptr;
    size_t count = rank < 0 || rank > 64 ? 0 : size_t(rank);
    buffers.emplace_back(count * sizeof(int64_t));
    auto *shape = static_cast<int64_t *>(buffers.back().data());
    for (size_t i = 0; i < count; ++i) {
      bool isStated = i < size_t(info.rank) && info.dims[i] >= 0;
      // One symbol has one value, mostly.
      if (isStated && !decide.rarely())
        shape[i] = info.dims[i];
      else if (i < size_t(info.rank) && !decide.rarely())
        shape[i] = int64_t(1 + info.dims[i] % 3 + size) % 7;
      else
        shape[i] = decide.number();
    }
    return shape;
  }

  void drawInputs() {
    size = decide.below(5) + 1;
    for (int32_t i = 0; i < model.num_inputs; ++i) {
      const onnxc_tensor_info &info = model.inputs[i];
      onnxc_tensor tensor = {nullptr, nullptr, info.rank, info.dtype};
      if (decide.rarely())
        tensor.dtype = int32_t(decide.number());
      if (decide.rarely())
        tensor.rank = int32_t(decide.number());
      tensor.shape = drawShape(info, tensor.rank);
      size_t bytes = tensor.shape && tensor.rank >= 0 && tensor.rank <= 64
                         ? countBytes(tensor.shape, tensor.rank, tensor.dtype)
                         : 0;
      // What is too large to be there is not.
      if (bytes <= kMostBytes && !decide.rarely()) {
        buffers.emplace_back(bytes);
        tensor.data = buffers.back().data();
        fill(tensor, bytes);
      }
      inputs.push_back(tensor);
    }
  }

  void fill(const onnxc_tensor &tensor, size_t bytes) {
    auto *data = static_cast<uint8_t *>(tensor.data);
    if (tensor.dtype == ONNXC_INT64) {
      for (size_t i = 0; i + 8 <= bytes; i += 8) {
        int64_t number = decide.number();
        memcpy(data + i, &number, 8);
      }
      return;
    }
    for (size_t i = 0; i < bytes; ++i)
      data[i] = tensor.dtype == ONNXC_BOOL ? decide.below(2)
                                           : uint8_t(decide.below(256));
  }

  /// The arena and the outputs, as a caller finds their sizes.
  void drawContext(int64_t *symbols) {
    allocator.left = decide.rarely() ? int(decide.below(3)) : 1000;
    if (!decide.rarely()) {
      context.allocator = &allocator;
      context.allocate = Allocator::allocate;
      context.release = decide.rarely() ? nullptr : Allocator::release;
    }
    size_t numDims = 1;
    for (int32_t i = 0; i < model.num_outputs; ++i)
      numDims += size_t(model.outputs[i].rank);
    std::vector<int64_t> dims(numDims, -1);
    if (isBound(symbols)) {
      int64_t need = model.arena_bytes(symbols);
      if (need >= 0 && need <= int64_t(kMostBytes) && !decide.rarely()) {
        size_t less = decide.rarely() && need ? 1 : 0;
        context.arena_bytes = size_t(need) - less;
        buffers.emplace_back(context.arena_bytes + 1);
        context.arena = static_cast<uint8_t *>(buffers.back().data()) +
                        (decide.rarely() ? 1 : 0);
      }
      model.output_shapes(symbols, dims.data());
    }
    const int64_t *next = dims.data();
    for (int32_t i = 0; i < model.num_outputs; ++i) {
      drawOutput(model.outputs[i], next);
      next += model.outputs[i].rank;
    }
  }

  bool isBound(int64_t *symbols) {
    // What the check dislikes is the run's to say.
    return onnxc_check_model(&model) == ONNXC_OK &&
           onnxc_bind_symbols(&model, nullptr, inputs.data(),
                              int32_t(inputs.size()), symbols) == ONNXC_OK;
  }

  void drawOutput(const onnxc_tensor_info &info, const int64_t *dims) {
    onnxc_tensor tensor = {nullptr, nullptr, info.rank, info.dtype};
    if (decide.rarely())
      tensor.dtype = int32_t(decide.number());
    if (decide.rarely())
      tensor.rank = int32_t(decide.number());
    if (!decide.rarely()) {
      buffers.emplace_back(size_t(info.rank) * sizeof(int64_t));
      tensor.shape = static_cast<int64_t *>(buffers.back().data());
    }
    size_t bytes = countBytes(dims, info.rank, info.dtype);
    if (!info.from_data && bytes <= kMostBytes && !decide.rarely()) {
      buffers.emplace_back(bytes);
      tensor.data = buffers.back().data();
    }
    outputs.push_back(tensor);
  }

  void check(int32_t status, const std::vector<onnxc_tensor> &before) {
    if (status < ONNXC_OK || status > ONNXC_DEVICE_ERROR)
      fail("the status " + std::to_string(status) + " is none");
    int taken = 0;
    for (size_t i = 0; i < outputs.size(); ++i) {
      if (status != ONNXC_OK) {
        if (outputs[i].data != before[i].data)
          fail("a failed run has changed an output");
        continue;
      }
      for (int32_t d = 0; d < outputs[i].rank; ++d)
        if (outputs[i].shape[d] < 0)
          fail("a size is negative");
      if (!before[i].data && outputs[i].data) {
        ++taken;
        onnxc_aligned_free(nullptr, outputs[i].data);
      }
    }
    if (context.release && allocator.live != taken)
      fail("memory is not released: " + std::to_string(allocator.live));
  }

  Decisions decide;
  onnxc_model model = getModel();
  onnxc_context context = {};
  Allocator allocator;
  unsigned size = 1;
  std::vector<Buffer> buffers;
  std::vector<onnxc_tensor> inputs, outputs;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  Call(data, size).run();
  return 0;
}
