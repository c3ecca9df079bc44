//===- ModelLibrary.cpp - A shared library with compiled models in it -----===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/onnxc-run/ModelLibrary.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/Path.h"
#include <dlfcn.h>

using namespace llvm;

namespace onnxc::run {

std::string cpuFeatureString(uint64_t features) {
  static const char *const names[] = {
      "sse4.2",     "avx",         "avx2",         "fma",
      "f16c",       "bmi2",        "avx512f",      "avx512bw",
      "avx512vl",   "avx512dq",    "avx512vnni",   "avxvnni",
      "avx512bf16", "avx512fp16",  "popcnt",       "lzcnt",
      "bmi",        "movbe",       "avx512cd",     "avx512ifma",
      "avx512vbmi", "avx512vbmi2", "avx512bitalg", "avx512vpopcntdq",
      "gfni",       "sse3",        "ssse3",        "sse4.1",
      "sse4a",      "xop",         "fma4",         "tbm",
      "avxifma",    "avxvnniint8", "avxvnniint16", "avxneconvert"};
  std::string text;
  for (unsigned bit = 0; bit < 64; ++bit) {
    if (!(features >> bit & 1))
      continue;
    text += text.empty() ? "" : " ";
    text += bit < std::size(names) ? names[bit] : "bit" + std::to_string(bit);
  }
  return text;
}

static Expected<const onnxc_model *> findModel(void *library, StringRef path,
                                               StringRef symbol) {
  if (!symbol.empty()) {
    // The C prefix is accepted for the descriptor's name.
    for (const std::string &name : {symbol.str(), symbol.str() + "_model"})
      if (void *found = dlsym(library, name.c_str()))
        return static_cast<const onnxc_model *>(found);
    return createStringError(path + ": no symbol '" + symbol + "'");
  }
  auto *models = static_cast<const onnxc_model *const *>(
      dlsym(library, ONNXC_MODELS_SYMBOL));
  if (!models || !*models)
    return createStringError(
        path + ": not a compiled model: it has no '" ONNXC_MODELS_SYMBOL
               "' (compile with --emit=shared, or name the descriptor with "
               "--symbol)");
  if (!models[1])
    return models[0];
  std::string names;
  for (; *models; ++models)
    if ((*models)->abi_version == ONNXC_ABI_VERSION)
      names += std::string(" ") + (*models)->name;
  return createStringError(path +
                           ": has several models, choose one with "
                           "--symbol:" +
                           names);
}

static Error mapWeights(LoadedModel &loaded, StringRef libraryPath,
                        StringRef weightsPath) {
  const onnxc_model &model = *loaded.model;
  if (model.weights || !model.weights_bytes)
    return Error::success();
  SmallString<128> path(weightsPath);
  if (path.empty()) {
    if (!model.weights_file)
      return createStringError(
          "the model's weights are not in it: give the file with --weights");
    path = sys::path::parent_path(libraryPath);
    sys::path::append(path, model.weights_file);
  }
  loaded.weights = onnxc_map_weights(path.c_str(), model.weights_bytes);
  if (!loaded.weights)
    return createStringError(path + ": not a readable weights file of " +
                             Twine(model.weights_bytes) + " bytes");
  return Error::success();
}

Expected<LoadedModel> loadModel(StringRef path, StringRef symbol,
                                StringRef weightsPath) {
  // Without a slash dlopen would search the system's folders.
  std::string file = path.contains('/') ? path.str() : "./" + path.str();
  void *library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library)
    return createStringError("cannot load: " + Twine(dlerror()));
  auto model = findModel(library, path, symbol);
  if (!model)
    return model.takeError();
  LoadedModel loaded;
  loaded.model = *model;
  int32_t status = onnxc_check_model(loaded.model);
  if (status == ONNXC_BAD_ABI)
    return createStringError(path + ": " + onnxc_status_string(status) +
                             " (it has " + Twine(loaded.model->abi_version) +
                             ", this program has " + Twine(ONNXC_ABI_VERSION) +
                             ")");
  if (status == ONNXC_BAD_CPU)
    return createStringError(
        path + ": " + onnxc_status_string(status) + ": " +
        cpuFeatureString(loaded.model->cpu_features & ~onnxc_cpu_features()));
  if (Error error = mapWeights(loaded, path, weightsPath))
    return error;
  return loaded;
}

} // namespace onnxc::run
