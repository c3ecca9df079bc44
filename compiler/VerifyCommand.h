//===- VerifyCommand.h - onnxc verify -------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_VERIFYCOMMAND_H
#define ONNXC_COMPILER_VERIFYCOMMAND_H

namespace onnxc {

/// Compares a compiled model with a reference, in Python: the module
/// onnxc.verify. `arguments` follow the word `verify`. Returns the exit status.
int runVerify(const char *program, int count, const char *const *arguments);

} // namespace onnxc

#endif // ONNXC_COMPILER_VERIFYCOMMAND_H
