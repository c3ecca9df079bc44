//===- Describe.cpp - Print a model's descriptor --------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/onnxc-run/Describe.h"
#include "compiler/onnxc-run/ModelLibrary.h"
#include "compiler/onnxc-run/ModelRunner.h"
#include "llvm/Support/JSON.h"

using namespace llvm;

namespace onnxc::run {

static StringRef partName(int32_t part) {
  switch (onnxc_part(part)) {
  case ONNXC_WHOLE:
    return "whole";
  case ONNXC_SEQUENCE_VALUES:
    return "sequence values";
  case ONNXC_OPTIONAL_VALUES:
    return "optional values";
  case ONNXC_SHAPES:
    return "shapes";
  case ONNXC_PRESENT:
    return "present";
  case ONNXC_MAP_KEYS:
    return "map keys";
  case ONNXC_MAP_VALUES:
    return "map values";
  }
  return "unknown";
}

static json::Array tensorsJson(const onnxc_model &model,
                               const onnxc_tensor_info *infos, int32_t count) {
  json::Array tensors;
  for (const onnxc_tensor_info &info : ArrayRef(infos, count)) {
    json::Array dims;
    for (int64_t dim : ArrayRef(info.dims, info.rank)) {
      if (dim >= 0)
        dims.push_back(dim);
      else if (dim == ONNXC_COMPUTED)
        dims.push_back(nullptr);
      else
        dims.push_back(model.symbols[-1 - dim].name);
    }
    json::Object tensor{{"name", info.name},
                        {"type", onnxc_dtype_name(info.dtype)},
                        {"shape", std::move(dims)}};
    if (info.doc)
      tensor["doc"] = info.doc;
    if (info.from_data)
      tensor["from_data"] = true;
    if (info.part != ONNXC_WHOLE)
      tensor["part"] = partName(info.part);
    tensors.push_back(std::move(tensor));
  }
  return tensors;
}

static void describeJson(const onnxc_model &model, raw_ostream &os) {
  json::Array symbols;
  for (const onnxc_symbol_info &symbol :
       ArrayRef(model.symbols, model.num_symbols))
    symbols.push_back(json::Object{
        {"name", symbol.name},
        {"min", symbol.min},
        {"max", symbol.max < 0 ? json::Value(nullptr) : symbol.max},
        {"from_data", symbol.from_data != 0}});
  json::Object metadata;
  for (const onnxc_metadata &entry :
       ArrayRef(model.metadata, model.num_metadata))
    metadata[entry.key] = entry.value;
  auto orNull = [](const char *text) {
    return text ? json::Value(text) : json::Value(nullptr);
  };
  json::Object object{
      {"name", orNull(model.name)},
      {"producer", orNull(model.producer)},
      {"doc", orNull(model.doc)},
      {"target", orNull(model.target)},
      {"cpu_features", cpuFeatureString(model.cpu_features)},
      {"abi_version", static_cast<int64_t>(model.abi_version)},
      {"weights_bytes", static_cast<int64_t>(model.weights_bytes)},
      {"weights_file", orNull(model.weights_file)},
      {"inputs", tensorsJson(model, model.inputs, model.num_inputs)},
      {"outputs", tensorsJson(model, model.outputs, model.num_outputs)},
      {"symbols", std::move(symbols)},
      {"metadata", std::move(metadata)}};
  os << formatv("{0:2}", json::Value(std::move(object))) << "\n";
}

static void printTensors(const char *what, const onnxc_model &model,
                         const onnxc_tensor_info *infos, int32_t count,
                         raw_ostream &os) {
  for (const onnxc_tensor_info &info : ArrayRef(infos, count)) {
    os << what << info.name << ": " << statedType(model, info);
    if (info.doc && *info.doc)
      os << "  " << info.doc;
    os << "\n";
  }
}

void describeModel(const onnxc_model &model, bool asJson, raw_ostream &os) {
  if (asJson)
    return describeJson(model, os);
  auto line = [&](const char *label, const char *text) {
    if (text && *text)
      os << label << text << "\n";
  };
  line("model     ", model.name);
  line("producer  ", model.producer);
  line("about     ", model.doc);
  line("target    ", model.target);
  line("needs     ", cpuFeatureString(model.cpu_features).c_str());
  if (model.weights_bytes) {
    os << "weights   " << model.weights_bytes << " bytes";
    if (!model.weights)
      os << (model.weights_file ? " in " : ", given by the application");
    if (!model.weights && model.weights_file)
      os << model.weights_file;
    os << "\n";
  }
  printTensors("input     ", model, model.inputs, model.num_inputs, os);
  printTensors("output    ", model, model.outputs, model.num_outputs, os);
  for (const onnxc_symbol_info &symbol :
       ArrayRef(model.symbols, model.num_symbols)) {
    os << "dimension " << symbol.name << ": ";
    if (symbol.from_data)
      os << "known after a run\n";
    else if (symbol.max < 0)
      os << "from " << symbol.min << "\n";
    else
      os << symbol.min << " to " << symbol.max << "\n";
  }
  for (const onnxc_metadata &entry :
       ArrayRef(model.metadata, model.num_metadata))
    os << "metadata  " << entry.key << ": " << entry.value << "\n";
}

} // namespace onnxc::run
