//===- ModelRunner.cpp - Run a model on host tensors ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/onnxc-run/ModelRunner.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/xxhash.h"
#include <cstring>

using namespace llvm;

namespace onnxc::run {

// All ones are a NaN in every float type but the smallest ones.
static constexpr int kPoisonByte = 0xff;
static constexpr char kGuardByte = 0x5a;
static constexpr size_t kGuardBytes = 64; // HostTensor has them behind its data

std::string statedType(const onnxc_model &model,
                       const onnxc_tensor_info &info) {
  std::string text = onnxc_dtype_name(info.dtype);
  text += " [";
  for (int32_t d = 0; d < info.rank; ++d) {
    int64_t dim = info.dims[d];
    text += d ? ", " : "";
    if (dim >= 0)
      text += std::to_string(dim);
    else if (dim == ONNXC_COMPUTED)
      text += "computed";
    else
      text += model.symbols[-1 - dim].name;
  }
  return text + "]";
}

Expected<std::unique_ptr<ModelRunner>>
ModelRunner::create(const LoadedModel &loaded, int threads) {
  std::unique_ptr<ModelRunner> runner(new ModelRunner(loaded));
  onnxc_use_host_allocator(&runner->context);
  runner->context.weights = loaded.weights;
  if (threads != 1) {
    runner->pool = onnxc_pool_create(threads);
    if (!runner->pool)
      return createStringError("cannot start " + Twine(threads) + " threads");
    onnxc_use_pool(&runner->context, runner->pool);
  }
  if (const onnxc_device_code *device = loaded.model->device) {
    auto open = StringRef(device->interface) == "cuda" ? onnxc_open_cuda
                                                       : onnxc_open_vulkan;
    int32_t status = open(loaded.model, &runner->context);
    if (status != ONNXC_OK) {
      std::string text = onnxc_status_string(status);
      if (const char *name = runner->context.error_name)
        text += std::string(": ") + name;
      return createStringError(text);
    }
  }
  return runner;
}

ModelRunner::~ModelRunner() {
  releaseAllocated();
  onnxc_release_strings(&context);
  onnxc_close_device(&context);
  onnxc_pool_destroy(pool);
}

void ModelRunner::releaseAllocated() {
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (outputMemory[i].data || !outputs[i].data)
      continue;
    context.release(context.allocator, outputs[i].data);
    outputs[i].data = nullptr;
  }
}

int ModelRunner::threads() const {
  return pool ? onnxc_pool_num_threads(pool) : 1;
}

/// Whether the runtime blames an input or output, and not a node.
static bool isTensorName(const onnxc_model &model, const char *name) {
  auto isNamed = [&](const onnxc_tensor_info &info) {
    return info.name == name;
  };
  return llvm::any_of(ArrayRef(model.inputs, model.num_inputs), isNamed) ||
         llvm::any_of(ArrayRef(model.outputs, model.num_outputs), isNamed);
}

/// The free dimensions as this run has them, and what data decided as far as it
/// is blamed: " (height 3, width 5)".
static std::string describeSizes(const onnxc_model &model, StringRef blamed,
                                 ArrayRef<int64_t> symbols) {
  std::string text;
  for (auto [info, size] :
       llvm::zip(ArrayRef(model.symbols, model.num_symbols), symbols)) {
    if (info.from_data && !blamed.contains(info.name))
      continue;
    text += std::string(text.empty() ? " (" : ", ") + info.name + " " +
            std::to_string(size);
  }
  return text.empty() ? text : text + ")";
}

/// Says what was wrong with the tensor or node that is to blame.
Error ModelRunner::describeFailure(int32_t status) const {
  std::string text = onnxc_status_string(status);
  const char *blamed = context.error_name;
  if (!blamed)
    return createStringError(text);
  if (!isTensorName(model(), blamed))
    return createStringError(text + ": " + blamed +
                             describeSizes(model(), blamed, symbols));
  text = std::string("'") + blamed + "': " + text;
  for (int32_t i = 0; i < model().num_inputs; ++i) {
    const onnxc_tensor_info &info = model().inputs[i];
    if (info.name != blamed || i >= static_cast<int32_t>(inputs.size()))
      continue;
    text += std::string(": it is ") + onnxc_dtype_name(inputs[i].dtype) + " " +
            shapeString(ArrayRef(inputs[i].shape, inputs[i].rank)) +
            ", the model takes " + statedType(model(), info);
    for (int32_t d = 0; d < info.rank; ++d) {
      if (info.dims[d] >= 0 || info.dims[d] == ONNXC_COMPUTED)
        continue;
      const onnxc_symbol_info &symbol = model().symbols[-1 - info.dims[d]];
      text += std::string(", ") + symbol.name + " " +
              std::to_string(symbol.min) + ".." +
              (symbol.max < 0 ? "" : std::to_string(symbol.max));
    }
  }
  return createStringError(text);
}

Error ModelRunner::prepare(std::vector<HostTensor> &tensors) {
  releaseAllocated();
  inputs.clear();
  for (HostTensor &tensor : tensors)
    inputs.push_back(tensor.view());
  inputHash = hashInputs();
  symbols.assign(model().num_symbols, 0);
  if (static_cast<int32_t>(inputs.size()) != model().num_inputs)
    return createStringError("the model takes " + Twine(model().num_inputs) +
                             " inputs, " + Twine(inputs.size()) +
                             " were given");
  int32_t status = onnxc_bind_symbols(&model(), &context, inputs.data(),
                                      model().num_inputs, symbols.data());
  if (status != ONNXC_OK)
    return describeFailure(status);

  int64_t need = model().arena_bytes(symbols.data());
  if (need < 0)
    return describeFailure(ONNXC_OVERFLOW);
  arenaNeed = static_cast<size_t>(need);
  if (!arena || arenaNeed > arenaSize) {
    arena.reset(static_cast<char *>(onnxc_aligned_alloc(
        nullptr, arenaNeed + kGuardBytes, ONNXC_ARENA_ALIGNMENT)));
    if (!arena)
      return createStringError("out of memory: the arena takes " +
                               Twine(arenaNeed) + " bytes");
    arenaSize = arenaNeed;
  }
  context.arena = arena.get();
  context.arena_bytes = arenaNeed;

  size_t numDims = 0;
  for (int32_t i = 0; i < model().num_outputs; ++i)
    numDims += model().outputs[i].rank;
  std::vector<int64_t> dims(numDims + 1);
  model().output_shapes(symbols.data(), dims.data());
  outputMemory.clear();
  outputMemory.resize(model().num_outputs);
  outputs.clear();
  const int64_t *next = dims.data();
  for (int32_t i = 0; i < model().num_outputs; ++i) {
    const onnxc_tensor_info &info = model().outputs[i];
    HostTensor &output = outputMemory[i];
    ArrayRef<int64_t> shape(next, info.rank);
    next += info.rank;
    if (info.from_data) {
      output.dtype = info.dtype;
      output.shape = shape.vec();
    } else {
      Expected<HostTensor> created = HostTensor::create(info.dtype, shape);
      if (!created)
        return createStringError(Twine("output '") + info.name +
                                 "': " + toString(created.takeError()));
      output = std::move(*created);
    }
    outputs.push_back(output.view());
  }
  return Error::success();
}

uint64_t ModelRunner::hashInputs() const {
  uint64_t hash = 0;
  auto add = [&](const void *data, size_t bytes) {
    hash = hash * 31 + xxh3_64bits(ArrayRef<uint8_t>(
                           static_cast<const uint8_t *>(data), bytes));
  };
  for (const onnxc_tensor &input : inputs) {
    size_t bytes = onnxc_dtype_size(input.dtype);
    for (int32_t d = 0; d < input.rank; ++d)
      bytes *= input.shape[d];
    add(input.data, bytes);
    if (input.dtype != ONNXC_STRING)
      continue;
    const auto *strings = static_cast<const onnxc_string *>(input.data);
    for (const onnxc_string &string :
         ArrayRef(strings, bytes / sizeof(onnxc_string)))
      add(string.data, string.length);
  }
  return hash;
}

void ModelRunner::poison() {
  std::memset(arena.get(), kPoisonByte, arenaNeed);
  std::memset(arena.get() + arenaNeed, kGuardByte, kGuardBytes);
  for (HostTensor &output : outputMemory) {
    if (!output.data)
      continue;
    std::memset(output.data.get(), kPoisonByte, output.bytes);
    std::memset(output.data.get() + output.bytes, kGuardByte, kGuardBytes);
  }
}

void ModelRunner::setProfiler(onnxc_profile_fn profile, void *profiler) {
  context.profile = profile;
  context.profiler = profiler;
}

void ModelRunner::setObserver(onnxc_observe_fn observe, void *observer) {
  context.observe = observe;
  context.observer = observer;
}

Error ModelRunner::runOnce() {
  releaseAllocated();
  int32_t status =
      onnxc_run(&model(), &context, inputs.data(), model().num_inputs,
                outputs.data(), model().num_outputs, symbols.data());
  return status == ONNXC_OK ? Error::success() : describeFailure(status);
}

static bool isGuard(const char *memory) {
  return llvm::all_of(ArrayRef(memory, kGuardBytes),
                      [](char c) { return c == kGuardByte; });
}

Error ModelRunner::checkGuards() const {
  if (!isGuard(arena.get() + arenaNeed))
    return createStringError("the model wrote behind its arena");
  for (int32_t i = 0; i < model().num_outputs; ++i)
    if (const HostTensor &output = outputMemory[i];
        output.data && !isGuard(output.data.get() + output.bytes))
      return createStringError(Twine("the model wrote behind its output '") +
                               model().outputs[i].name + "'");
  if (hashInputs() != inputHash)
    return createStringError("the model changed an input");
  return Error::success();
}

std::vector<HostTensor> ModelRunner::takeOutputs() {
  for (int32_t i = 0; i < model().num_outputs; ++i) {
    HostTensor &output = outputMemory[i];
    if (!output.data && outputs[i].data) {
      output.data.reset(static_cast<char *>(outputs[i].data));
      output.bytes = output.count() * onnxc_dtype_size(output.dtype);
    }
    // The next run releases what it made.
    if (output.dtype == ONNXC_STRING)
      output.keepStrings();
  }
  outputs.clear();
  return std::move(outputMemory);
}

Expected<std::vector<HostTensor>>
ModelRunner::runChecked(std::vector<HostTensor> &tensors) {
  if (Error error = prepare(tensors))
    return error;
  poison();
  if (Error error = runOnce())
    return error;
  if (Error error = checkGuards())
    return error;
  return takeOutputs();
}

} // namespace onnxc::run
