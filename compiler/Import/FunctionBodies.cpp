//===- FunctionBodies.cpp - Bodies other than the specification's ---------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/FunctionBodies.h"
#include "compiler/Import/Model.h"
#include <onnx/defs/parser.h>

namespace onnxc {

namespace {

int64_t getIntAttribute(const ::onnx::NodeProto &node, llvm::StringRef name) {
  for (const auto &attribute : node.attribute())
    if (attribute.name() == name)
      return attribute.i();
  return 0;
}

/// How many dimensions the images have that AffineGrid makes a grid for: 2, 3,
/// or 0 where neither the sizes nor the matrices say it.
int64_t getImageRank(const std::vector<::onnx::TypeProto> &inputs) {
  auto getDim = [&](size_t input, int dim, int rank) -> int64_t {
    if (input >= inputs.size())
      return 0;
    const auto &shape = inputs[input].tensor_type().shape();
    return shape.dim_size() == rank ? shape.dim(dim).dim_value() : 0;
  };
  if (int64_t length = getDim(1, 0, 1))
    return length - 2;
  return getDim(0, 1, 3);
}

/// Where the pixels are in one dimension, between -1 and 1.
std::string getPlaces(const std::string &name, int dim, bool alignCorners,
                      const std::string &unsqueezed) {
  std::string text =
      "from_" + name + " = Constant<value_ints: ints = [" +
      std::to_string(dim) + "]>()\n" + "to_" + name +
      " = Constant<value_ints: ints = [" + std::to_string(dim + 1) + "]>()\n" +
      "size_" + name + " = Slice(size, from_" + name + ", to_" + name + ")\n" +
      "end_" + name + " = Squeeze(size_" + name + ", axis_0)\n" + "float_" +
      name + " = CastLike(size_" + name + ", theta)\n" + "int_" + name +
      " = Range(zero, end_" + name + ", one)\n" + "index_" + name +
      " = CastLike(int_" + name + ", theta)\n" + "twice_" + name +
      " = Mul(index_" + name + ", two_f)\n";
  if (alignCorners)
    text += "less_" + name + " = Sub(float_" + name + ", one_f)\n" + "parts_" +
            name + " = Max(less_" + name + ", one_f)\n" + "odd_" + name +
            " = Identity(twice_" + name + ")\n";
  else
    text += "parts_" + name + " = Identity(float_" + name + ")\n" + "odd_" +
            name + " = Add(twice_" + name + ", one_f)\n";
  return text + "part_" + name + " = Div(odd_" + name + ", parts_" + name +
         ")\n" + "place_" + name + " = Sub(part_" + name + ", one_f)\n" +
         "axes_" + name + " = Constant<value_ints: ints = [" + unsqueezed +
         "]>()\n" + name + " = Unsqueeze(place_" + name + ", axes_" + name +
         ")\n";
}

/// A matrix times (x, y, 1) or (x, y, z, 1) at each pixel. The specification's
/// body squeezes the batch away where it is 1, and takes its sizes from a
/// Split, of which no result has a size that is known before a run.
std::string getAffineGrid(int64_t rank, bool alignCorners) {
  bool is2d = rank == 2;
  std::string text = R"(
    <opset_import: ["" : 20], domain: "">
    AffineGrid (theta, size) => (grid) {
      zero = Constant<value_int: int = 0>()
      one = Constant<value_int: int = 1>()
      two = Constant<value_int: int = 2>()
      one_f = CastLike(one, theta)
      two_f = CastLike(two, theta)
      axis_0 = Constant<value_ints: ints = [0]>()
      last = Constant<value_ints: ints = [-1]>()
  )";
  text += is2d ? getPlaces("x", 3, alignCorners, "1") +
                     getPlaces("y", 2, alignCorners, "1, 2") + R"(
      matrix_axes = Constant<value_ints: ints = [1, 2]>()
      matrix = Unsqueeze(theta, matrix_axes)
      ax, ay, a = Split<axis: int = -1, num_outputs: int = 3>(matrix)
  )"
               : getPlaces("x", 4, alignCorners, "1") +
                     getPlaces("y", 3, alignCorners, "1, 2") +
                     getPlaces("z", 2, alignCorners, "1, 2, 3") + R"(
      matrix_axes = Constant<value_ints: ints = [1, 2, 3]>()
      matrix = Unsqueeze(theta, matrix_axes)
      ax, ay, az, a = Split<axis: int = -1, num_outputs: int = 4>(matrix)
      bz = Squeeze(az, last)
      along_z = Mul(bz, z)
  )";
  text += R"(
      bx = Squeeze(ax, last)
      by = Squeeze(ay, last)
      b = Squeeze(a, last)
      along_x = Mul(bx, x)
      along_y = Mul(by, y)
      plane = Add(along_x, along_y)
  )";
  text += is2d ? "grid = Add(plane, b)\n}"
               : "space = Add(plane, along_z)\ngrid = Add(space, b)\n}";
  return text;
}

} // namespace

std::optional<::onnx::FunctionProto>
getOwnBody(const ::onnx::NodeProto &node,
           const std::vector<::onnx::TypeProto> &inputs) {
  if (node.op_type() != "AffineGrid" || !isDefaultDomain(node.domain()))
    return std::nullopt;
  int64_t rank = getImageRank(inputs);
  if (rank != 2 && rank != 3)
    return std::nullopt;
  std::string text =
      getAffineGrid(rank, getIntAttribute(node, "align_corners") != 0);
  ::onnx::FunctionProto body;
  ::onnx::OnnxParser parser(text);
  if (!parser.Parse(body).IsOK())
    return std::nullopt;
  return body;
}

} // namespace onnxc
