//===- StackUsage.h - How much stack generated code takes -----------------===//
//
// The size of each function's frame comes from the code generator, calls from
// the IR; the worst case is the longest path of frames from the entry point.
//
//   entry 40 -> kernel_3 112 -> kernel_3_task 2048        2200 bytes
//
// Calls of functions outside of the object (memcpy, helpers of the compiler)
// count as kHelperBytes, once. Where a pointer is called (threads, an
// allocator) nobody knows.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_CODEGEN_STACKUSAGE_H
#define ONNXC_CODEGEN_STACKUSAGE_H

#include "llvm/ADT/StringMap.h"
#include "llvm/IR/Module.h"
#include <mutex>
#include <optional>
#include <set>

namespace onnxc {

class StackUsage {
public:
  static constexpr uint64_t kHelperBytes = 64;

  /// To be called before code is generated from the module, which reports its
  /// frames here. Modules may be compiled side by side.
  void watch(llvm::Module &module);

  struct Worst {
    uint64_t bytes = 0;
    /// The functions on the way.
    std::vector<std::string> path;
  };
  /// From a function on; none where a pointer is called on the way.
  std::optional<Worst> getWorst(llvm::StringRef function) const;

  /// A function's own frame with what its call takes, and its worst case.
  struct Usage {
    std::string name;
    uint64_t frameBytes = 0;
    std::optional<uint64_t> worstBytes;
  };
  /// All functions, sorted by name.
  std::vector<Usage> list() const;

private:
  struct Frame {
    uint64_t bytes = 0;
    /// The function calls a pointer, or takes stack of a size that varies.
    bool isOpen = false;
    bool callsOutside = false;
    std::set<std::string> callees;
  };
  class Handler;

  std::mutex mutex;
  llvm::StringMap<Frame> frames;
  /// The bytes that a call puts on the stack besides the frame.
  uint64_t returnBytes = 0;
};

} // namespace onnxc

#endif // ONNXC_CODEGEN_STACKUSAGE_H
