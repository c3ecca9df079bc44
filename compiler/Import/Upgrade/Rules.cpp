//===- Rules.cpp - Upgrades that onnx's version converter lacks -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/Upgrade/Rules.h"

namespace onnxc::upgrade {

void applyRules(::onnx::ModelProto &model, int64_t opset) {}

} // namespace onnxc::upgrade
