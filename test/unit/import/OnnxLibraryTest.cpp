// Holds the build of onnx's C++ library to what the importer relies on: the
// schemas are registered, and parser, checker, inliner, version converter and
// shape inference work.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "onnx/checker.h"
#include "onnx/defs/parser.h"
#include "onnx/defs/schema.h"
#include "onnx/inliner/inliner.h"
#include "onnx/shape_inference/implementation.h"
#include "onnx/version_converter/convert.h"

#include <catch2/catch.hpp>

namespace {

onnx::ModelProto parse(const char *text) {
  onnx::ModelProto model;
  onnx::OnnxParser parser(text);
  auto status = parser.Parse(model);
  INFO(status.ErrorMessage());
  REQUIRE(status.IsOK());
  return model;
}

} // namespace

TEST_CASE("schemas of the newest opset are registered") {
  const onnx::OpSchema *add = onnx::OpSchemaRegistry::Schema("Add", 28, "");
  REQUIRE(add != nullptr);
  CHECK(add->inputs().size() == 2);
  CHECK(onnx::OpSchemaRegistry::Schema("SwiGLU", 28, "") != nullptr);
  CHECK(onnx::OpSchemaRegistry::Schema("Scaler", 1, "ai.onnx.ml") != nullptr);
  CHECK(onnx::OpSchemaRegistry::Schema("NoSuchOp", 28, "") == nullptr);
}

TEST_CASE("a model is inlined, upgraded and given shapes") {
  onnx::ModelProto model = parse(R"onnx(
<ir_version: 8, opset_import: ["" : 9, "local" : 1]>
agraph (float[N, 4] x) => (float[M, K] y)
<float[2] scales = {1.0, 2.0}>
{
  t = local.twice(x)
  y = Upsample <mode = "nearest"> (t, scales)
}
<domain: "local", opset_import: ["" : 9]>
twice (a) => (b)
{
  b = Add(a, a)
}
)onnx");
  onnx::checker::check_model(model);

  onnx::inliner::InlineLocalFunctions(model);
  CHECK(model.functions_size() == 0);
  REQUIRE(model.graph().node_size() == 2);
  CHECK(model.graph().node(0).op_type() == "Add");

  onnx::ModelProto newest = onnx::version_conversion::ConvertVersion(model, 28);
  CHECK(newest.opset_import(0).version() == 28);
  bool resizes = false;
  for (const onnx::NodeProto &node : newest.graph().node())
    resizes |= node.op_type() == "Resize";
  CHECK(resizes);

  onnx::shape_inference::InferShapes(newest);
  REQUIRE(newest.graph().value_info_size() > 0);
  const auto &shape = newest.graph().value_info(0).type().tensor_type().shape();
  REQUIRE(shape.dim_size() == 2);
  CHECK(shape.dim(0).dim_param() == "N");
}

TEST_CASE("the checker throws across the library's border") {
  onnx::ModelProto model = parse(R"onnx(
<ir_version: 8, opset_import: ["" : 13]>
agraph (float[4] x) => (float[4] y)
{
  y = Add(x)
}
)onnx");
  CHECK_THROWS_AS(onnx::checker::check_model(model),
                  onnx::checker::ValidationError);
}
