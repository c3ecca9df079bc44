//===- Rules.h - Upgrades that onnx's version converter lacks -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_IMPORT_UPGRADE_RULES_H
#define ONNXC_COMPILER_IMPORT_UPGRADE_RULES_H

#include <onnx/onnx_pb.h>

namespace onnxc::upgrade {

/// Rewrites a model of `opset` into one of the same opset's number that the
/// converter takes to the newest.
void applyRules(::onnx::ModelProto &model, int64_t opset);

} // namespace onnxc::upgrade

#endif // ONNXC_COMPILER_IMPORT_UPGRADE_RULES_H
