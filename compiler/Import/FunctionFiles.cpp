//===- FunctionFiles.cpp - Bodies of functions from other files -----------===//
//
// --functions names models for the sake of their functions. Those that the
// model needs, at first or second hand, become its own; what follows inlines
// them as it does the others.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/Model.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/StringSet.h"
#include <onnx/defs/schema.h>

using namespace mlir;

namespace onnxc {

namespace {

/// "my.ops::Scale", with the overload where there is one.
template <typename Named>
std::string getKey(const Named &of, const std::string &name) {
  std::string key = domainName(of.domain()).str() + "::" + name;
  return of.overload().empty() ? key : key + "::" + of.overload();
}

/// A file that --functions names.
struct Library {
  std::string path;
  ::onnx::ModelProto proto;
  bool isUsed = false;
};

class AddFunctions {
public:
  AddFunctions(Model &model, const ImportOptions &options)
      : model(model), options(options) {}

  LogicalResult run(ExternalFiles &files) {
    for (const std::string &path : options.functionFiles) {
      if (failed(read(path)))
        return failure();
      files.push_back(path);
    }
    for (auto &function : *model.proto->mutable_functions())
      own[getKey(function, function.name())] = &function;
    if (failed(visit(model.proto->graph().node())))
      return failure();
    // Adding one moves the others.
    for (int i = 0; i < model.proto->functions_size(); ++i) {
      ::onnx::FunctionProto function = model.proto->functions(i);
      if (failed(visit(function.node())))
        return failure();
    }
    for (const auto &library : libraries)
      if (!library->isUsed)
        emitWarning(getLoc(library->path))
            << "has no function that the model calls";
    return success();
  }

private:
  struct Found {
    const ::onnx::FunctionProto *function = nullptr;
    SmallVector<Library *, 1> libraries;
    /// One of them with another body.
    Library *other = nullptr;
  };

  Model &model;
  const ImportOptions &options;
  std::vector<std::unique_ptr<Library>> libraries;
  llvm::StringMap<Found> functions;
  llvm::StringMap<const ::onnx::FunctionProto *> own;
  llvm::StringSet<> added;

  Location getLoc(StringRef path) {
    return FileLineColLoc::get(&model.context, path, 0, 0);
  }

  LogicalResult read(const std::string &path) {
    libraries.push_back(std::make_unique<Library>());
    Library &library = *libraries.back();
    library.path = path;
    if (failed(readProto(path, getLoc(path), library.proto)))
      return failure();
    if (library.proto.functions_size() == 0)
      return emitError(getLoc(path))
             << "has no functions; --functions wants a model that has some "
                "(`functions` of its protobuf)";
    for (const auto &function : library.proto.functions()) {
      Found &found = functions[getKey(function, function.name())];
      if (found.libraries.empty())
        found.function = &function;
      else if (found.function->SerializeAsString() !=
               function.SerializeAsString())
        found.other = &library;
      found.libraries.push_back(&library);
    }
    return success();
  }

  template <typename Nodes> LogicalResult visit(const Nodes &nodes) {
    for (const auto &node : nodes) {
      for (const auto &attribute : node.attribute()) {
        if (attribute.has_g() && failed(visit(attribute.g().node())))
          return failure();
        for (const auto &graph : attribute.graphs())
          if (failed(visit(graph.node())))
            return failure();
      }
      std::string key = getKey(node, node.op_type());
      auto found = functions.find(key);
      if (found != functions.end() && !findCustomOperator(options, node) &&
          failed(add(key, found->second)))
        return failure();
    }
    return success();
  }

  /// An operator of ONNX's own that is another one in an older opset.
  template <typename Nodes>
  static std::string findChanged(const Nodes &nodes, int64_t from, int64_t to) {
    for (const auto &node : nodes) {
      for (const auto &attribute : node.attribute())
        if (std::string inside = findChanged(attribute.g().node(), from, to);
            !inside.empty())
          return inside;
      auto get = [&](int64_t version) {
        return ::onnx::OpSchemaRegistry::Schema(node.op_type(), int(version),
                                                "");
      };
      if (isDefaultDomain(node.domain()) && get(from) != get(to))
        return node.op_type();
    }
    return {};
  }

  LogicalResult add(StringRef key, Found &found) {
    for (Library *library : found.libraries)
      library->isUsed = true;
    if (!added.insert(key).second)
      return success();
    InFlightDiagnostic error = emitError(getLoc(found.libraries.front()->path));
    error << "function " << key << " ";
    if (found.other)
      return error << "is also in " << found.other->path
                   << ", with another body; give one of the two files";
    if (auto it = own.find(key); it != own.end()) {
      if (it->second->SerializeAsString() !=
          found.function->SerializeAsString())
        return error << "is also in the model, with another body; take it out "
                        "of one of them";
      error.abandon();
      return success();
    }
    for (const auto &opset : found.function->opset_import()) {
      bool isDefault = isDefaultDomain(opset.domain());
      int64_t version = model.getOpset(opset.domain());
      if (isDefault && opset.version() > kNewestOpset)
        return error << "is of opset " << opset.version()
                     << "; onnxc knows 1 to " << kNewestOpset;
      // onnx converts to newer opsets.
      if (isDefault && version && opset.version() > version)
        if (std::string changed =
                findChanged(found.function->node(), opset.version(), version);
            !changed.empty())
          return error << "is of opset " << opset.version() << ", the model of "
                       << version << ", where " << changed
                       << " is another operator; export the model for opset "
                       << opset.version();
      if (version && version != opset.version() && !isDefault)
        return error << "imports the operator set " << opset.domain()
                     << " at version " << opset.version() << ", the model at "
                     << version << "; export both for the same";
      if (!version)
        *model.proto->add_opset_import() = opset;
    }
    error.abandon();
    ::onnx::FunctionProto &function = *model.proto->add_functions();
    function = *found.function;
    for (auto &opset : *function.mutable_opset_import())
      if (isDefaultDomain(opset.domain()))
        opset.set_version(std::min(opset.version(), model.getOpset("")));
    return success();
  }
};

} // namespace

LogicalResult addFunctions(Model &model, const ImportOptions &options,
                           ExternalFiles &files) {
  if (options.functionFiles.empty())
    return success();
  return AddFunctions(model, options).run(files);
}

} // namespace onnxc
