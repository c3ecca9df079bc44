//===- Bindings.cpp - Arguments name=value, matched to the model ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/onnxc-run/Bindings.h"
#include "compiler/onnxc-run/TensorFiles.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;

namespace onnxc::run {

static Expected<size_t>
indexOf(StringRef name, ArrayRef<onnxc_tensor_info> infos, const char *what) {
  std::string known;
  for (auto [i, info] : llvm::enumerate(infos)) {
    if (name == info.name)
      return i;
    known += std::string(known.empty() ? "" : ", ") + info.name;
  }
  return createStringError(Twine("no ") + what + " '" + name +
                           "'; the model has: " + known);
}

/// Splits name=value at the first '=' whose left side names a tensor (names of
/// tensors may hold one themselves); a plain value takes the next slot.
static Expected<std::pair<size_t, StringRef>>
splitArgument(StringRef argument, ArrayRef<onnxc_tensor_info> infos,
              size_t &nextSlot, const char *what) {
  for (size_t at = argument.find('='); at != StringRef::npos;
       at = argument.find('=', at + 1)) {
    StringRef name = argument.take_front(at);
    for (auto [i, info] : llvm::enumerate(infos))
      if (name == info.name)
        return std::make_pair(i, argument.drop_front(at + 1));
  }
  if (size_t at = argument.find('='); at != StringRef::npos)
    return indexOf(argument.take_front(at), infos, what).takeError();
  if (nextSlot >= infos.size())
    return createStringError(Twine("'") + argument + "': the model has only " +
                             Twine(infos.size()) + " " + what + "s");
  return std::make_pair(nextSlot++, argument);
}

std::optional<std::pair<ValueGroup, StringRef>>
findGroup(StringRef argument, ArrayRef<onnxc_tensor_info> infos) {
  for (ValueGroup &group : groupParts(infos)) {
    StringRef path = argument;
    if (!group.isTensor() && path.consume_front(group.name) &&
        path.consume_front("="))
      return std::make_pair(std::move(group), path);
  }
  return std::nullopt;
}

Expected<std::vector<std::optional<HostTensor>>>
readNamedTensors(ArrayRef<std::string> arguments,
                 ArrayRef<onnxc_tensor_info> infos, const char *what) {
  std::vector<std::optional<HostTensor>> slots(infos.size());
  auto place = [&](size_t slot, HostTensor tensor) -> Error {
    if (slots[slot])
      return createStringError(Twine(what) + " '" + infos[slot].name +
                               "' is given twice");
    adoptType(tensor, infos[slot].dtype);
    slots[slot] = std::move(tensor);
    return Error::success();
  };
  size_t nextSlot = 0;
  for (StringRef argument : arguments) {
    if (argument.ends_with(".npz") && !argument.contains('=')) {
      auto arrays = readTensorFile(argument);
      if (!arrays)
        return arrays.takeError();
      for (NamedTensor &array : *arrays) {
        Expected<size_t> slot = indexOf(array.name, infos, what);
        if (!slot)
          return createStringError(argument + ": " +
                                   toString(slot.takeError()));
        if (Error error = place(*slot, std::move(array.tensor)))
          return error;
      }
      continue;
    }
    if (auto group = findGroup(argument, infos)) {
      auto parts = readSequenceFile(
          group->second, infos.slice(group->first.first, group->first.count));
      if (!parts)
        return parts.takeError();
      for (auto [i, part] : llvm::enumerate(*parts))
        if (Error error = place(group->first.first + i, std::move(part)))
          return error;
      continue;
    }
    auto split = splitArgument(argument, infos, nextSlot, what);
    if (!split)
      return split.takeError();
    auto tensors = readTensorFile(split->second);
    if (!tensors)
      return tensors.takeError();
    NamedTensor *chosen = tensors->size() == 1 ? &tensors->front() : nullptr;
    for (NamedTensor &tensor : *tensors)
      if (tensor.name == infos[split->first].name)
        chosen = &tensor;
    if (!chosen)
      return createStringError(split->second + ": no array '" +
                               infos[split->first].name + "'");
    if (Error error = place(split->first, std::move(chosen->tensor)))
      return error;
  }
  return slots;
}

Expected<std::vector<std::pair<size_t, std::string>>>
matchOutputFiles(ArrayRef<std::string> arguments,
                 ArrayRef<onnxc_tensor_info> infos) {
  std::vector<std::pair<size_t, std::string>> files;
  size_t nextSlot = 0;
  for (StringRef argument : arguments) {
    if (findGroup(argument, infos))
      continue;
    auto split = splitArgument(argument, infos, nextSlot, "output");
    if (!split)
      return split.takeError();
    if (!split->second.ends_with(".npy") && !split->second.ends_with(".pb"))
      return createStringError(split->second +
                               ": outputs are written as .npy or .pb");
    files.emplace_back(split->first, split->second.str());
  }
  return files;
}

static Expected<std::pair<StringRef, StringRef>> splitLast(StringRef argument,
                                                           const char *form) {
  auto [name, value] = argument.rsplit('=');
  if (name.empty() || value.empty())
    return createStringError("'" + argument + "': expected " + form);
  return std::make_pair(name, value);
}

Error parseRanges(ArrayRef<std::string> arguments, const onnxc_model &model,
                  RandomSettings &settings) {
  for (StringRef argument : arguments) {
    const char *form = "--range NAME=LOW..HIGH";
    auto split = splitLast(argument, form);
    if (!split)
      return split.takeError();
    auto index = indexOf(split->first, ArrayRef(model.inputs, model.num_inputs),
                         "input");
    if (!index)
      return index.takeError();
    size_t dots = split->second.find("..");
    Range range;
    if (dots == StringRef::npos ||
        split->second.take_front(dots).getAsDouble(range.low) ||
        split->second.drop_front(dots + 2).getAsDouble(range.high) ||
        !(range.low <= range.high))
      return createStringError("'" + argument + "': expected " + form);
    settings.ranges[split->first] = range;
  }
  return Error::success();
}

Error parseShapes(ArrayRef<std::string> arguments, const onnxc_model &model,
                  RandomSettings &settings) {
  for (StringRef argument : arguments) {
    auto split = splitLast(argument, "--shape NAME=1x3x224x224");
    if (!split)
      return split.takeError();
    auto index = indexOf(split->first, ArrayRef(model.inputs, model.num_inputs),
                         "input");
    if (!index)
      return index.takeError();
    std::vector<int64_t> shape;
    SmallVector<StringRef> dims;
    if (split->second != "scalar")
      split->second.split(dims, 'x');
    for (StringRef text : dims) {
      int64_t dim;
      if (text.getAsInteger(10, dim) || dim < 0)
        return createStringError("'" + argument + "': '" + text +
                                 "' is no dimension");
      shape.push_back(dim);
    }
    if (static_cast<int32_t>(shape.size()) != model.inputs[*index].rank)
      return createStringError("'" + argument + "': the model's input has " +
                               Twine(model.inputs[*index].rank) +
                               " dimensions");
    settings.shapes[split->first] = shape;
  }
  return Error::success();
}

Error parseDims(ArrayRef<std::string> arguments, const onnxc_model &model,
                RandomSettings &settings) {
  for (StringRef argument : arguments) {
    auto split = splitLast(argument, "--dim NAME=N");
    if (!split)
      return split.takeError();
    int64_t size;
    if (split->second.getAsInteger(10, size) || size < 0)
      return createStringError("'" + argument + "': '" + split->second +
                               "' is no dimension");
    if (llvm::none_of(ArrayRef(model.symbols, model.num_symbols),
                      [&](const onnxc_symbol_info &symbol) {
                        return split->first == symbol.name;
                      }))
      return createStringError("the model has no free dimension '" +
                               split->first + "'");
    settings.dims[split->first] = size;
  }
  return Error::success();
}

} // namespace onnxc::run
