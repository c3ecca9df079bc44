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
  partsDone = parts = 0;
}

void Progress::tellParts(unsigned done, unsigned all) {
  std::lock_guard<std::mutex> lock(mutex);
  partsDone = done;
  parts = all;
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

std::string Progress::describe() const {
  constexpr unsigned kWidth = 20;
  std::string text = phase.str();
  if (parts < 2)
    return text;
  unsigned filled = kWidth * partsDone / parts;
  return text + " [" + std::string(filled, '#') +
         std::string(kWidth - filled, '.') + "] " + std::to_string(partsDone) +
         " of " + std::to_string(parts) + " parts";
}

void Progress::run() {
  bool printed = false;
  auto start = std::chrono::steady_clock::now();
  std::chrono::milliseconds pause(1000);
  std::unique_lock<std::mutex> lock(mutex);
  while (!done) {
    changed.wait_for(lock, pause);
    if (done)
      break;
    auto seconds = std::chrono::duration_cast<std::chrono::seconds>(
        std::chrono::steady_clock::now() - start);
    llvm::errs() << "\r\033[Konnxc: " << file << ": " << describe() << ", "
                 << seconds.count() << " s";
    printed = true;
    pause = std::chrono::milliseconds(200);
  }
  if (printed)
    llvm::errs() << "\r\033[K";
}

} // namespace onnxc
