//===- Progress.h - A line on a terminal while it takes long --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_PROGRESS_H
#define ONNXC_COMPILER_PROGRESS_H

#include "llvm/ADT/StringRef.h"
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace onnxc {

/// Says on stderr, if that is a terminal, which phase runs once a second has
/// gone by, with a bar where the phase has parts that are counted:
///
///   onnxc: resnet50.onnx: LLVM [######..............] 9 of 32 parts, 4 s
///
/// The line is gone when this is.
class Progress {
public:
  explicit Progress(std::string file);
  ~Progress();
  void enter(llvm::StringRef phase);
  /// Of the phase; may be called from any thread.
  void tellParts(unsigned done, unsigned all);
  /// Clears the line, before something else is printed.
  void stop();

private:
  void run();
  std::string describe() const;

  std::string file;
  llvm::StringRef phase;
  unsigned partsDone = 0, parts = 0;
  bool done = false;
  std::mutex mutex;
  std::condition_variable changed;
  std::thread thread;
};

} // namespace onnxc

#endif // ONNXC_COMPILER_PROGRESS_H
