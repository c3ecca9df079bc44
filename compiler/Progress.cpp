//===- Progress.cpp - A line on a terminal while it takes long ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Progress.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/raw_ostream.h"
#include <chrono>

namespace onnxc {

Progress::Progress(std::string file) : file(std::move(file)) {
  if (llvm::sys::Process::StandardErrIsDisplayed())
    thread = std::thread([this] { run(); });
}

Progress::~Progress() { stop(); }

void Progress::enter(llvm::StringRef name) {
  std::lock_guard<std::mutex> lock(mutex);
  phase = name;
}

void Progress::stop() {
  {
    std::lock_guard<std::mutex> lock(mutex);
    done = true;
  }
  changed.notify_all();
  if (thread.joinable())
    thread.join();
}

void Progress::run() {
  bool printed = false;
  std::unique_lock<std::mutex> lock(mutex);
  for (unsigned seconds = 1; !done; ++seconds) {
    changed.wait_for(lock, std::chrono::seconds(1));
    if (done)
      break;
    llvm::errs() << "\r\033[Konnxc: " << file << ": " << phase << ", "
                 << seconds << " s";
    printed = true;
  }
  if (printed)
    llvm::errs() << "\r\033[K";
}

} // namespace onnxc
