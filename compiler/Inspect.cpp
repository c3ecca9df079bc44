//===- Inspect.cpp - What is in a model -----------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "codegen/Header.h"
#include "compiler/Driver.h"
#include "compiler/Import/ModelDiagnostics.h"
#include "compiler/Pipeline.h"
#include "dialects/onnx/Cost.h"
#include "dialects/onnx/CustomOps.h"
#include "dialects/onnx/ElementTypes.h"
#include "dialects/onnx/OnnxDialect.h"
#include "dialects/onnx/SymbolicShape.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "passes/Passes.h"
#include "llvm/Support/JSON.h"
#include <map>

using namespace mlir;

namespace onnxc {

namespace {

/// Numbers counted on the imported graph.
struct GraphFacts {
  ModelInterface model;
  std::map<std::string, int64_t> operators;
  /// Bodies of loops are counted once.
  AffineExpr macs;
  /// The most bytes of results that are alive at once, op by op, with 1 for
  /// every free dimension.
  int64_t activationBytes = 0;
};

} // namespace

/// The expression with 1 for every symbol.
static int64_t evaluateAtOne(AffineExpr expr, unsigned numSymbols) {
  SmallVector<AffineExpr> ones(numSymbols,
                               getAffineConstantExpr(1, expr.getContext()));
  return onnx::getConstant(onnx::simplify(expr.replaceSymbols(ones)))
      .value_or(0);
}

static int64_t getBytes(Value value, unsigned numSymbols) {
  auto dims = onnx::getDims(value);
  if (!dims)
    return 0;
  return evaluateAtOne(onnx::getProduct(value.getContext(), *dims),
                       numSymbols) *
         onnx::getStorageBytes(onnx::getElementType(value));
}

/// Constants and what is computed from nothing else take no part.
static int64_t countActivationBytes(func::FuncOp main, unsigned numSymbols) {
  int64_t live = 0, most = 0;
  llvm::DenseMap<Value, Operation *> lastUse;
  Block &body = main.getBody().front();
  for (Operation &op : body)
    for (Value operand : op.getOperands())
      if (Operation *definition = operand.getDefiningOp())
        if (!definition->hasTrait<OpTrait::ConstantLike>())
          lastUse[operand] = &op;
  for (Operation &op : body) {
    if (!op.hasTrait<OpTrait::ConstantLike>())
      for (Value result : op.getResults())
        if (lastUse.count(result))
          live += getBytes(result, numSymbols);
    most = std::max(most, live);
    llvm::SmallPtrSet<Value, 8> seen;
    for (Value operand : op.getOperands())
      if (lastUse.lookup(operand) == &op && seen.insert(operand).second)
        live -= getBytes(operand, numSymbols);
  }
  return most;
}

static FailureOr<GraphFacts> readGraph(const Options &options,
                                       MLIRContext &context) {
  ExternalFiles files;
  auto module = readModule(options, context, files);
  if (failed(module))
    return failure();
  PassManager pm(&context);
  pm.addNestedPass<func::FuncOp>(createInferShapes());
  GraphFacts facts;
  auto main = (*module)->lookupSymbol<func::FuncOp>("main");
  if (!main)
    return failure();
  main.walk([&](Operation *op) {
    StringRef name = op->getName().getStringRef();
    if (auto custom = dyn_cast<onnx::CustomCallOp>(op))
      ++facts.operators[custom.getOpType().str()];
    else if (name.consume_front("onnx.") && name != "Constant" &&
             name != "Dims" && !op->hasTrait<OpTrait::IsTerminator>())
      ++facts.operators[name.str()];
  });
  if (failed(pm.run(**module)))
    return failure();
  auto model = readModelInterface(**module);
  if (failed(model))
    return failure();
  facts.model = *model;
  facts.macs = getAffineConstantExpr(0, &context);
  main.walk([&](Operation *op) {
    if (AffineExpr macs = onnx::countMacs(op))
      facts.macs = facts.macs + macs;
  });
  facts.macs = onnx::simplify(facts.macs);
  facts.activationBytes =
      countActivationBytes(main, facts.model.symbols.size());
  return facts;
}

static std::string printDim(const ModelInterface &model, AffineExpr expr) {
  return printExpression(
      expr, [&](unsigned symbol) { return model.symbols[symbol].name; });
}

static void printJson(const ModelFacts &facts, const GraphFacts *graph,
                      raw_ostream &os) {
  llvm::json::OStream json(os, 2);
  json.objectBegin();
  json.attribute("name", facts.graphName);
  json.attribute("producer", facts.producer);
  json.attribute("producer_version", facts.producerVersion);
  json.attribute("domain", facts.domain);
  json.attribute("doc", facts.doc);
  json.attribute("ir_version", facts.irVersion);
  json.attribute("model_version", facts.modelVersion);
  json.attributeObject("opsets", [&] {
    for (const auto &[domain, version] : facts.opsets)
      json.attribute(domain.empty() ? "ai.onnx" : domain, version);
  });
  json.attributeObject("metadata", [&] {
    for (const auto &[key, value] : facts.metadata)
      json.attribute(key, value);
  });
  json.attribute("nodes", facts.numNodes);
  json.attribute("parameters", facts.numParameters);
  json.attribute("parameter_bytes", facts.numParameterBytes);
  if (graph) {
    auto tensors = [&](StringRef name,
                       const std::vector<TensorInterface> &list) {
      json.attributeArray(name, [&] {
        for (const TensorInterface &tensor : list)
          json.object([&] {
            json.attribute("name", tensor.name);
            json.attribute("type", describeType(tensor.dtype));
            json.attributeArray("shape", [&] {
              for (AffineExpr dim : tensor.dims) {
                if (auto constant = onnx::getConstant(dim))
                  json.value(*constant);
                else
                  json.value(printDim(graph->model, dim));
              }
            });
          });
      });
    };
    tensors("inputs", graph->model.inputs);
    tensors("outputs", graph->model.outputs);
    json.attributeObject("operators", [&] {
      for (const auto &[name, count] : graph->operators)
        json.attribute(name, count);
    });
    if (auto macs = onnx::getConstant(graph->macs))
      json.attribute("macs", *macs);
    else
      json.attribute("macs", printDim(graph->model, graph->macs));
    json.attribute("activation_bytes", graph->activationBytes);
  }
  json.objectEnd();
  os << "\n";
}

static void printText(const ModelFacts &facts, const GraphFacts *graph,
                      raw_ostream &os) {
  auto line = [&](StringRef name, const Twine &value) {
    if (!value.isTriviallyEmpty())
      os << llvm::left_justify(name, 12) << value << "\n";
  };
  line("model", facts.graphName);
  if (!facts.producer.empty())
    line("producer", facts.producer + " " + facts.producerVersion);
  if (!facts.doc.empty())
    line("doc", facts.doc);
  for (const auto &[domain, version] : facts.opsets)
    line("opset", (domain.empty() ? "ai.onnx" : StringRef(domain)) + " " +
                      Twine(version));
  for (const auto &[key, value] : facts.metadata)
    line("metadata", Twine(key) + " = " + value);
  if (graph) {
    auto tensors = [&](StringRef kind,
                       const std::vector<TensorInterface> &list) {
      for (const TensorInterface &tensor : list) {
        std::string shape;
        for (AffineExpr dim : tensor.dims)
          shape += (shape.empty() ? "" : " x ") + printDim(graph->model, dim);
        line(kind, tensor.name + ": " + describeType(tensor.dtype) + " [" +
                       shape + "]");
      }
    };
    tensors("input", graph->model.inputs);
    tensors("output", graph->model.outputs);
  }
  line("nodes", Twine(facts.numNodes));
  line("parameters", Twine(facts.numParameters) + " (" +
                         Twine(facts.numParameterBytes) + " bytes)");
  if (!graph)
    return;
  line("MACs", printDim(graph->model, graph->macs));
  bool isFree = !graph->model.symbols.empty();
  line("activations", Twine(graph->activationBytes) + " bytes at once" +
                          (isFree ? ", with 1 for every free dimension" : ""));
  for (const auto &[name, count] : graph->operators)
    line("operator", name + " " + Twine(count));
}

LogicalResult inspectModel(const Options &options) {
  DialectRegistry registry;
  registerPipelineDialects(registry);
  MLIRContext context(registry);
  context.loadAllAvailableDialects();
  context.printOpOnDiagnostic(false);
  ModelDiagnosticPrinter printer(&context, llvm::errs());
  ModelFacts facts;
  if (!StringRef(options.input).ends_with(".mlir")) {
    auto read = readModelFacts(options.input, context);
    if (failed(read))
      return failure();
    facts = *read;
  }
  // A model that cannot be compiled is still described; what is wrong with it
  // has been printed.
  auto graph = readGraph(options, context);
  const GraphFacts *known = succeeded(graph) ? &*graph : nullptr;
  if (options.json)
    printJson(facts, known, llvm::outs());
  else
    printText(facts, known, llvm::outs());
  return success();
}

} // namespace onnxc
