//===- ReduceCommand.h - onnxc reduce -------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_REDUCECOMMAND_H
#define ONNXC_COMPILER_REDUCECOMMAND_H

namespace onnxc {

/// Runs `onnxc reduce`, of which the arguments begin with "reduce". The exit
/// status.
int runReduce(int argc, const char *const *argv);

} // namespace onnxc

#endif // ONNXC_COMPILER_REDUCECOMMAND_H
