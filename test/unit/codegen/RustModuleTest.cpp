//===- RustModuleTest.cpp - Names, comments and structs of Rust -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "codegen/RustModule.h"
#include "mlir/IR/MLIRContext.h"
#include "targets/RuntimeABI.h"
#include <catch2/catch.hpp>

using namespace mlir;
using namespace onnxc;

TEST_CASE("names of a model become names of Rust") {
  CHECK(makeRustIdentifier("logits/out:0") == "logits_out_0");
  CHECK(makeRustIdentifier("type") == "type_");
  CHECK(makeRustIdentifier("self") == "self_");
  // Also of C, as the header has the same names.
  CHECK(makeRustIdentifier("int") == "int_");
}

TEST_CASE("a comment has no character that rustc refuses") {
  CHECK(makeRustComment("grö\u00dfe") == "grö\u00dfe");
  CHECK(makeRustComment("a\xff"
                        "b") == "a?b");
  CHECK(makeRustComment("a\xc3") == "a?");
  CHECK(makeRustComment("a\u202e\u2066 b") == "a?? b");
  CHECK(makeRustComment("a\r\nb") == "a b");
}

static std::string write(const ModelInterface &model,
                         WeightsPlace weights = WeightsPlace::Embed) {
  DescriptorOptions descriptor;
  descriptor.prefix = "m";
  descriptor.weights = weights;
  descriptor.weightsBytes = 8;
  std::string text;
  llvm::raw_string_ostream os(text);
  writeRustModule(model, descriptor, os);
  return text;
}

static bool has(const std::string &text, const std::string &part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("what Rust says of the runtime is what the runtime has") {
  std::string text = write(ModelInterface());
  size_t at = text.find("pub struct Context {");
  REQUIRE(at != std::string::npos);
#define ONNXC_CONTEXT_FIELD(NAME, FIELD)                                       \
  at = text.find(" " #FIELD ": ", at);                                         \
  CHECK(at != std::string::npos);
#define ONNXC_STATUS(NAME, RUNTIME_NAME, VALUE)                                \
  if (has(text, "pub const " #RUNTIME_NAME ": i32"))                           \
    CHECK(has(text, "pub const " #RUNTIME_NAME ": i32 = " #VALUE ";"));
#include "targets/RuntimeABI.def"
  CHECK(has(text, "ALIGNMENT: usize = " + std::to_string(abi::kArenaAlignment) +
                      ";"));
}

TEST_CASE("a model without inputs and free dimensions takes none") {
  MLIRContext context;
  ModelInterface model;
  TensorInterface output;
  output.name = "y";
  output.dtype = abi::Bool;
  output.dims.push_back(getAffineConstantExpr(3, &context));
  model.outputs.push_back(output);
  std::string text = write(model);
  CHECK(has(text, "pub fn run(&mut self, inputs: &Inputs) -> "));
  CHECK(has(text, "pub y: Tensor<bool, 1>,"));
  CHECK_FALSE(has(text, "pub struct Dims"));
  CHECK(has(text, "pub fn new() -> "));
  CHECK(has(write(model, WeightsPlace::File),
            "pub fn new(weights: &std::path::Path) -> "));
}

TEST_CASE("an input whose size is an expression is refused") {
  MLIRContext context;
  ModelInterface model;
  model.symbols.push_back({"n"});
  TensorInterface input;
  input.name = "x";
  input.dtype = abi::Float;
  input.dims.push_back(getAffineSymbolExpr(0, &context));
  model.inputs.push_back(input);
  CHECK(llvm::toString(checkRustInterface(model)).empty());
  model.inputs[0].dims[0] = getAffineSymbolExpr(0, &context) * 2;
  CHECK(llvm::toString(checkRustInterface(model)) ==
        "--emit=rust: dimension 0 of input \"x\" is an expression of others; "
        "the C header of --emit=obj takes it");
}
