//===- Cpus.cpp - The CPUs that runs may take -----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/onnxc-run/Cpus.h"
#ifdef __linux__
#include <sched.h>
#endif

namespace onnxc::run {

std::vector<int> getAllowedCpus() {
  std::vector<int> cpus;
#ifdef __linux__
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) == 0)
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
      if (CPU_ISSET(cpu, &set))
        cpus.push_back(cpu);
#endif
  return cpus;
}

std::string describePinning(int threads) {
  std::vector<int> cpus = getAllowedCpus();
  if (cpus.empty())
    return "pinning unknown";
  if (cpus.size() == 1)
    return "pinned to CPU " + std::to_string(cpus.front());
  std::string text =
      threads > 1 ? "threads may move" : "not pinned: it may move";
  return text + " among " + std::to_string(cpus.size()) + " CPUs";
}

} // namespace onnxc::run
