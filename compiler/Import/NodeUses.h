//===- NodeUses.h - The values that a node reads --------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_IMPORT_NODEUSES_H
#define ONNXC_COMPILER_IMPORT_NODEUSES_H

#include "llvm/ADT/StringSet.h"
#include <onnx/onnx_pb.h>

namespace onnxc {

/// Adds the names that a node reads, also those that its sub-graphs take from
/// outside of them.
void collectUses(const ::onnx::NodeProto &node, llvm::StringSet<> &uses);

} // namespace onnxc

#endif // ONNXC_COMPILER_IMPORT_NODEUSES_H
