//===- GuardInference.cpp - Where onnx's inference trusts a model ---------===//
//
// The version converter infers shapes first, with the functions of onnx's
// schemas. They take axes for ints, so that others are refused before. One that
// reads beyond the shapes of a wrong model is replaced by one that looks.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/Model.h"
#include "mlir/IR/Diagnostics.h"
#include <onnx/defs/schema.h>
#include <onnx/defs/shape_inference.h>

using namespace mlir;

namespace onnxc {

/// No tensor has so many dimensions.
static constexpr int64_t kMostDimensions = 1 << 16;

static bool isAxis(StringRef attribute) {
  return attribute.contains("axis") || attribute == "axes" ||
         attribute == "batch_dims" || attribute == "perm";
}

template <typename Graph>
static bool checkAxesOf(Model &model, const ImportOptions &options,
                        const Graph &graph) {
  bool isGood = true;
  for (const auto &node : graph.node()) {
    // What an attribute is there its function knows.
    if (findCustomOperator(options, node))
      continue;
    for (const auto &attribute : node.attribute()) {
      if (attribute.has_g())
        isGood &= checkAxesOf(model, options, attribute.g());
      for (const auto &inner : attribute.graphs())
        isGood &= checkAxesOf(model, options, inner);
      if (!isAxis(attribute.name()))
        continue;
      SmallVector<int64_t> axes(attribute.ints().begin(),
                                attribute.ints().end());
      axes.push_back(attribute.i());
      for (int64_t axis : axes)
        if (axis < -kMostDimensions || axis > kMostDimensions) {
          model.error(node) << attribute.name() << " " << axis
                            << " is out of range for any rank";
          isGood = false;
        }
    }
  }
  return isGood;
}

LogicalResult checkAxes(Model &model, const ImportOptions &options) {
  bool isGood = checkAxesOf(model, options, model.proto->graph());
  for (const auto &function : model.proto->functions())
    isGood &= checkAxesOf(model, options, function);
  return success(isGood);
}

/// The length of an index and the number of batches, which may be negative.
static int64_t countIndexedDims(::onnx::InferenceContext &context) {
  if (!::onnx::hasNInputShapes(context, 2))
    return 0;
  const auto &indices = context.getInputType(1)->tensor_type().shape();
  int64_t batches = ::onnx::getAttribute(context, "batch_dims", int64_t(0));
  int64_t length = 0;
  if (indices.dim_size())
    length = indices.dim(indices.dim_size() - 1).dim_value();
  // As unsigned numbers: onnx finds a sum that overflows.
  return int64_t(uint64_t(batches) + uint64_t(length));
}

static void guardGatherND(int version) {
  // The registry gives constants; its schemas are made when it is first asked.
  auto *schema = const_cast<::onnx::OpSchema *>(
      ::onnx::OpSchemaRegistry::Schema("GatherND", version, ""));
  if (!schema || schema->since_version() != version)
    return;
  ::onnx::InferenceFunction infer = schema->GetTypeAndShapeInferenceFunction();
  schema->TypeAndShapeInferenceFunction(
      [infer](::onnx::InferenceContext &context) {
        if (countIndexedDims(context) < 0)
          fail_shape_inference("GatherND's indices have a negative length");
        infer(context);
      });
}

/// Whether an operand from `first` on is a list that is stated to be longer
/// than any rank. onnx makes as many dimensions of a list of sizes.
static bool hasEndlessList(::onnx::InferenceContext &context, size_t first) {
  for (size_t i = first; i < context.getNumInputs(); ++i) {
    const ::onnx::TypeProto *type = context.getInputType(i);
    if (!type || !type->has_tensor_type())
      continue;
    const auto &shape = type->tensor_type().shape();
    if (shape.dim_size() == 1 && shape.dim(0).dim_value() > kMostDimensions)
      return true;
  }
  return false;
}

static void guardLists(StringRef name, int version, size_t first) {
  auto *schema = const_cast<::onnx::OpSchema *>(
      ::onnx::OpSchemaRegistry::Schema(name.str(), version, ""));
  if (!schema || schema->since_version() != version)
    return;
  ::onnx::InferenceFunction infer = schema->GetTypeAndShapeInferenceFunction();
  schema->TypeAndShapeInferenceFunction(
      [infer, first](::onnx::InferenceContext &context) {
        if (hasEndlessList(context, first))
          fail_shape_inference("a list of sizes is longer than any rank");
        infer(context);
      });
}

/// Inference of ai.onnx.ml takes for granted that the types of inputs are
/// known, and those of tensors.
static void guardTypes(const ::onnx::OpSchema &listed) {
  auto *schema =
      const_cast<::onnx::OpSchema *>(::onnx::OpSchemaRegistry::Schema(
          listed.Name(), listed.since_version(), listed.domain()));
  if (!schema || !schema->has_type_and_shape_inference_function())
    return;
  ::onnx::InferenceFunction infer = schema->GetTypeAndShapeInferenceFunction();
  schema->TypeAndShapeInferenceFunction(
      [infer](::onnx::InferenceContext &context) {
        for (size_t i = 0; i < context.getNumInputs(); ++i)
          if (!context.getInputType(i) ||
              !context.getInputType(i)->has_tensor_type())
            return;
        if (context.getNumInputs() > 0)
          infer(context);
      });
}

static bool hasClassicalModels(const ::onnx::ModelProto &model) {
  auto imports = [](const auto &owner) {
    return llvm::any_of(owner.opset_import(), [](const auto &import) {
      return import.domain() == "ai.onnx.ml";
    });
  };
  return imports(model) || llvm::any_of(model.functions(), imports);
}

/// The registry gives copies of all schemas: a tenth of what a small model
/// takes to compile.
static void guardClassicalModels() {
  static const bool isGuarded = [] {
    for (const ::onnx::OpSchema &schema :
         ::onnx::OpSchemaRegistry::get_all_schemas_with_history())
      if (schema.domain() == "ai.onnx.ml")
        guardTypes(schema);
    return true;
  }();
  (void)isGuarded;
}

void guardInference(const Model &model) {
  if (hasClassicalModels(*model.proto))
    guardClassicalModels();
  static const bool isGuarded = [] {
    for (int version : {11, 12, 13})
      guardGatherND(version);
    for (int version = 1; version <= kNewestOpset; ++version) {
      guardLists("ConstantOfShape", version, 0);
      for (StringRef name :
           {"Expand", "Reshape", "Tile", "Pad", "Slice", "Resize", "Squeeze",
            "Unsqueeze", "AffineGrid", "CenterCropPad", "Col2Im"})
        guardLists(name, version, 1);
    }
    return true;
  }();
  (void)isGuarded;
}

} // namespace onnxc
