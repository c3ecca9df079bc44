//===- TestDirectory.cpp - ONNX's test directories ------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/onnxc-run/TestDirectory.h"
#include "compiler/onnxc-run/TensorFiles.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace llvm;

namespace onnxc::run {

/// input_0.pb, input_1.pb, ... up to the first that is missing.
static Expected<std::vector<NamedTensor>> readNumbered(StringRef folder,
                                                       StringRef stem) {
  std::vector<NamedTensor> tensors;
  for (unsigned n = 0;; ++n) {
    SmallString<128> path(folder);
    sys::path::append(path, stem + "_" + Twine(n) + ".pb");
    if (!sys::fs::exists(path))
      return tensors;
    auto read = readTensorFile(path);
    if (!read)
      return read.takeError();
    tensors.push_back(std::move((*read)[0]));
  }
}

/// ONNX passes a test's inputs by position. A model compiled from one with
/// unused inputs or fewer files than inputs is matched by name.
static Error orderInputs(const onnxc_model &model,
                         std::vector<NamedTensor> &read,
                         std::vector<HostTensor> &inputs) {
  if (static_cast<int32_t>(read.size()) == model.num_inputs) {
    for (NamedTensor &tensor : read)
      inputs.push_back(std::move(tensor.tensor));
    return Error::success();
  }
  for (int32_t i = 0; i < model.num_inputs; ++i) {
    auto it = llvm::find_if(read, [&](const NamedTensor &tensor) {
      return tensor.name == model.inputs[i].name;
    });
    if (it == read.end())
      return createStringError(Twine("the test has no file for input '") +
                               model.inputs[i].name + "'");
    inputs.push_back(std::move(it->tensor));
  }
  return Error::success();
}

static Expected<int> runDataSet(ModelRunner &runner, StringRef folder,
                                const Tolerance &tolerance, raw_ostream &os) {
  const onnxc_model &model = runner.model();
  auto given = readNumbered(folder, "input");
  if (!given)
    return given.takeError();
  auto expected = readNumbered(folder, "output");
  if (!expected)
    return expected.takeError();
  std::vector<HostTensor> inputs;
  if (Error error = orderInputs(model, *given, inputs))
    return error;
  auto outputs = runner.runChecked(inputs);
  if (!outputs)
    return outputs.takeError();
  if (outputs->size() != expected->size())
    return createStringError("the model has " + Twine(outputs->size()) +
                             " outputs, the test " + Twine(expected->size()));
  int failures = 0;
  for (auto [i, output] : llvm::enumerate(*outputs)) {
    Comparison result =
        compareTensors(output, (*expected)[i].tensor, tolerance);
    failures += !result.matches();
    os << sys::path::filename(folder) << " " << model.outputs[i].name << ": "
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
