//===- Dispatch.h - One interface before code for several CPUs ------------===//
//
//   entry:         features = onnxc_cpu_features()
//                  all of v4's? v4_entry, all of v3's? v3_entry, v2_entry
//   arena_bytes:   the most of all
//   output_shapes: the first one's, as they are all the same
//
// Nothing is kept between calls; the runtime remembers what CPUID said.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_CODEGEN_DISPATCH_H
#define ONNXC_CODEGEN_DISPATCH_H

#include "llvm/IR/Module.h"

namespace onnxc {

struct Variant {
  std::string prefix;
  /// Bits of onnxc_model.cpu_features that it needs.
  uint64_t features;
};

/// Adds onnxc_entry, onnxc_arena_bytes and onnxc_output_shapes. The first
/// variant is for CPUs that have no other's features, the last is preferred.
void buildDispatch(llvm::Module &module, llvm::ArrayRef<Variant> variants);

} // namespace onnxc

#endif // ONNXC_CODEGEN_DISPATCH_H
