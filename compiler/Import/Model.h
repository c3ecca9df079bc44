//===- Model.h - The importer's steps on the protobuf ---------------------===//
//
// Private to compiler/Import. The steps, in order: read, take functions of
// other files, unify domains, sort, check equations, axes and the structure,
// set the weights aside, inline, check the nodes, upgrade, expand, build.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_IMPORT_MODEL_H
#define ONNXC_COMPILER_IMPORT_MODEL_H

#include "compiler/Import/Import.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Location.h"
#include "mlir/IR/OperationSupport.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/MemoryBuffer.h"
#include <memory>
#include <onnx/onnx_pb.h>

namespace onnxc {

/// The newest opset of the default domain that the dialect describes.
constexpr int64_t kNewestOpset = 28;

inline bool isDefaultDomain(llvm::StringRef domain) {
  return domain.empty() || domain == "ai.onnx";
}
/// The name a person knows the domain by.
inline llvm::StringRef domainName(llvm::StringRef domain) {
  return domain.empty() ? llvm::StringRef("ai.onnx") : domain;
}

/// onnxruntime's operators, of which onnx has no schemas.
constexpr llvm::StringLiteral kMicrosoftDomain = "com.microsoft";

/// What it saves of a model that it has laid out for one machine.
constexpr llvm::StringLiteral kNchwcDomain = "com.microsoft.nchwc";

/// The steps of optimisers, and Gradient.
constexpr llvm::StringLiteral kTrainingDomain = "ai.onnx.preview.training";

/// A tensor known at compile time: elements, or strings.
struct Constant {
  mlir::RankedTensorType type;
  mlir::ElementsAttr elements;
  mlir::ArrayAttr strings;
};

/// A model on its way through the importer.
struct Model {
  Model(llvm::StringRef path, mlir::MLIRContext &context);

  mlir::MLIRContext &context;
  std::string path;
  mlir::Location loc;
  std::unique_ptr<::onnx::ModelProto> proto;
  /// Weights set aside, by value name. The graph has an input in place of
  /// each.
  llvm::StringMap<Constant> weights;
  /// Long lists among nodes' attributes, set aside, by the name of the node's
  /// first output. The node has an empty list in place of each.
  llvm::StringMap<mlir::NamedAttrList> lists;
  /// External data files, mapped, by path.
  llvm::StringMap<std::shared_ptr<llvm::MemoryBuffer>> mapped;
  /// The metadata of nodes that have some.
  llvm::SmallVector<mlir::NamedAttribute> nodeMetadata;

  /// NameLoc(node, NameLoc(operator, file:number)).
  mlir::Location getLoc(const ::onnx::NodeProto &node, int number = 0);
  mlir::Location getLoc(llvm::StringRef valueName);
  mlir::InFlightDiagnostic error(const ::onnx::NodeProto &node);
  mlir::InFlightDiagnostic error() { return mlir::emitError(loc); }
  /// The version of a domain; 0 when it is not imported.
  int64_t getOpset(llvm::StringRef domain) const;
};

/// ReadModel.cpp
llvm::LogicalResult readModel(Model &model);
/// Reads a file; what is wrong with it is said of `loc`.
llvm::LogicalResult readProto(llvm::StringRef path, mlir::Location loc,
                              ::onnx::ModelProto &proto);
ModelFacts collectFacts(const ::onnx::ModelProto &proto);

/// UnifyDomains.cpp: one name for the default domain, one import a domain.
llvm::LogicalResult unifyDomains(Model &model);

/// NchwcBlocks.cpp: tells the nodes of com.microsoft.nchwc their block.
llvm::LogicalResult findNchwcBlocks(Model &model, const ImportOptions &options);
/// FunctionFiles.cpp: functions of other files become the model's own.
llvm::LogicalResult addFunctions(Model &model, const ImportOptions &options,
                                 ExternalFiles &files);

/// CustomNodes.cpp: the flag that a node is about, null for none; and what is
/// wrong with the flags.
const CustomOperator *findCustomOperator(const ImportOptions &options,
                                         const ::onnx::NodeProto &node);
llvm::LogicalResult takeCustomOperators(Model &model,
                                        const ImportOptions &options);

/// SortNodes.cpp: of each graph and function.
void sortNodes(Model &model);

/// CheckEquations.cpp: of Einsum.
llvm::LogicalResult checkEquations(Model &model);

/// CheckModel.cpp: names, order, opsets, operators.
llvm::LogicalResult checkStructure(Model &model);
llvm::LogicalResult checkNodes(Model &model, const ImportOptions &options);

/// MicrosoftNames.cpp: why an operator of com.microsoft is not compiled.
std::string explainMicrosoftOperator(llvm::StringRef name);

/// Weights.cpp
llvm::LogicalResult setWeightsAside(Model &model);

/// Attributes.cpp: long lists of the graph's nodes leave the protobuf.
llvm::LogicalResult setListsAside(Model &model);

/// Tensors.cpp: `tensor` gives up its bytes.
llvm::FailureOr<Constant> convertTensor(Model &model, mlir::Location loc,
                                        ::onnx::TensorProto &tensor);
llvm::FailureOr<Constant>
convertSparseTensor(Model &model, mlir::Location loc,
                    ::onnx::SparseTensorProto &tensor);
/// Loads the bytes of an external tensor into the protobuf.
llvm::LogicalResult loadExternal(Model &model, mlir::Location loc,
                                 ::onnx::TensorProto &tensor);

/// ExternalData.cpp: the bytes of an external tensor, of a given size; `owner`
/// keeps them mapped.
llvm::FailureOr<llvm::ArrayRef<char>>
mapExternal(Model &model, mlir::Location loc, const ::onnx::TensorProto &tensor,
            int64_t size, std::shared_ptr<void> &owner);

/// Types.cpp: null for what has no type here.
mlir::Type convertElementType(mlir::MLIRContext *context, int dataType);
/// As ONNX packs them; 0 for strings and unknown types.
unsigned getBitWidth(int dataType);
/// The bytes that `count` elements take as ONNX packs them; none for strings,
/// unknown types and what overflows.
std::optional<int64_t> getPackedSize(int dataType, int64_t count);
/// The number of elements a shape has; none if it is negative or overflows.
std::optional<int64_t> countElements(llvm::ArrayRef<int64_t> shape);
/// Unknown sizes stay unknown: tensor<*xT> unless all of them are known.
mlir::Type convertType(mlir::MLIRContext *context,
                       const ::onnx::TypeProto &type);

/// QuantizedFunctions.cpp: bodies for operators of the domain com.microsoft.
llvm::LogicalResult defineQuantizedFunctions(Model &model,
                                             const ImportOptions &options);

/// InlineFunctions.cpp: model-local functions, then those of schemas whose
/// operator has no op in the dialect.
llvm::LogicalResult inlineLocalFunctions(Model &model);
/// Bodies may depend on sizes that `options` bind.
llvm::LogicalResult expandFunctions(Model &model, const ImportOptions &options);

/// GuardInference.cpp: onnx's own looks before it reads; axes are ints.
void guardInference(const Model &model);
llvm::LogicalResult checkAxes(Model &model, const ImportOptions &options);

/// Upgrade.cpp
llvm::LogicalResult upgradeModel(Model &model);

/// ZipMaps.cpp: whether ai.onnx.ml's ZipMap makes an output; notes the keys at
/// such outputs, and warns.
bool isZipMap(const Model &model, const std::string &output);
void describeZipMaps(Model &model);

/// BuildModule.cpp
llvm::FailureOr<mlir::OwningOpRef<mlir::ModuleOp>>
buildModule(Model &model, const ImportOptions &options);

/// OnnxException.cpp: what is wrong, without onnx's source lines.
std::string getReason(const std::exception &exception);

/// The dialect's op for a node, if it has one.
std::optional<mlir::RegisteredOperationName>
lookupOp(mlir::MLIRContext *context, const ::onnx::NodeProto &node);

} // namespace onnxc

#endif // ONNXC_COMPILER_IMPORT_MODEL_H
