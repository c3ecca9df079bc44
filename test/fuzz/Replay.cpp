//===- Replay.cpp - A target without libFuzzer ----------------------------===//
//
//     onnxc-fuzz-NAME [--mutations N] [--first N] [--save FOLDER] FILES|FOLDERS
//
// Runs a target on files, then on N random changes of them: the same each time.
// A child does it, so that a crash is counted and the others go on. The last
// line is `N passed, N failed`. With --save, inputs that fail are written
// there.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "test/fuzz/Random.h"
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace fs = std::filesystem;
using onnxc::fuzz::Random;
using Bytes = std::vector<uint8_t>;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
extern "C" __attribute__((weak)) size_t LLVMFuzzerCustomMutator(uint8_t *data,
                                                                size_t size,
                                                                size_t most,
                                                                unsigned seed);
extern "C" __attribute__((weak)) size_t LLVMFuzzerCustomCrossOver(
    const uint8_t *first, size_t firstSize, const uint8_t *second,
    size_t secondSize, uint8_t *result, size_t most, unsigned seed);

static constexpr size_t kMostBytes = 1 << 16;
static constexpr unsigned kSeconds = 30;
static constexpr long kMostKilobytes = 2 << 20;

static Random &getRandom() {
  static Random random(0);
  return random;
}

/// libFuzzer's, in short: bytes change, come or go.
extern "C" size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most) {
  Random &random = getRandom();
  size_t at = random.below(size);
  if (size < most && (size == 0 || random.one(3))) {
    memmove(data + at + 1, data + at, size - at);
    data[at] = uint8_t(random.below(256));
    return size + 1;
  }
  if (size > 1 && random.one(4)) {
    memmove(data + at, data + at + 1, size - at - 1);
    return size - 1;
  }
  data[at] = uint8_t(random.one(2) ? random.below(256)
                                   : data[at] ^ (1u << random.below(8)));
  return size;
}

namespace {

struct Settings {
  size_t mutations = 0, first = 0;
  std::string save;
  std::vector<fs::path> files;
};

/// All inputs, by number: the files, then their changes.
class Inputs {
public:
  explicit Inputs(const Settings &settings) : settings(settings) {
    for (const fs::path &path : settings.files) {
      std::ifstream file(path, std::ios::binary);
      corpus.emplace_back(std::istreambuf_iterator<char>(file),
                          std::istreambuf_iterator<char>());
    }
    if (corpus.empty())
      corpus.emplace_back(64, 0);
  }
  size_t count() const { return settings.files.size() + settings.mutations; }

  std::string describe(size_t number) const {
    if (number < settings.files.size())
      return settings.files[number].string();
    return "change " + std::to_string(getSeed(number));
  }

  Bytes get(size_t number) const {
    if (number < settings.files.size())
      return corpus[number];
    auto seed = unsigned(getSeed(number));
    Random &random = getRandom();
    random = Random(seed);
    Bytes bytes = random.pick(corpus);
    if (LLVMFuzzerCustomCrossOver && random.one(8)) {
      const Bytes &other = random.pick(corpus);
      Bytes both(kMostBytes);
      both.resize(LLVMFuzzerCustomCrossOver(bytes.data(), bytes.size(),
                                            other.data(), other.size(),
                                            both.data(), both.size(), seed));
      if (!both.empty())
        return both;
    }
    size_t size = bytes.size();
    bytes.resize(std::max(size, kMostBytes));
    if (LLVMFuzzerCustomMutator)
      size = LLVMFuzzerCustomMutator(bytes.data(), size, bytes.size(), seed);
    else
      for (size_t i = 0, times = 1 + random.below(24); i < times; ++i)
        size = LLVMFuzzerMutate(bytes.data(), size, bytes.size());
    bytes.resize(size);
    return bytes;
  }

private:
  size_t getSeed(size_t number) const {
    return settings.first + number - settings.files.size();
  }
  const Settings &settings;
  std::vector<Bytes> corpus;
};

} // namespace

/// Does what is left, and notes the number of the input that it is at.
[[noreturn]] static void runChild(const Inputs &inputs,
                                  volatile size_t *current) {
#if !__has_feature(address_sanitizer)
  rlimit limit = {8ull << 30, 8ull << 30};
  setrlimit(RLIMIT_AS, &limit);
#endif
  for (; *current < inputs.count(); *current = *current + 1) {
    Bytes bytes = inputs.get(*current);
    alarm(kSeconds);
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
    alarm(0);
    rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    if (usage.ru_maxrss > kMostKilobytes) {
      fprintf(stderr, "takes more than 2 GiB\n");
      abort();
    }
  }
  // With what is to be cleaned up at the end.
  exit(0);
}

static std::string describeEnd(int status) {
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
    return "over " + std::to_string(kSeconds) + " s";
  if (WIFSIGNALED(status))
    return std::string("signal ") + strsignal(WTERMSIG(status));
  return "exit status " + std::to_string(WEXITSTATUS(status));
}

static void save(const Settings &settings, const std::string &name,
                 const Bytes &bytes) {
  if (settings.save.empty())
    return;
  fs::create_directories(settings.save);
  std::string file = fs::path(name).filename().string();
  std::replace(file.begin(), file.end(), ' ', '-');
  std::ofstream(fs::path(settings.save) / file, std::ios::binary)
      .write(reinterpret_cast<const char *>(bytes.data()),
             std::streamsize(bytes.size()));
}

static int runAll(const Settings &settings) {
  Inputs inputs(settings);
  void *shared = mmap(nullptr, sizeof(size_t), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED)
    return 2;
  auto *current = static_cast<volatile size_t *>(shared);
  size_t failed = 0;
  while (*current < inputs.count()) {
    fflush(stdout);
    pid_t child = fork();
    if (child < 0)
      return 2;
    if (child == 0)
      runChild(inputs, current);
    int status = 0;
    waitpid(child, &status, 0);
    if (*current >= inputs.count() && status == 0)
      break;
    ++failed;
    std::string name = inputs.describe(*current);
    printf("%s: FAILED: %s\n", name.c_str(), describeEnd(status).c_str());
    save(settings, name, inputs.get(*current));
    *current = *current + 1;
  }
  printf("%zu passed, %zu failed\n", inputs.count() - failed, failed);
  return failed != 0;
}

int main(int argc, char **argv) {
  Settings settings;
  for (int i = 1; i < argc; ++i) {
    std::string argument = argv[i];
    bool hasValue = argument.rfind("--", 0) == 0;
    const char *value = hasValue && i + 1 < argc ? argv[++i] : "0";
    if (argument == "--mutations")
      settings.mutations = strtoull(value, nullptr, 10);
    else if (argument == "--first")
      settings.first = strtoull(value, nullptr, 10);
    else if (argument == "--save")
      settings.save = value;
    else if (fs::is_directory(argument))
      for (const auto &entry : fs::directory_iterator(argument))
        settings.files.push_back(entry.path());
    else if (fs::exists(argument))
      settings.files.emplace_back(argument);
    else {
      fprintf(stderr, "what is '%s'?\n", argv[i]);
      return 2;
    }
  }
  std::sort(settings.files.begin(), settings.files.end());
  return runAll(settings);
}
