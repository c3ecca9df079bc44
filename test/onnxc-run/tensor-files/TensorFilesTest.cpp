// TensorFilesTest.cpp: elements of every type, from the wire to a number and to
// NumPy's format and back.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/onnxc-run/TensorFiles.h"
#include "compiler/onnxc-run/Compare.h"
#include "compiler/onnxc-run/Elements.h"

#include <catch2/catch.hpp>

#include <cmath>

using namespace llvm;
using namespace onnxc::run;

namespace {
std::string varint(uint64_t value) {
  std::string text;
  for (; value >= 0x80; value >>= 7)
    text += static_cast<char>(value | 0x80);
  return text + static_cast<char>(value);
}

std::string bytesField(unsigned field, const std::string &bytes) {
  return varint(field << 3 | 2) + varint(bytes.size()) + bytes;
}

std::string packed(std::initializer_list<int64_t> values) {
  std::string text;
  for (int64_t value : values)
    text += varint(static_cast<uint64_t>(value));
  return text;
}

std::string proto(int32_t dtype, int64_t count, unsigned field,
                  const std::string &content) {
  return varint(1 << 3) + varint(static_cast<uint64_t>(count)) +
         varint(2 << 3) + varint(static_cast<uint64_t>(dtype)) +
         bytesField(field, content);
}

std::vector<double> values(const HostTensor &tensor) {
  std::vector<double> result;
  for (int64_t i = 0; i < tensor.count(); ++i)
    result.push_back(static_cast<double>(loadElement(tensor, i).re));
  return result;
}

std::vector<double> parsed(const std::string &bytes) {
  Expected<NamedTensor> tensor = parseTensorProto(bytes);
  REQUIRE(static_cast<bool>(tensor));
  return values(tensor->tensor);
}

std::string failure(const std::string &bytes) {
  Expected<NamedTensor> tensor = parseTensorProto(bytes);
  REQUIRE_FALSE(static_cast<bool>(tensor));
  return toString(tensor.takeError());
}

constexpr unsigned int32Data = 5, int64Data = 7, rawData = 9, uint64Data = 11;
using Doubles = std::vector<double>;
} // namespace

TEST_CASE("integers in typed fields keep their sign") {
  CHECK(parsed(proto(ONNXC_INT32, 2, int32Data, packed({-1, 7}))) ==
        Doubles{-1, 7});
  CHECK(parsed(proto(ONNXC_INT8, 2, int32Data, packed({-128, 127}))) ==
        Doubles{-128, 127});
  CHECK(parsed(proto(ONNXC_UINT16, 1, int32Data, packed({65535}))) ==
        Doubles{65535});
  CHECK(parsed(proto(ONNXC_INT64, 2, int64Data, packed({-5, 1}))) ==
        Doubles{-5, 1});
  CHECK(parsed(proto(ONNXC_UINT32, 1, uint64Data, packed({4294967295}))) ==
        Doubles{4294967295});
  CHECK(parsed(proto(ONNXC_BOOL, 3, int32Data, packed({1, 0, 1}))) ==
        Doubles{1, 0, 1});
}

TEST_CASE("types below a byte take a byte each, the first in the low bits") {
  CHECK(parsed(proto(ONNXC_INT4, 3, rawData, "\x87\x0f")) ==
        Doubles{7, -8, -1});
  CHECK(parsed(proto(ONNXC_UINT4, 3, int32Data, packed({0x87, 0x0f}))) ==
        Doubles{7, 8, 15});
  CHECK(parsed(proto(ONNXC_INT2, 5, rawData, "\x1b\x02")) ==
        Doubles{-1, -2, 1, 0, -2});
  CHECK(parsed(proto(ONNXC_UINT2, 4, rawData, "\x1b")) == Doubles{3, 2, 1, 0});
  CHECK(parsed(proto(ONNXC_FLOAT4E2M1, 4, rawData, "\x71\xf2")) ==
        Doubles{0.5, 6, 1, -6});
}

TEST_CASE("small floats mean what their formats say") {
  CHECK(parsed(proto(ONNXC_FLOAT16, 2, int32Data, packed({0x3c00, 0xc000}))) ==
        Doubles{1, -2});
  CHECK(parsed(proto(ONNXC_BFLOAT16, 1, rawData, std::string("\x80\x3f"))) ==
        Doubles{1});
  CHECK(parsed(proto(ONNXC_FLOAT8E4M3FN, 2, rawData, "\x38\x7e")) ==
        Doubles{1, 448});
  CHECK(parsed(proto(ONNXC_FLOAT8E5M2, 2, rawData, "\x3c\xbc")) ==
        Doubles{1, -1});
  CHECK(parsed(proto(ONNXC_FLOAT8E4M3FNUZ, 1, rawData, "\x40")) == Doubles{1});
  CHECK(parsed(proto(ONNXC_FLOAT8E5M2FNUZ, 1, rawData, "\x40")) == Doubles{1});
  CHECK(parsed(proto(ONNXC_FLOAT8E8M0, 2, rawData, "\x7f\x80")) ==
        Doubles{1, 2});
}

TEST_CASE("what is not a tensor is said to be none") {
  CHECK_THAT(failure(proto(ONNXC_FLOAT, 2, rawData, "abc")),
             Catch::Contains("3 elements"));
  CHECK_THAT(failure(proto(ONNXC_STRING, 2, 6, "x")),
             Catch::Contains("the tensor has 1 strings"));
  CHECK_THAT(failure(proto(ONNXC_INT4, 3, rawData, "a")),
             Catch::Contains("instead of 2"));
  CHECK_THAT(failure("\x09"), Catch::Contains("not a TensorProto"));
  CHECK_THAT(failure(""), Catch::Contains("without a type"));
  CHECK_THAT(
      failure(varint(1 << 3) + varint(UINT64_MAX) + varint(2 << 3) + varint(1)),
      Catch::Contains("negative dimension"));
}

TEST_CASE("stored elements load as they were") {
  for (int32_t dtype = ONNXC_FLOAT; dtype <= ONNXC_INT2; ++dtype) {
    if (dtype == ONNXC_STRING)
      continue;
    Expected<HostTensor> tensor = HostTensor::create(dtype, {2});
    REQUIRE(static_cast<bool>(tensor));
    storeElement(*tensor, 0, 1);
    storeElement(*tensor, 1, 1);
    CHECK(values(*tensor) == Doubles{1, 1});

    // NumPy's format keeps the bytes, and the type where it has one.
    Expected<HostTensor> back = parseNpy(cantFail(encodeNpy(*tensor)));
    REQUIRE(static_cast<bool>(back));
    adoptType(*back, dtype);
    CHECK(compareTensors(*back, *tensor, {0, 0}).matches());
  }
}

TEST_CASE("strings keep their bytes") {
  Expected<HostTensor> tensor = HostTensor::create(ONNXC_STRING, {2, 2});
  REQUIRE(static_cast<bool>(tensor));
  CHECK(tensor->string(3).empty());
  tensor->setStrings({"a", "", "\xc3\xa9t\xc3\xa9", std::string("a\0b", 3)});
  Expected<HostTensor> npy = parseNpy(cantFail(encodeNpy(*tensor)));
  REQUIRE(static_cast<bool>(npy));
  CHECK(compareTensors(*npy, *tensor, {0, 0}).matches());
  Expected<NamedTensor> proto =
      parseTensorProto(encodeTensorProto(*tensor, "name"));
  REQUIRE(static_cast<bool>(proto));
  CHECK(proto->name == "name");
  CHECK(compareTensors(proto->tensor, *tensor, {0, 0}).matches());

  // NumPy drops zeros at the end, and has no bytes that are no UTF-8.
  for (const char *bad : {"\xff", ""}) {
    std::string last = *bad ? bad : std::string(1, '\0');
    tensor->setStrings({"a", "b", "c", last});
    CHECK(!errorToBool(
        parseTensorProto(encodeTensorProto(*tensor, "")).takeError()));
    CHECK(errorToBool(encodeNpy(*tensor).takeError()));
  }
}

TEST_CASE("integers saturate") {
  Expected<HostTensor> tensor = HostTensor::create(ONNXC_INT64, {2});
  REQUIRE(static_cast<bool>(tensor));
  storeElement(*tensor, 0, 1e30);
  storeElement(*tensor, 1, -1e30);
  auto *data = reinterpret_cast<int64_t *>(tensor->data.get());
  CHECK(data[0] == INT64_MAX);
  CHECK(data[1] == INT64_MIN);
}

TEST_CASE("tolerances are those of ONNX's runner") {
  auto compare = [](int32_t dtype, double got, double expected) {
    HostTensor a = cantFail(HostTensor::create(dtype, {}));
    HostTensor b = cantFail(HostTensor::create(dtype, {}));
    storeElement(a, 0, got);
    storeElement(b, 0, expected);
    return compareTensors(a, b, Tolerance()).matches();
  };
  CHECK(compare(ONNXC_FLOAT, 1.0009, 1));
  CHECK_FALSE(compare(ONNXC_FLOAT, 1.0011, 1));
  CHECK_FALSE(compare(ONNXC_FLOAT, 2e-7, 0));
  CHECK(compare(ONNXC_BFLOAT16, 1.0078125, 1)); // one unit in the last place
  CHECK(compare(ONNXC_INT64, 10001, 10000));
  CHECK_FALSE(compare(ONNXC_INT64, 101, 100));
  CHECK(compare(ONNXC_FLOAT, NAN, NAN));
  CHECK(compare(ONNXC_FLOAT, INFINITY, INFINITY));
  CHECK_FALSE(compare(ONNXC_FLOAT, INFINITY, -INFINITY));
  CHECK_FALSE(compare(ONNXC_FLOAT, INFINITY, 1));
  CHECK_FALSE(compare(ONNXC_FLOAT, NAN, 1));
}
