//===- BuildModule.cpp - The graph as func.func @main ---------------------===//
//
// There is no table of operators: an op is looked up by its name, attributes
// are set by theirs, and the op itself says how many inputs it has, what it
// calls its sub-graphs and of what types its results are.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/Build.h"
#include "compiler/Import/CustomNodes.h"
#include "compiler/Import/PackedValues.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/ControlFlowOps.h"
#include "dialects/onnx/InferTypes.h"
#include "dialects/onnx/ModelAttrs.h"
#include "dialects/onnx/SliceOps.h"
#include "dialects/plan/Branches.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Verifier.h"
#include "llvm/ADT/StringSet.h"
#include <onnx/shape_inference/implementation.h>

using namespace mlir;
using namespace onnxc::onnx;

namespace onnxc {

namespace {

/// The values that a graph and those around it define.
struct Values {
  const Values *parent = nullptr;
  llvm::StringMap<Value> values;

  Value lookup(StringRef name) const {
    auto it = values.find(name);
    if (it != values.end())
      return it->second;
    return parent ? parent->lookup(name) : Value();
  }
};

/// The type that the model states for a value, and the type inferred for it.
Type mergeTypes(Type stated, Type inferred) {
  auto s = dyn_cast_or_null<RankedTensorType>(stated);
  auto i = dyn_cast<TensorType>(inferred);
  if (!i)
    return inferred;
  if (!s || s.getElementType() != i.getElementType() || getDims(inferred))
    return inferred;
  if (i.hasRank() && failed(verifyCompatibleShape(s.getShape(), i.getShape())))
    return inferred;
  return stated;
}

class BuildModule {
public:
  BuildModule(Model &model, const ImportOptions &options)
      : model(model), options(options), b(&model.context) {}

  FailureOr<OwningOpRef<ModuleOp>> run();

private:
  Model &model;
  const ImportOptions &options;
  OpBuilder b;
  /// Static types that the model states, by value name.
  llvm::StringMap<Type> stated;
  std::optional<StatedTypes> customTypes;
  int nodeNumber = 0;

  void recordTypes(const ::onnx::GraphProto &graph);
  void setModuleAttributes(ModuleOp module);
  void buildPackedInput(func::FuncOp function, const PackedInput &input,
                        Values &values);
  void buildReturn(func::FuncOp function, ArrayRef<Value> outputs);
  LogicalResult checkOutputs(ArrayRef<Value> outputs);
  void warnOfOtherSizes(const std::string &name,
                        const ::onnx::TensorShapeProto &shape,
                        const Dims &dims);
  LogicalResult buildBody(::onnx::GraphProto &graph, Values &values,
                          SmallVectorImpl<Value> &outputs);
  void buildConstant(Location loc, StringRef name, const Constant &constant,
                     Values &values);
  LogicalResult buildNode(::onnx::NodeProto &node, Values &values);
  LogicalResult buildCustomNode(const CustomOperator &custom,
                                ::onnx::NodeProto &node, Location loc,
                                Values &values);
  LogicalResult buildOperands(const ::onnx::NodeProto &node, Location loc,
                              OperationName name, const Values &values,
                              SmallVectorImpl<Value> &operands,
                              NamedAttrList &attributes);
  LogicalResult buildRegions(::onnx::NodeProto &node, SubgraphOp op,
                             const Values &values);
  LogicalResult buildBranches(::onnx::NodeProto &node, IfOp op,
                              const Values &values);
  LogicalResult buildRegion(const ::onnx::GraphProto &graph, Location loc,
                            Region &region, ArrayRef<Type> argTypes,
                            const Values &values);
  LogicalResult inferTypes(const ::onnx::NodeProto &node, Operation *probe,
                           SmallVectorImpl<Type> &types);
};

void BuildModule::recordTypes(const ::onnx::GraphProto &graph) {
  for (const auto *values : {&graph.value_info(), &graph.output()})
    for (const auto &value : *values)
      if (Type type = convertType(&model.context, value.type()))
        stated[value.name()] = type;
  for (const auto &node : graph.node())
    for (const auto &attribute : node.attribute())
      if (attribute.has_g())
        recordTypes(attribute.g());
}

/// What the model states about its outputs should be what its nodes compute.
/// Tools that change a model often leave old sizes behind, which harms nobody.
LogicalResult BuildModule::checkOutputs(ArrayRef<Value> outputs) {
  for (auto [output, value] :
       llvm::zip(model.proto->graph().output(), outputs)) {
    if (!output.type().has_tensor_type())
      continue;
    const auto &tensor = output.type().tensor_type();
    auto type = dyn_cast<TensorType>(value.getType());
    Type element = convertElementType(&model.context, tensor.elem_type());
    if (tensor.elem_type() && type && element != type.getElementType())
      return model.error() << "output \"" << output.name()
                           << "\" is stated to have elements of type "
                           << tensor.elem_type() << " ("
                           << ::onnx::TensorProto_DataType_Name(
                                  ::onnx::TensorProto_DataType(
                                      tensor.elem_type()))
                           << "), but its node computes "
                           << type.getElementType();
    if (std::optional<Dims> dims = getDims(value); dims && tensor.has_shape())
      warnOfOtherSizes(output.name(), tensor.shape(), *dims);
  }
  return success();
}

void BuildModule::warnOfOtherSizes(const std::string &name,
                                   const ::onnx::TensorShapeProto &shape,
                                   const Dims &dims) {
  auto warn = [&] {
    return emitWarning(model.loc)
           << "output \"" << name << "\" is stated to have ";
  };
  if (int(dims.size()) != shape.dim_size()) {
    warn() << shape.dim_size() << " dimensions, but its node computes "
           << dims.size();
    return;
  }
  for (auto [k, dim] : llvm::enumerate(shape.dim())) {
    std::optional<int64_t> size = onnx::getConstant(dims[k]);
    if (dim.has_dim_value() && dim.dim_value() >= 0 && size &&
        *size != dim.dim_value())
      warn() << "size " << dim.dim_value() << " in dimension " << k
             << ", but its node computes " << *size;
  }
}

void BuildModule::buildConstant(Location loc, StringRef name,
                                const Constant &constant, Values &values) {
  values.values[name] = ConstantOp::create(b, loc, constant.type,
                                           constant.elements, constant.strings);
}

LogicalResult BuildModule::buildBody(::onnx::GraphProto &graph, Values &values,
                                     SmallVectorImpl<Value> &outputs) {
  for (auto &tensor : *graph.mutable_initializer()) {
    Location loc = model.getLoc(tensor.name());
    std::string name = tensor.name();
    FailureOr<Constant> constant = convertTensor(model, loc, tensor);
    if (failed(constant))
      return failure();
    buildConstant(loc, name, *constant, values);
  }
  for (auto &tensor : *graph.mutable_sparse_initializer()) {
    std::string name = tensor.values().name();
    Location loc = model.getLoc(name);
    FailureOr<Constant> constant = convertSparseTensor(model, loc, tensor);
    if (failed(constant))
      return failure();
    buildConstant(loc, name, *constant, values);
  }
  for (auto &node : *graph.mutable_node()) {
    ++nodeNumber;
    // Errors that follow from one would only be noise.
    if (failed(buildNode(node, values)))
      return failure();
  }
  for (const auto &output : graph.output()) {
    Value value = values.lookup(output.name());
    if (!value)
      return model.error() << "output \"" << output.name()
                           << "\" is not computed by any node";
    outputs.push_back(value);
  }
  return success();
}

LogicalResult BuildModule::buildOperands(const ::onnx::NodeProto &node,
                                         Location loc, OperationName name,
                                         const Values &values,
                                         SmallVectorImpl<Value> &operands,
                                         NamedAttrList &attributes) {
  size_t slots = name.getInterface<OnnxOpInterface>()->getNumInputSlots();
  int numInputs = node.input_size();
  while (numInputs && node.input(numInputs - 1).empty())
    --numInputs;
  // Only the last slot can be variadic.
  SmallVector<int32_t> segments(slots, 0);
  SmallVector<Type> types(numInputs);
  for (int i = 0; i < numInputs; ++i) {
    const std::string &input = node.input(i);
    if (input.empty()) {
      if (slots == 0 || size_t(i) + 1 >= slots)
        return emitError(loc)
               << "its input number " << i << " is needed, but left out";
      continue;
    }
    Value value = values.lookup(input);
    if (!value)
      return emitError(loc)
             << "uses \"" << input << "\", which nothing defines";
    operands.push_back(value);
    types[i] = value.getType();
    if (slots)
      ++segments[std::min<size_t>(i, slots - 1)];
  }
  if (slots)
    attributes.set("operandSegmentSizes", b.getDenseI32ArrayAttr(segments));
  return checkTypes(model, node, loc, types);
}

LogicalResult BuildModule::buildRegion(const ::onnx::GraphProto &graph,
                                       Location loc, Region &region,
                                       ArrayRef<Type> argTypes,
                                       const Values &values) {
  if (graph.input_size() != int(argTypes.size()))
    return emitError(loc) << "its sub-graph \"" << graph.name() << "\" has "
                          << graph.input_size() << " inputs where "
                          << argTypes.size() << " are needed";
  OpBuilder::InsertionGuard guard(b);
  region.getBlocks().clear();
  Block *block = b.createBlock(&region);
  Values inner{&values, {}};
  for (auto [input, type] : llvm::zip(graph.input(), argTypes))
    inner.values[input.name()] =
        block->addArgument(type, model.getLoc(input.name()));
  // Its tensors give up their bytes, and it may be built again.
  ::onnx::GraphProto copy = graph;
  SmallVector<Value> outputs;
  if (failed(buildBody(copy, inner, outputs)))
    return failure();
  YieldOp::create(b, loc, outputs);
  return success();
}

/// One that cannot be built, as sizes in it contradict each other, ends the
/// run.
LogicalResult BuildModule::buildBranches(::onnx::NodeProto &node, IfOp op,
                                         const Values &values) {
  auto build = [&](Region &region) -> LogicalResult {
    StringRef name =
        &region == &op.getThenBranch() ? "then_branch" : "else_branch";
    for (const auto &attribute : node.attribute())
      if (attribute.name() == name && attribute.has_g())
        return buildRegion(attribute.g(), op.getLoc(), region, {}, values);
    return emitError(op.getLoc()) << "has no sub-graph " << name;
  };
  FailureOr<Region *> impossible = plan::inferBranches(op, build);
  if (failed(impossible))
    return failure();
  if (!*impossible)
    return success();
  Region &other = *impossible == &op.getThenBranch() ? op.getElseBranch()
                                                     : op.getThenBranch();
  OpBuilder::InsertionGuard guard(b);
  (*impossible)->getBlocks().clear();
  b.createBlock(*impossible);
  SmallVector<Value> results;
  plan::createNever(b, op.getLoc());
  for (Value value : other.front().getTerminator()->getOperands()) {
    if (!isa<TensorType>(value.getType()))
      return emitError(op.getLoc())
             << "has a branch that cannot be computed, and gives "
             << value.getType() << " where only tensors are supported";
    // Inference gives them the other branch's sizes.
    SmallVector<int64_t> none(getRank(value).value_or(0), 0);
    auto type = RankedTensorType::get(none, onnx::getElementType(value));
    results.push_back(plan::createNothing(b, op.getLoc(), type));
  }
  YieldOp::create(b, op.getLoc(), results);
  return success();
}

LogicalResult BuildModule::buildRegions(::onnx::NodeProto &node, SubgraphOp op,
                                        const Values &values) {
  if (auto branch = dyn_cast<IfOp>(op.getOperation()))
    return buildBranches(node, branch, values);
  for (auto [i, name] : llvm::enumerate(op.getRegionNames())) {
    const ::onnx::GraphProto *graph = nullptr;
    for (const auto &attribute : node.attribute())
      if (attribute.name() == name && attribute.has_g())
        graph = &attribute.g();
    if (!graph)
      return emitError(op.getLoc()) << "has no sub-graph " << name;
    Region &region = op->getRegion(i);
    // A body may yield wider types than it began with.
    for (int round = 0; round < 4; ++round) {
      SmallVector<Type> types = op.getRegionArgTypes(i);
      if (!region.empty() && llvm::equal(types, region.getArgumentTypes()))
        break;
      if (failed(buildRegion(*graph, op.getLoc(), region, types, values)))
        return failure();
    }
  }
  return success();
}

LogicalResult BuildModule::inferTypes(const ::onnx::NodeProto &node,
                                      Operation *probe,
                                      SmallVectorImpl<Type> &types) {
  if (auto infer = dyn_cast<InferTypeOpInterface>(probe)) {
    if (failed(onnx::inferResultTypes(infer, types)))
      return failure();
  } else {
    for (const std::string &output : node.output()) {
      Type type = stated.lookup(output);
      if (!type)
        return emitError(probe->getLoc())
               << "the type of its output \"" << output
               << "\" is not known; state it in the model's value_info";
      types.push_back(type);
    }
  }
  // Other operators may leave out their last outputs.
  size_t numOutputs = node.output_size();
  bool isSplit = isa<SplitOp>(probe);
  if (numOutputs > types.size() || (isSplit && numOutputs < types.size()))
    return emitError(probe->getLoc())
           << "has " << node.output_size() << " outputs, the operator "
           << types.size();
  for (auto [output, type] : llvm::zip(node.output(), types))
    type = mergeTypes(stated.lookup(output), type);
  return success();
}

/// A Gradient names tensors in its attributes: the ones that it is with respect
/// to, those that stay, and the one that it is of.
static LogicalResult addNamedTensors(const ::onnx::NodeProto &node,
                                     Location loc, const Values &values,
                                     SmallVectorImpl<Value> &operands) {
  if (node.op_type() != "Gradient" || node.domain() != kTrainingDomain)
    return success();
  auto add = [&](const std::string &name) -> LogicalResult {
    Value value = values.lookup(name);
    if (!value)
      return emitError(loc) << "differentiates \"" << name
                            << "\", which no node before it computes";
    operands.push_back(value);
    return success();
  };
  for (StringRef list : {"xs", "zs", "y"})
    for (const auto &attribute : node.attribute()) {
      if (attribute.name() != list)
        continue;
      for (const std::string &name : attribute.strings())
        if (failed(add(name)))
          return failure();
      if (list == "y" && failed(add(attribute.s())))
        return failure();
    }
  return success();
}

/// onnx has checked those of its own operators.
static LogicalResult checkAttributeNames(const ::onnx::NodeProto &node,
                                         Location loc,
                                         RegisteredOperationName name) {
  if (node.domain() != kMicrosoftDomain && node.domain() != kNchwcDomain)
    return success();
  for (const auto &attribute : node.attribute())
    if (llvm::none_of(name.getAttributeNames(), [&](StringAttr known) {
          return known.getValue() == attribute.name();
        }))
      return emitError(loc) << "has no attribute \"" << attribute.name() << '"';
  return success();
}

LogicalResult BuildModule::buildCustomNode(const CustomOperator &custom,
                                           ::onnx::NodeProto &node,
                                           Location loc, Values &values) {
  FailureOr<Operation *> op =
      buildCustomCall(model, custom, node, loc, *customTypes, b,
                      [&](StringRef name) { return values.lookup(name); });
  if (failed(op) || failed((*op)->getName().verifyInvariants(*op)))
    return failure();
  unsigned next = 0;
  for (const std::string &output : node.output())
    if (!output.empty())
      values.values[output] = (*op)->getResult(next++);
  return success();
}

LogicalResult BuildModule::buildNode(::onnx::NodeProto &node, Values &values) {
  Location loc = model.getLoc(node, nodeNumber);
  if (const CustomOperator *custom = findCustomOperator(options, node))
    return buildCustomNode(*custom, node, loc, values);
  if (node.op_type() == "Constant" && isDefaultDomain(node.domain())) {
    FailureOr<Constant> constant = convertConstant(model, node);
    if (failed(constant))
      return failure();
    buildConstant(loc, node.output(0), *constant, values);
    return success();
  }
  std::optional<RegisteredOperationName> name = lookupOp(&model.context, node);
  if (!name || !name->hasInterface<OnnxOpInterface>())
    return emitError(loc) << "operator " << domainName(node.domain()) << '.'
                          << node.op_type() << " is not supported";

  SmallVector<Value> operands;
  NamedAttrList attributes;
  if (failed(checkAttributeNames(node, loc, *name)) ||
      failed(buildOperands(node, loc, *name, values, operands, attributes)) ||
      failed(addNamedTensors(node, loc, values, operands)) ||
      failed(convertAttributes(model, node, attributes)) ||
      failed(name->verifyInherentAttrs(attributes,
                                       [&] { return emitError(loc); })))
    return failure();

  // An op without results yet tells what they are.
  unsigned numRegions = 0;
  if (auto *subgraphs = name->getInterface<SubgraphOp>())
    numRegions = subgraphs->getRegionNames().size();
  auto create = [&](TypeRange types) {
    return Operation::create(
        loc, *name, types, operands, NamedAttrList(attributes),
        OpaqueProperties(nullptr), BlockRange(), numRegions);
  };
  Operation *probe = create({});
  LogicalResult result = success();
  SmallVector<Type> types;
  if (auto op = dyn_cast<SubgraphOp>(probe))
    result = buildRegions(node, op, values);
  if (succeeded(result))
    result = inferTypes(node, probe, types);
  if (failed(result)) {
    probe->destroy();
    return failure();
  }
  Operation *op = create(types);
  for (unsigned i = 0; i < numRegions; ++i)
    op->getRegion(i).takeBody(probe->getRegion(i));
  probe->destroy();
  b.insert(op);
  // The op alone: the regions around it are not in their place yet.
  if (failed(op->getName().verifyInvariants(op)))
    return failure();
  for (auto [output, value] : llvm::zip(node.output(), op->getResults()))
    if (!output.empty())
      values.values[output] = value;
  return success();
}

void BuildModule::setModuleAttributes(ModuleOp module) {
  const ::onnx::ModelProto &proto = *model.proto;
  std::string producer = proto.producer_name();
  if (!proto.producer_version().empty())
    producer += " " + proto.producer_version();
  if (!producer.empty())
    attrs::Producer::set(module, b.getStringAttr(producer));
  const std::string &doc = proto.doc_string().empty()
                               ? proto.graph().doc_string()
                               : proto.doc_string();
  if (!doc.empty())
    attrs::Doc::set(module, b.getStringAttr(doc));
  if (!proto.graph().name().empty())
    attrs::GraphName::set(module, b.getStringAttr(proto.graph().name()));
  NamedAttrList metadata;
  for (const auto &entry : proto.metadata_props())
    if (!entry.key().empty())
      metadata.set(entry.key(), b.getStringAttr(entry.value()));
  if (!metadata.empty())
    attrs::Metadata::set(module, metadata.getDictionary(b.getContext()));
  NamedAttrList nodes;
  for (NamedAttribute entry : model.nodeMetadata)
    nodes.set(entry.getName(), entry.getValue());
  if (!nodes.empty())
    attrs::NodeMetadata::set(module, nodes.getDictionary(b.getContext()));
}

/// The tensors of an input are arguments in the order of their parts.
void BuildModule::buildPackedInput(func::FuncOp function,
                                   const PackedInput &input, Values &values) {
  Value first = values.lookup(input.getFirstName());
  unsigned number = cast<BlockArgument>(first).getArgNumber();
  auto tensors = function.getArguments().slice(number, input.getNumTensors());
  values.values[input.name] =
      buildInput(b, model.getLoc(input.name), input,
                 SmallVector<Value>(tensors.begin(), tensors.end()));
  markInput(function, number, input);
}

void BuildModule::buildReturn(func::FuncOp function, ArrayRef<Value> outputs) {
  SmallVector<Value> tensors;
  std::vector<OutputPart> parts;
  SmallVector<std::string> docs;
  for (auto [output, value] :
       llvm::zip(model.proto->graph().output(), outputs)) {
    llvm::append_range(tensors, buildOutput(b, model.getLoc(output.name()),
                                            output.name(), value, parts));
    docs.resize(parts.size(), output.doc_string());
  }
  func::ReturnOp::create(b, model.loc, tensors);
  function.setType(b.getFunctionType(function.getArgumentTypes(),
                                     ValueRange(tensors).getTypes()));
  for (auto [i, part] : llvm::enumerate(parts)) {
    attrs::Name::setOfResult(function, i, b.getStringAttr(part.name));
    if (!docs[i].empty())
      attrs::Doc::setOfResult(function, i, b.getStringAttr(docs[i]));
    if (part.part)
      attrs::Part::setOfResult(function, i, b.getI32IntegerAttr(part.part));
  }
}

FailureOr<OwningOpRef<ModuleOp>> BuildModule::run() {
  std::vector<PackedInput> packed = packInputs(model);
  FailureOr<Signature> signature = buildSignature(model, options);
  if (failed(signature))
    return failure();
  describeZipMaps(model);
  ::onnx::GraphProto &graph = *model.proto->mutable_graph();
  recordTypes(graph);
  if (!options.customOperators.empty())
    customTypes.emplace(graph, *signature);

  OwningOpRef<ModuleOp> module = ModuleOp::create(model.loc);
  setModuleAttributes(*module);
  b.setInsertionPointToStart(module->getBody());
  SmallVector<Type> inputTypes = signature->types;
  inputTypes.append(signature->symbols.size(), b.getIndexType());
  auto function = func::FuncOp::create(b, model.loc, "main",
                                       b.getFunctionType(inputTypes, {}));
  Block *block = function.addEntryBlock();
  b.setInsertionPointToStart(block);

  Values values;
  for (auto [i, input] : llvm::enumerate(signature->inputs)) {
    values.values[input->name()] = block->getArgument(i);
    block->getArgument(i).setLoc(model.getLoc(input->name()));
    attrs::Name::set(function, i, b.getStringAttr(input->name()));
    if (!input->doc_string().empty())
      attrs::Doc::set(function, i, b.getStringAttr(input->doc_string()));
  }
  SmallVector<StringRef> symbols(signature->symbols.begin(),
                                 signature->symbols.end());
  for (auto [i, symbol] : llvm::enumerate(symbols))
    attrs::Name::set(function, signature->inputs.size() + i,
                     b.getStringAttr(symbol));
  attrs::Symbols::set(function, b.getStrArrayAttr(symbols));
  attrs::SymbolBounds::set(function, b.getDenseI64ArrayAttr(signature->bounds));

  // In the order of the graph's inputs, so that the output does not depend on
  // a hash.
  for (const auto &input : graph.input())
    if (auto it = model.weights.find(input.name()); it != model.weights.end())
      buildConstant(model.getLoc(input.name()), input.name(), it->second,
                    values);
  for (const auto &[input, constant] : signature->constants)
    buildConstant(model.getLoc(input->name()), input->name(), constant, values);
  for (const PackedInput &input : packed)
    buildPackedInput(function, input, values);
  SmallVector<Value> outputs;
  if (failed(buildBody(graph, values, outputs)) ||
      failed(checkOutputs(outputs)))
    return failure();
  buildReturn(function, outputs);
  if (failed(verify(*module)))
    return failure();
  return module;
}

} // namespace

FailureOr<OwningOpRef<ModuleOp>> buildModule(Model &model,
                                             const ImportOptions &options) {
  try {
    ::onnx::shape_inference::InferShapes(*model.proto);
  } catch (const std::exception &) {
    // Our own inference tells what is wrong, at the node.
  }
  return BuildModule(model, options).run();
}

} // namespace onnxc
