//===- WeightsTest.cpp - The convention for blobs -------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "codegen/Weights.h"
#include "dialects/plan/PlanAttrs.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/MLIRContext.h"
#include <catch2/catch.hpp>

using namespace mlir;
using namespace onnxc;

static std::string blobOf(ElementsAttr value, bool bigEndian = false) {
  std::string bytes;
  llvm::raw_string_ostream os(bytes);
  REQUIRE(succeeded(writeBlob(value, bigEndian, os)));
  CHECK(bytes.size() == getBlobBytes(value));
  return bytes;
}

static DenseElementsAttr ints(MLIRContext &context, Type type,
                              ArrayRef<int64_t> values) {
  SmallVector<APInt> numbers;
  for (int64_t value : values)
    numbers.push_back(APInt(type.getIntOrFloatBitWidth(), value, true, true));
  return DenseElementsAttr::get(
      RankedTensorType::get({int64_t(values.size())}, type), numbers);
}

TEST_CASE("elements are little-endian unless told") {
  MLIRContext context;
  Builder b(&context);
  auto value = ints(context, b.getI16Type(), {0x0102, -2});
  CHECK(blobOf(value) == std::string("\x02\x01\xfe\xff", 4));
  CHECK(blobOf(value, true) == std::string("\x01\x02\xff\xfe", 4));
}

TEST_CASE("a bool is a byte, 0 or 1") {
  MLIRContext context;
  Builder b(&context);
  CHECK(blobOf(ints(context, b.getI1Type(), {1, 0, 1})) ==
        std::string("\1\0\1", 3));
}

TEST_CASE("types below a byte take one, extended by their sign") {
  MLIRContext context;
  Builder b(&context);
  CHECK(blobOf(ints(context, b.getIntegerType(4), {-1, 7})) ==
        std::string("\xff\x07", 2));
  CHECK(blobOf(ints(context, b.getIntegerType(4, false), {15, 7})) ==
        std::string("\x0f\x07", 2));
}

TEST_CASE("a splat is written out") {
  MLIRContext context;
  Builder b(&context);
  auto value = DenseElementsAttr::get(
      RankedTensorType::get({5000}, b.getF32Type()), 1.0f);
  std::string bytes = blobOf(value);
  CHECK(bytes.size() == 20000);
  CHECK(bytes.substr(19996) == std::string("\0\0\x80\x3f", 4));
}

TEST_CASE("a blob is padded to the alignment") {
  MLIRContext context;
  Builder b(&context);
  OwningOpRef<ModuleOp> module = ModuleOp::create(b.getUnknownLoc());
  context.loadDialect<plan::PlanDialect>();
  auto entry = [&](int64_t offset, ElementsAttr value) -> Attribute {
    return plan::WeightAttr::get(&context, offset, value);
  };
  auto value = ints(context, b.getI8Type(), {1, 2});
  plan::attrs::Weights::set(
      *module, b.getArrayAttr({entry(64, value), entry(0, value)}));
  auto weights = readWeights(*module);
  REQUIRE(succeeded(weights));
  std::string bytes;
  llvm::raw_string_ostream os(bytes);
  REQUIRE(succeeded(weights->write(false, os)));
  CHECK(bytes.size() == 128);
  CHECK(bytes.substr(62, 4) == std::string("\0\0\1\2", 4));

  context.getDiagEngine().registerHandler([](Diagnostic &) {});
  plan::attrs::Weights::set(*module,
                            b.getArrayAttr({entry(1, value), entry(0, value)}));
  CHECK(failed(readWeights(*module)));
}
