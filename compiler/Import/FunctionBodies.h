//===- FunctionBodies.h - Bodies other than the specification's -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_IMPORT_FUNCTIONBODIES_H
#define ONNXC_COMPILER_IMPORT_FUNCTIONBODIES_H

#include <onnx/onnx_pb.h>
#include <optional>
#include <vector>

namespace onnxc {

/// The body of a node that the specification's does not serve, or none.
/// `inputs` are the types of its inputs, as far as they are known.
std::optional<::onnx::FunctionProto>
getOwnBody(const ::onnx::NodeProto &node,
           const std::vector<::onnx::TypeProto> &inputs);

} // namespace onnxc

#endif // ONNXC_COMPILER_IMPORT_FUNCTIONBODIES_H
