//===- Resampling.cpp - Coordinates of resized images, as they were -------===//
//
// Upsample and Resize-10 divide a place of the result by the scale and round
// down: asymmetric coordinates, which is not the newest default. Resize-11 and
// 12 had tf_half_pixel_for_nn as well, (x + 0.5) / scale, which is half a pixel
// more than half_pixel: rounding the latter another way gives the same pixel.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/Upgrade/Rules.h"

namespace onnxc::upgrade {

/// The scales, which were attributes of early forms; empty where there are
/// none.
static std::string takeScales(Rewriter &r) {
  std::string scales;
  if (const ::onnx::AttributeProto *list = r.get("scales"))
    scales = r.addFloats({list->floats().begin(), list->floats().end()});
  else if (const ::onnx::AttributeProto *height = r.get("height_scale"),
           *width = r.get("width_scale");
           height && width)
    scales = r.addFloats({1, 1, height->f(), width->f()});
  else if (r.node.input_size() > 1)
    scales = r.node.input(1);
  for (const char *old : {"scales", "height_scale", "width_scale"})
    r.erase(old);
  return scales;
}

static void makeAsymmetric(Rewriter &r) {
  std::string scales = takeScales(r);
  if (scales.empty() || r.node.input_size() == 0)
    return;
  if (const ::onnx::AttributeProto *mode = r.get("mode");
      mode && mode->s() == "bilinear")
    r.setText("mode", "linear");
  r.setText("coordinate_transformation_mode", "asymmetric");
  r.setText("nearest_mode", "floor");
  r.node.set_op_type("Resize");
  while (r.node.input_size() > 1)
    r.node.mutable_input()->RemoveLast();
  r.node.add_input("");
  r.node.add_input(scales);
}

/// Of the rounding modes two can be said by others; the rest is left as it is,
/// and refused.
static void dropHalfPixelForNearest(Rewriter &r) {
  const ::onnx::AttributeProto *place = r.get("coordinate_transformation_mode");
  const ::onnx::AttributeProto *mode = r.get("mode");
  if (!place || place->s() != "tf_half_pixel_for_nn" ||
      (mode && mode->s() != "nearest"))
    return;
  const ::onnx::AttributeProto *nearest = r.get("nearest_mode");
  std::string rounding = nearest ? nearest->s() : "round_prefer_floor";
  if (rounding != "floor" && rounding != "round_prefer_floor")
    return;
  const char *other = rounding == "floor" ? "round_prefer_ceil" : "ceil";
  r.setText("nearest_mode", other);
  r.setText("coordinate_transformation_mode", "half_pixel");
}

llvm::ArrayRef<Rule> getResamplingRules() {
  static constexpr Rule rules[] = {
      // Deprecated since 10, but exported.
      {"Upsample", kAlways, makeAsymmetric},
      {"Resize", 11, makeAsymmetric},
      {"Resize", 13, dropHalfPixelForNearest},
  };
  return rules;
}

} // namespace onnxc::upgrade
