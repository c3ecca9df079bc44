//===- TestDirectory.cpp - ONNX's test directories ------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/onnxc-run/TestDirectory.h"
#include "compiler/onnxc-run/SequenceFile.h"
#include "compiler/onnxc-run/TensorFiles.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace llvm;

namespace onnxc::run {

namespace {
/// What a file of a test holds, as the model takes or gives it.
struct FileValue {
  std::string name;
  std::vector<HostTensor> tensors;
};
} // namespace

/// input_0.pb, input_1.pb, ... up to the first that is missing. Those that hold
/// no tensor are known by their place.
static Expected<std::vector<FileValue>>
readNumbered(StringRef folder, StringRef stem,
             ArrayRef<onnxc_tensor_info> infos) {
  std::vector<ValueGroup> groups = groupParts(infos);
  std::vector<FileValue> values;
  for (unsigned n = 0;; ++n) {
    SmallString<128> path(folder);
    sys::path::append(path, stem + "_" + Twine(n) + ".pb");
    if (!sys::fs::exists(path))
      return values;
    if (n < groups.size() && !groups[n].isTensor()) {
      auto read =
          readSequenceFile(path, infos.slice(groups[n].first, groups[n].count));
      if (!read)
        return read.takeError();
      values.push_back({groups[n].name, std::move(*read)});
      continue;
    }
    auto read = readTensorFile(path);
    if (!read)
      return read.takeError();
    FileValue value;
    value.name = std::move((*read)[0].name);
    value.tensors.push_back(std::move((*read)[0].tensor));
    values.push_back(std::move(value));
  }
}

/// ONNX passes a test's inputs by position. A model compiled from one with
/// unused inputs or fewer files than inputs is matched by name.
static Error orderInputs(const onnxc_model &model, std::vector<FileValue> &read,
                         std::vector<HostTensor> &inputs) {
  std::vector<ValueGroup> groups =
      groupParts(ArrayRef(model.inputs, model.num_inputs));
  bool byPlace = read.size() == groups.size();
  for (auto [i, group] : llvm::enumerate(groups)) {
    auto it = byPlace ? read.begin() + i
                      : llvm::find_if(read, [&, i = i](const FileValue &value) {
                          return value.name == groups[i].name;
                        });
    if (it == read.end())
      return createStringError("the test has no file for input '" + group.name +
                               "'");
    llvm::move(it->tensors, std::back_inserter(inputs));
  }
  return Error::success();
}

static Expected<int> runDataSet(ModelRunner &runner, StringRef folder,
                                const Tolerance &tolerance, raw_ostream &os) {
  const onnxc_model &model = runner.model();
  ArrayRef outputInfos(model.outputs, model.num_outputs);
  auto given =
      readNumbered(folder, "input", ArrayRef(model.inputs, model.num_inputs));
  if (!given)
    return given.takeError();
  auto expected = readNumbered(folder, "output", outputInfos);
  if (!expected)
    return expected.takeError();
  std::vector<HostTensor> inputs;
  if (Error error = orderInputs(model, *given, inputs))
    return error;
  auto outputs = runner.runChecked(inputs);
  if (!outputs)
    return outputs.takeError();
  std::vector<ValueGroup> groups = groupParts(outputInfos);
  if (groups.size() != expected->size())
    return createStringError("the model has " + Twine(groups.size()) +
                             " outputs, the test " + Twine(expected->size()));
  int failures = 0;
  for (auto [group, value] : llvm::zip(groups, *expected))
    for (auto [k, tensor] : llvm::enumerate(value.tensors)) {
      const onnxc_tensor_info &info = outputInfos[group.first + k];
      HostTensor &got = (*outputs)[group.first + k];
      if (info.part == ONNXC_SHAPES) {
        dropEmptyColumns(got);
        dropEmptyColumns(tensor);
      }
      Comparison result = compareTensors(got, tensor, tolerance);
      failures += !result.matches();
      os << sys::path::filename(folder) << " " << info.name << ": "
         << (result.matches() ? "ok, " : "MISMATCH: ") << result.summary()
         << "\n";
    }
  return failures;
}

Expected<int> runTestDirectory(ModelRunner &runner, StringRef path,
                               const Tolerance &tolerance, raw_ostream &os) {
  std::vector<std::string> folders;
  std::error_code error;
  for (sys::fs::directory_iterator it(path, error), end; !error && it != end;
       it.increment(error))
    if (sys::path::filename(it->path()).starts_with("test_data_set_"))
      folders.push_back(it->path());
  if (error)
    return createStringError(path + ": " + error.message());
  if (folders.empty())
    return createStringError(path + ": no test_data_set_*");
  llvm::sort(folders);
  int failures = 0;
  for (const std::string &folder : folders) {
    Expected<int> result = runDataSet(runner, folder, tolerance, os);
    if (!result)
      return createStringError(sys::path::filename(folder) + ": " +
                               toString(result.takeError()));
    failures += *result;
  }
  return failures;
}

} // namespace onnxc::run
