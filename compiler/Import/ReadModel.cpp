//===- ReadModel.cpp - The file as a protobuf, and facts about it ---------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/Model.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/FileSystem.h"
#include <google/protobuf/io/coded_stream.h>

using namespace mlir;

namespace onnxc {

Model::Model(StringRef path, MLIRContext &context)
    : context(context), path(path),
      loc(FileLineColLoc::get(&context, path, 0, 0)),
      proto(std::make_unique<::onnx::ModelProto>()) {}

Location Model::getLoc(const ::onnx::NodeProto &node, int number) {
  std::string name = node.name();
  if (name.empty()) {
    name = node.op_type();
    if (node.output_size())
      name += "_" + node.output(0);
  }
  // A node whose operator is unknown still needs a name.
  auto file = FileLineColLoc::get(&context, path, number, 0);
  auto op = NameLoc::get(StringAttr::get(&context, node.op_type()), file);
  return NameLoc::get(StringAttr::get(&context, name), op);
}

Location Model::getLoc(StringRef valueName) {
  return NameLoc::get(StringAttr::get(&context, valueName), loc);
}

InFlightDiagnostic Model::error(const ::onnx::NodeProto &node) {
  return emitError(getLoc(node));
}

int64_t Model::getOpset(StringRef domain) const {
  for (const auto &opset : proto->opset_import())
    if (domainName(opset.domain()) == domainName(domain))
      return opset.version();
  return 0;
}

static LogicalResult emitNotAModel(Location loc, StringRef why) {
  return emitError(loc)
         << "is not an ONNX model, or not a whole one: " << why
         << "; is the download complete, and is it an .onnx file?";
}

LogicalResult readProto(StringRef path, Location loc,
                        ::onnx::ModelProto &proto) {
  auto error = [&] { return emitError(loc); };
  if (llvm::sys::fs::is_directory(path))
    return error() << "is a directory; name the .onnx file in it";
  if (llvm::sys::fs::exists(path) && !llvm::sys::fs::is_regular_file(path))
    return error() << "is not a regular file";
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  if (!buffer)
    return error() << "cannot be read: " << buffer.getError().message();
  StringRef bytes = (*buffer)->getBuffer();
  if (bytes.empty())
    return error() << "is empty; is the download complete?";
  // Protobuf counts in int.
  if (bytes.size() > size_t(INT32_MAX))
    return error()
           << "is larger than 2 GiB, which a protobuf cannot be; save the "
              "model with external data";
  google::protobuf::io::CodedInputStream input(
      reinterpret_cast<const uint8_t *>(bytes.data()), int(bytes.size()));
  input.SetTotalBytesLimit(INT32_MAX);
  input.SetRecursionLimit(200);
  if (!proto.ParseFromCodedStream(&input) || !input.ConsumedEntireMessage())
    return emitNotAModel(loc, "its protobuf ends early, is damaged, or has "
                              "sub-graphs nested too deeply");
  return success();
}

LogicalResult readModel(Model &model) {
  ::onnx::ModelProto &proto = *model.proto;
  if (failed(readProto(model.path, model.loc, proto)))
    return failure();
  auto notAModel = [&](StringRef why) { return emitNotAModel(model.loc, why); };
  if (!proto.has_graph())
    return notAModel("it has no graph");
  if (!proto.has_ir_version() || proto.ir_version() < 1)
    return notAModel("it has no IR version");
  if (proto.graph().node_size() == 0 && proto.graph().output_size() == 0)
    return notAModel("its graph has neither nodes nor outputs");
  // Before IR version 3 there was one operator set, and no need to name it.
  if (proto.opset_import_size() == 0) {
    if (proto.ir_version() >= 3)
      return notAModel("it imports no operator set");
    proto.add_opset_import()->set_version(1);
  }
  return success();
}

static void count(const ::onnx::GraphProto &graph, ModelFacts &facts) {
  facts.numNodes += graph.node_size();
  auto add = [&](const ::onnx::TensorProto &tensor) {
    std::optional<int64_t> elements = countElements(
        ArrayRef<int64_t>(tensor.dims().data(), tensor.dims_size()));
    if (!elements)
      return;
    facts.numParameters += *elements;
    facts.numParameterBytes +=
        getPackedSize(tensor.data_type(), *elements).value_or(0);
  };
  for (const auto &tensor : graph.initializer())
    add(tensor);
  for (const auto &tensor : graph.sparse_initializer())
    add(tensor.values());
  for (const auto &node : graph.node())
    for (const auto &attribute : node.attribute()) {
      if (attribute.has_t() && node.op_type() == "Constant")
        add(attribute.t());
      if (attribute.has_g())
        count(attribute.g(), facts);
    }
}

ModelFacts collectFacts(const ::onnx::ModelProto &proto) {
  ModelFacts facts;
  facts.producer = proto.producer_name();
  facts.producerVersion = proto.producer_version();
  facts.domain = proto.domain();
  facts.graphName = proto.graph().name();
  facts.doc = proto.doc_string().empty() ? proto.graph().doc_string()
                                         : proto.doc_string();
  facts.irVersion = proto.ir_version();
  facts.modelVersion = proto.model_version();
  for (const auto &opset : proto.opset_import())
    facts.opsets.emplace_back(domainName(opset.domain()).str(),
                              opset.version());
  for (const auto &entry : proto.metadata_props())
    facts.metadata.emplace_back(entry.key(), entry.value());
  count(proto.graph(), facts);
  return facts;
}

} // namespace onnxc
