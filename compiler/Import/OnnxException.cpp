//===- OnnxException.cpp - What onnx's exceptions say ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/Model.h"

namespace onnxc {

std::string getReason(const std::exception &exception) {
  llvm::StringRef what = exception.what();
  // An assertion begins with its place in onnx's sources and its condition.
  if (what.contains(": Assertion `"))
    what = what.split("` failed: ").second;
  // The checker adds all of the node that our location names.
  what = what.substr(0, what.find("\n\n==> Context")).trim();
  return what.empty() ? "onnx does not say why" : what.str();
}

} // namespace onnxc
