//===- CheckModel.cpp - What is wrong with a model, at its nodes ----------===//
//
// Names and order are checked here, so that later steps may rely on them;
// operators and attributes by onnx's checker, node by node. Each check reports
// all that it finds.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/Model.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/OperationSupport.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringSet.h"
#include <onnx/checker.h>

using namespace mlir;

namespace onnxc {

namespace {

constexpr int kMaxErrors = 50;

/// The names that a graph and those around it define.
struct Scope {
  const Scope *parent = nullptr;
  llvm::StringSet<> names;

  bool has(StringRef name) const {
    return names.contains(name) || (parent && parent->has(name));
  }
};

class CheckStructure {
public:
  explicit CheckStructure(Model &model) : model(model) {}

  LogicalResult run() {
    checkOpsets();
    checkFunctions();
    checkGraph(model.proto->graph(), nullptr);
    return success(errors == 0);
  }

private:
  Model &model;
  int errors = 0;

  bool full() const { return errors >= kMaxErrors; }

  void checkOpsets() {
    for (const auto &opset : model.proto->opset_import()) {
      StringRef domain = domainName(opset.domain());
      if (opset.version() < 1 ||
          (isDefaultDomain(domain) && opset.version() > kNewestOpset)) {
        model.error() << "needs opset " << opset.version() << " of " << domain
                      << "; onnxc knows 1 to " << kNewestOpset
                      << ": export the model for one of these";
        ++errors;
      }
    }
  }

  void checkFunctions() {
    for (const auto &function : model.proto->functions()) {
      Scope scope;
      for (const std::string &name : function.input())
        scope.names.insert(name);
      for (const auto &node : function.node())
        checkNode(node, function, scope);
    }
  }

  template <typename Graph>
  void checkNode(const ::onnx::NodeProto &node, const Graph &graph,
                 Scope &scope) {
    if (full())
      return;
    for (const std::string &input : node.input()) {
      if (input.empty() || scope.has(input))
        continue;
      ++errors;
      InFlightDiagnostic error = model.error(node)
                                 << "uses \"" << input << "\", ";
      const ::onnx::NodeProto *producer = nullptr;
      for (const auto &other : graph.node())
        if (llvm::is_contained(other.output(), input))
          producer = &other;
      if (producer)
        error << "which node \"" << producer->name() << "\" ("
              << producer->op_type()
              << ") computes from this node's outputs: the nodes form a cycle";
      else
        error << "which nothing defines; is the model cut off from its "
                 "inputs?";
    }
    for (const auto &attribute : node.attribute()) {
      if (attribute.has_t() &&
          !convertElementType(&model.context, attribute.t().data_type())) {
        ++errors;
        model.error(node) << "its attribute \"" << attribute.name()
                          << "\" has the unknown element type number "
                          << attribute.t().data_type();
      }
      if (attribute.has_g())
        checkGraph(attribute.g(), &scope);
      for (const auto &inner : attribute.graphs())
        checkGraph(inner, &scope);
    }
    for (const std::string &output : node.output()) {
      if (output.empty() || scope.names.insert(output).second)
        continue;
      ++errors;
      model.error(node) << "defines \"" << output
                        << "\", which is defined already; value names must "
                           "be unique";
    }
  }

  void checkGraph(const ::onnx::GraphProto &graph, const Scope *parent) {
    Scope scope{parent, {}};
    for (const auto &input : graph.input())
      if (!scope.names.insert(input.name()).second) {
        ++errors;
        model.error() << "input \"" << input.name() << "\" is defined twice";
      }
    llvm::StringSet<> initializers;
    auto define = [&](const ::onnx::TensorProto &tensor) {
      const std::string &name = tensor.name();
      scope.names.insert(name);
      if (!convertElementType(&model.context, tensor.data_type())) {
        ++errors;
        emitError(model.getLoc(name))
            << "is a weight of the unknown element type number "
            << tensor.data_type();
      }
      if (initializers.insert(name).second)
        return;
      ++errors;
      model.error() << "initializer \"" << name << "\" is defined twice";
    };
    for (const auto &tensor : graph.initializer())
      define(tensor);
    for (const auto &tensor : graph.sparse_initializer())
      define(tensor.values());
    for (const auto &node : graph.node())
      checkNode(node, graph, scope);
    if (full())
      return;
    for (const auto &output : graph.output())
      if (!scope.has(output.name())) {
        ++errors;
        model.error() << "output \"" << output.name()
                      << "\" is not computed by any node";
      }
  }
};

class CheckNodes {
public:
  CheckNodes(Model &model, const ImportOptions &options)
      : model(model), options(options) {
    checker.set_ir_version(int(model.proto->ir_version()));
    std::unordered_map<std::string, int> opsets;
    for (const auto &opset : model.proto->opset_import())
      opsets[isDefaultDomain(opset.domain()) ? "" : opset.domain()] =
          int(opset.version());
    checker.set_opset_imports(opsets);
    checker.set_is_main_graph(false);
  }

  LogicalResult run() {
    for (const auto &function : model.proto->functions()) {
      model.error() << "function \"" << function.name() << "\" of domain "
                    << domainName(function.domain())
                    << " uses operator sets of other versions than the model; "
                       "export both for the same";
      ++errors;
    }
    if (errors)
      return failure();
    ::onnx::checker::LexicalScopeContext scope;
    checkGraph(model.proto->graph(), scope);
    reportUnsupported();
    return success(errors == 0);
  }

private:
  Model &model;
  const ImportOptions &options;
  ::onnx::checker::CheckerContext checker;
  int errors = 0;
  struct Unsupported {
    const ::onnx::NodeProto *node;
    std::string why;
    SmallVector<std::string> others;
    int count = 0;
  };
  llvm::MapVector<StringRef, Unsupported, llvm::StringMap<unsigned>>
      unsupported;
  std::vector<std::unique_ptr<std::string>> keys;

  void checkGraph(const ::onnx::GraphProto &graph,
                  ::onnx::checker::LexicalScopeContext &scope) {
    for (const auto &input : graph.input())
      scope.add(input.name());
    for (const auto &tensor : graph.initializer())
      scope.add(tensor.name());
    for (const auto &node : graph.node()) {
      bool known = checkOperator(node);
      for (const auto &attribute : node.attribute())
        if (attribute.has_g()) {
          ::onnx::checker::LexicalScopeContext inner(scope);
          checkGraph(attribute.g(), inner);
        }
      if (known && errors < kMaxErrors)
        checkWithSchema(node, scope);
      for (const std::string &output : node.output())
        scope.add(output);
    }
  }

  /// Whether onnx has a schema that the node can be checked with.
  bool checkOperator(const ::onnx::NodeProto &node) {
    std::string domain = isDefaultDomain(node.domain()) ? "" : node.domain();
    int64_t opset = model.getOpset(domain);
    auto *registry = ::onnx::OpSchemaRegistry::Instance();
    StringRef name = domainName(node.domain());
    if (findCustomOperator(options, node))
      return false;
    if (opset == 0) {
      report(node,
             ("the model imports no operator set of the domain " + name).str());
      return false;
    }
    if (domain == kMicrosoftDomain || domain == kNchwcDomain) {
      if (!lookupOp(&model.context, node))
        report(node, explainMicrosoftOperator(node.op_type()));
      return false;
    }
    const ::onnx::OpSchema *schema =
        registry->GetSchema(node.op_type(), int(opset), domain);
    const ::onnx::OpSchema *newest = ::onnx::OpSchemaRegistry::Schema(
        node.op_type(), int(isDefaultDomain(domain) ? kNewestOpset : opset),
        domain);
    if (!schema && newest) {
      report(node, "it came with opset " +
                       std::to_string(newest->since_version()) +
                       ", the model is of opset " + std::to_string(opset) +
                       "; export it for a newer one");
      return false;
    }
    if (!schema) {
      report(node, ("the domain " + name + " has no such operator in opset " +
                    std::to_string(opset) + getRemedy(node))
                       .str());
      return false;
    }
    // A deprecated one becomes another in the upgrade.
    if (newest && !newest->Deprecated() && !lookupOp(&model.context, node) &&
        !newest->HasFunction() && !newest->HasContextDependentFunction())
      report(node, "onnxc cannot compile this operator yet");
    return !schema->Deprecated();
  }

  /// For operators that are neither ONNX's nor onnxruntime's.
  static std::string getRemedy(const ::onnx::NodeProto &node) {
    if (isOnnxDomain(node.domain()))
      return "";
    return ("; --custom-op " + domainName(node.domain()) +
            "::" + node.op_type() +
            "=FUNCTION has a C function compute it, --functions FILE takes "
            "its body from another model")
        .str();
  }

  void report(const ::onnx::NodeProto &node, std::string why) {
    keys.push_back(std::make_unique<std::string>(
        domainName(node.domain()).str() + "." + node.op_type()));
    Unsupported &entry = unsupported[*keys.back()];
    if (entry.count++ == 0) {
      entry.node = &node;
      entry.why = std::move(why);
    } else if (entry.others.size() < 8) {
      entry.others.push_back(node.name().empty() && node.output_size()
                                 ? node.output(0)
                                 : node.name());
    }
  }

  void reportUnsupported() {
    for (auto &[name, entry] : unsupported) {
      ++errors;
      InFlightDiagnostic error = model.error(*entry.node)
                                 << "operator " << name
                                 << " is not supported: " << entry.why;
      if (entry.others.empty())
        continue;
      error << " (" << entry.count - 1 << " more: ";
      llvm::interleaveComma(entry.others, error, [&](StringRef other) {
        error << '"' << other << '"';
      });
      if (entry.count - 1 > int(entry.others.size()))
        error << ", ...";
      error << ')';
    }
  }

  void checkWithSchema(const ::onnx::NodeProto &node,
                       const ::onnx::checker::LexicalScopeContext &scope) {
    try {
      ::onnx::checker::check_node(node, checker, scope);
    } catch (const std::exception &e) {
      ++errors;
      model.error(node) << "is not as the specification says: " << getReason(e);
    }
  }
};

} // namespace

std::optional<RegisteredOperationName> lookupOp(MLIRContext *context,
                                                const ::onnx::NodeProto &node) {
  StringRef domain = domainName(node.domain());
  std::string name = "onnx.";
  if (domain == kMicrosoftDomain)
    name += "microsoft.";
  else if (domain == kNchwcDomain)
    name += "microsoft.nchwc.";
  else if (domain != "ai.onnx" && domain != "ai.onnx.ml" &&
           domain != kTrainingDomain)
    return std::nullopt;
  return RegisteredOperationName::lookup(name + node.op_type(), context);
}

LogicalResult checkStructure(Model &model) {
  return CheckStructure(model).run();
}

LogicalResult checkNodes(Model &model, const ImportOptions &options) {
  return CheckNodes(model, options).run();
}

} // namespace onnxc
