//===- Stages.cpp - A model compiled as a chain of objects ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Stages.h"
#include "codegen/Header.h"
#include "compiler/Pipeline.h"
#include "dialects/onnx/Cost.h"
#include "dialects/onnx/ModelAttrs.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/Support/Path.h"

using namespace mlir;
namespace json = llvm::json;
namespace path = llvm::sys::path;

namespace onnxc {

/// Raised when the manifest changes.
constexpr int64_t kFormat = 1;

Options getStageOptions(const Options &options, unsigned number) {
  Options stage = options;
  std::string name = "stage" + std::to_string(number);
  llvm::SmallString<128> file(options.output);
  std::string extension = path::extension(options.output).str();
  path::replace_extension(file, name + extension);
  stage.output = file.str().str();
  stage.prefix += "_" + name;
  return stage;
}

static json::Value countMacs(ModuleOp stage) {
  auto main = stage.lookupSymbol<func::FuncOp>("main");
  AffineExpr sum = onnx::getConstant(stage.getContext(), 0);
  main.walk([&](Operation *op) {
    if (AffineExpr macs = onnx::countMacs(op))
      sum = sum + macs;
  });
  sum = onnx::simplify(sum);
  if (std::optional<int64_t> number = onnx::getConstant(sum))
    return *number;
  auto symbols = onnx::attrs::Symbols::get(main);
  return onnx::printSize(sum, [&](unsigned symbol) {
    return cast<StringAttr>(symbols[symbol]).getValue();
  });
}

FailureOr<StageChain> cutStages(OwningOpRef<ModuleOp> module, unsigned stages) {
  StageChain chain;
  auto main = module->lookupSymbol<func::FuncOp>("main");
  for (unsigned i = 0; i < main.getNumArguments(); ++i)
    if (!isa<IndexType>(main.getArgument(i).getType()))
      chain.inputs.push_back(onnx::attrs::Name::get(main, i).str());
  for (unsigned i = 0; i < main.getNumResults(); ++i)
    chain.outputs.push_back(
        onnx::attrs::Name::get(main.getResultAttrDict(i)).str());
  PassManager pm(module->getContext());
  buildSplit(pm, stages);
  if (failed(pm.run(*module)))
    return failure();
  for (auto stage : llvm::make_early_inc_range(module->getOps<ModuleOp>())) {
    stage->remove();
    stage.setSymName(std::nullopt);
    chain.facts.emplace_back().macs = countMacs(stage);
    chain.modules.emplace_back(stage);
  }
  return chain;
}

namespace {

class ManifestWriter {
public:
  ManifestWriter(const StageChain &chain, raw_ostream &os)
      : chain(chain), json(os, 2) {}
  void write();

private:
  const StageChain &chain;
  json::OStream json;

  /// The last stage before `end` that gives this; none where it is an input of
  /// the model.
  std::optional<int64_t> findMaker(StringRef name, size_t end) const;
  void writeStage(size_t number);
  void writeTensor(const ModelInterface &model, const TensorInterface &tensor);
  void writeFile(StringRef key, StringRef name) {
    if (name.empty())
      json.attribute(key, nullptr);
    else
      json.attribute(key, name);
  }
};

} // namespace

std::optional<int64_t> ManifestWriter::findMaker(StringRef name,
                                                 size_t end) const {
  for (size_t i = end; i-- > 0;)
    for (const TensorInterface &output : chain.facts[i].interface.outputs)
      if (output.name == name)
        return i;
  return std::nullopt;
}

void ManifestWriter::writeTensor(const ModelInterface &model,
                                 const TensorInterface &tensor) {
  json.attribute("name", tensor.name);
  json.attribute("type", describeType(tensor.dtype));
  if (tensor.part)
    json.attribute("part", tensor.part);
  json.attributeArray("shape", [&] {
    for (AffineExpr dim : tensor.dims) {
      if (std::optional<int64_t> number = onnx::getConstant(dim))
        json.value(*number);
      else
        json.value(printExpression(
            dim, [&](unsigned symbol) { return model.symbols[symbol].name; }));
    }
  });
}

void ManifestWriter::writeStage(size_t number) {
  const StageFacts &stage = chain.facts[number];
  json.attribute("file", stage.file);
  writeFile("header", stage.header);
  writeFile("weights", stage.weights);
  json.attribute("prefix", stage.prefix);
  json.attribute("macs", stage.macs);
  json.attribute("weights_bytes", stage.weightsBytes);
  json.attributeArray("inputs", [&] {
    for (const TensorInterface &input : stage.interface.inputs)
      json.object([&] {
        writeTensor(stage.interface, input);
        if (auto maker = findMaker(input.name, number))
          json.attribute("stage", *maker);
        else
          json.attribute("stage", nullptr);
      });
  });
  json.attributeArray("outputs", [&] {
    for (const TensorInterface &output : stage.interface.outputs)
      json.object([&] { writeTensor(stage.interface, output); });
  });
}

void ManifestWriter::write() {
  json.object([&] {
    json.attribute("format", kFormat);
    json.attribute("model", chain.model);
    json.attributeArray("inputs", [&] {
      for (const std::string &name : chain.inputs)
        json.value(name);
    });
    json.attributeArray("outputs", [&] {
      for (const std::string &name : chain.outputs)
        json.object([&] {
          json.attribute("name", name);
          json.attribute("stage",
                         findMaker(name, chain.facts.size()).value_or(0));
        });
    });
    json.attributeArray("stages", [&] {
      for (size_t i = 0; i < chain.facts.size(); ++i)
        json.object([&] { writeStage(i); });
    });
  });
}

void writeManifest(const StageChain &chain, raw_ostream &os) {
  ManifestWriter(chain, os).write();
  os << "\n";
}

} // namespace onnxc
