// FakeCuda.cpp: the part of the CUDA driver's interface that the runtime uses,
// on the interpreter: a libcuda.so.1 that needs no GPU and checks what kernels
// do. The environment says what device there is:
//
//   ONNXC_FAKE_CUDA=none       no device
//   ONNXC_FAKE_CUDA=sm_75      one of that kind; sm_90 unless told
//   ONNXC_FAKE_CUDA_MEMORY=N   with so many bytes
//
// A kernel that does something wrong is told on stderr and fails the run.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Machine.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

using namespace ptx;

namespace {

enum {
  Success = 0,
  InvalidValue = 1,
  NoMemory = 2,
  NotInitialized = 3,
  NoDevice = 100,
  InvalidImage = 200,
  InvalidContext = 201,
  NoBinary = 209,
  NotFound = 500,
  LaunchFailed = 719
};

struct Device {
  int capability = 90;
  bool isThere = true;
  GlobalMemory memory;
  Device(uint64_t bytes) : memory(bytes) {}
};

bool isInitialized = false;
int current = 0; // whether a context is

Device &getDevice() {
  static Device *device = [] {
    const char *bytes = std::getenv("ONNXC_FAKE_CUDA_MEMORY");
    auto *made = new Device(bytes ? std::strtoull(bytes, nullptr, 10)
                                  : uint64_t(4) << 30);
    if (const char *kind = std::getenv("ONNXC_FAKE_CUDA")) {
      made->isThere = std::strcmp(kind, "none") != 0;
      if (std::strncmp(kind, "sm_", 3) == 0)
        made->capability = std::atoi(kind + 3);
    }
    return made;
  }();
  return *device;
}

int complain(const Error &error, int code) {
  std::fprintf(stderr, "fake CUDA: %s\n", error.what());
  return code;
}

template <typename F> int guarded(F body) {
  if (!isInitialized)
    return NotInitialized;
  if (!current)
    return InvalidContext;
  try {
    return body();
  } catch (const Error &error) {
    return complain(error, LaunchFailed);
  }
}

struct LoadedFunction {
  const Function *function;
};
struct LoadedModule {
  ptx::Module module;
  std::map<std::string, LoadedFunction> functions;
};
int context, stream;

} // namespace

#define EXPORT extern "C" __attribute__((visibility("default")))

EXPORT int cuInit(unsigned flags) {
  if (flags)
    return InvalidValue;
  if (!getDevice().isThere)
    return NoDevice;
  isInitialized = true;
  return Success;
}
EXPORT int cuDeviceGetCount(int *count) {
  *count = getDevice().isThere;
  return isInitialized ? Success : NotInitialized;
}
EXPORT int cuDeviceGet(int *device, int number) {
  *device = 0;
  return number == 0 ? Success : InvalidValue;
}
EXPORT int cuDeviceGetAttribute(int *value, int attribute, int) {
  if (attribute != 75 && attribute != 76)
    return InvalidValue;
  int capability = getDevice().capability;
  *value = attribute == 75 ? capability / 10 : capability % 10;
  return Success;
}
EXPORT int cuDevicePrimaryCtxRetain(void **made, int) {
  *made = &context;
  return Success;
}
EXPORT int cuDevicePrimaryCtxRelease_v2(int) { return Success; }
EXPORT int cuCtxSetCurrent(void *given) {
  current = given != nullptr;
  return given && given != &context ? InvalidContext : Success;
}

EXPORT int cuModuleLoadData(void **made, const void *image) {
  return guarded([&]() -> int {
    auto loaded = std::make_unique<LoadedModule>();
    try {
      loaded->module = parse(static_cast<const char *>(image));
    } catch (const Error &error) {
      return complain(error, InvalidImage);
    }
    if (loaded->module.target > getDevice().capability)
      return NoBinary;
    for (auto &[name, function] : loaded->module.functions)
      loaded->functions[name] = {&function};
    *made = loaded.release();
    return Success;
  });
}
EXPORT int cuModuleUnload(void *module) {
  delete static_cast<LoadedModule *>(module);
  return Success;
}
EXPORT int cuModuleGetFunction(void **found, void *module, const char *name) {
  auto &functions = static_cast<LoadedModule *>(module)->functions;
  auto it = functions.find(name);
  if (it == functions.end())
    return NotFound;
  *found = &it->second;
  return Success;
}

EXPORT int cuMemAlloc_v2(uint64_t *address, size_t bytes) {
  return guarded([&]() -> int {
    *address = getDevice().memory.allocate(bytes);
    return *address ? Success : bytes ? NoMemory : InvalidValue;
  });
}
EXPORT int cuMemFree_v2(uint64_t address) {
  return guarded([&] {
    getDevice().memory.release(address);
    return Success;
  });
}
EXPORT int cuMemcpyHtoD_v2(uint64_t to, const void *from, size_t bytes) {
  return guarded([&] {
    getDevice().memory.write(to, from, bytes);
    return Success;
  });
}
EXPORT int cuMemcpyDtoH_v2(void *to, uint64_t from, size_t bytes) {
  return guarded([&] {
    getDevice().memory.read(from, to, bytes);
    return Success;
  });
}
EXPORT int cuMemcpyDtoDAsync_v2(uint64_t to, uint64_t from, size_t bytes,
                                void *) {
  return guarded([&] {
    std::vector<uint8_t> between(bytes);
    getDevice().memory.read(from, between.data(), bytes);
    getDevice().memory.write(to, between.data(), bytes);
    return Success;
  });
}

EXPORT int cuStreamCreate(void **made, unsigned) {
  *made = &stream;
  return Success;
}
EXPORT int cuStreamDestroy_v2(void *) { return Success; }
EXPORT int cuStreamSynchronize(void *) { return Success; }

EXPORT int cuLaunchKernel(void *given, unsigned gridX, unsigned gridY,
                          unsigned gridZ, unsigned blockX, unsigned blockY,
                          unsigned blockZ, unsigned sharedBytes, void *,
                          void **arguments, void **) {
  return guarded([&] {
    const Function &function = *static_cast<LoadedFunction *>(given)->function;
    std::vector<uint8_t> parameters(function.parameterBytes);
    for (size_t i = 0; i < function.parameters.size(); ++i)
      std::memcpy(parameters.data() + function.parameters[i].offset,
                  arguments[i], function.parameters[i].bytes);
    Machine(getDevice().memory)
        .launch(function, {gridX, gridY, gridZ}, {blockX, blockY, blockZ},
                parameters, sharedBytes);
    return Success;
  });
}
