//===- InterleaveLoops.h - Long bodies of loops, side by side -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_CODEGEN_INTERLEAVELOOPS_H
#define ONNXC_CODEGEN_INTERLEAVELOOPS_H

#include "mlir/Pass/Pass.h"
#include <memory>

namespace onnxc {

/// Has LLVM compute four vectors in an iteration of a loop whose body is a long
/// chain, as that of Exp. By itself it does so for short bodies only, because a
/// processor runs ahead into the next iterations. But it does not where the
/// next load looks as if it read what an iteration stores: processors compare
/// the lower bits of addresses first, and wait for the store where those are
/// equal. So a kernel took five times as long where its result lay 64 bytes
/// behind a multiple of a megabyte behind its operand, as allocators like to
/// place it. Of four loads in a row three do not wait.
std::unique_ptr<mlir::Pass> createInterleaveLoops();

} // namespace onnxc

#endif // ONNXC_CODEGEN_INTERLEAVELOOPS_H
