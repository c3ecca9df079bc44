//===- TargetNames.h - What can be said for --target and -mcpu ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_TARGETS_TARGETNAMES_H
#define ONNXC_TARGETS_TARGETNAMES_H

#include "targets/Target.h"
#include "llvm/MC/MCSubtargetInfo.h"

namespace onnxc {

/// The triple that --target names; the host's where it is empty.
llvm::Triple getTriple(llvm::StringRef target);

/// The CPUs and features that LLVM knows for the triple. `said` is what the
/// user wrote, for the error.
llvm::Expected<std::unique_ptr<llvm::MCSubtargetInfo>>
createSubtargetInfo(const llvm::Triple &triple, llvm::StringRef said);

/// The name that a mistyped one was meant to be.
class Nearest {
public:
  explicit Nearest(llvm::StringRef said)
      : said(said), distance(said.size() / 3 + 1) {}
  void consider(llvm::StringRef name) {
    unsigned other = said.edit_distance(name, /*AllowReplacements=*/true,
                                        /*MaxEditDistance=*/distance);
    if (other >= distance)
      return;
    distance = other;
    best = name.str();
  }
  /// "; did you mean 'x'?", or nothing.
  std::string ask() const {
    return best.empty() ? "" : "; did you mean '" + best + "'?";
  }

private:
  llvm::StringRef said;
  unsigned distance;
  std::string best;
};

} // namespace onnxc

#endif // ONNXC_TARGETS_TARGETNAMES_H
