/* Cuda.c: records a model's launches through the CUDA driver and replays them.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#define _POSIX_C_SOURCE 200809L
#include "Device.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

/* The driver's API: handles are pointers, addresses 64-bit numbers. */
typedef struct cu_opaque *cu_object;
typedef uint64_t cu_address;
typedef int cu_device;
enum {
  CU_OK = 0,
  CU_NO_MEMORY = 2,
  CU_NO_IMAGE_FOR_GPU = 209,
  CU_MAJOR = 75, /* attributes of a device */
  CU_MINOR = 76
};

/* F(name, exported symbol, parameters) */
#define ONNXC_CU_FUNCTIONS(F)                                                  \
  F(init, "cuInit", (unsigned))                                                \
  F(count_devices, "cuDeviceGetCount", (int *))                                \
  F(get_device, "cuDeviceGet", (cu_device *, int))                             \
  F(get_attribute, "cuDeviceGetAttribute", (int *, int, cu_device))            \
  F(retain, "cuDevicePrimaryCtxRetain", (cu_object *, cu_device))              \
  F(let_go, "cuDevicePrimaryCtxRelease_v2", (cu_device))                       \
  F(set_current, "cuCtxSetCurrent", (cu_object))                               \
  F(load_module, "cuModuleLoadData", (cu_object *, const void *))              \
  F(unload_module, "cuModuleUnload", (cu_object))                              \
  F(get_function, "cuModuleGetFunction",                                       \
    (cu_object *, cu_object, const char *))                                    \
  F(allocate, "cuMemAlloc_v2", (cu_address *, size_t))                         \
  F(release, "cuMemFree_v2", (cu_address))                                     \
  F(write, "cuMemcpyHtoD_v2", (cu_address, const void *, size_t))              \
  F(read, "cuMemcpyDtoH_v2", (void *, cu_address, size_t))                     \
  F(copy, "cuMemcpyDtoDAsync_v2",                                              \
    (cu_address, cu_address, size_t, cu_object))                               \
  F(create_stream, "cuStreamCreate", (cu_object *, unsigned))                  \
  F(destroy_stream, "cuStreamDestroy_v2", (cu_object))                         \
  F(synchronize, "cuStreamSynchronize", (cu_object))                           \
  F(launch, "cuLaunchKernel",                                                  \
    (cu_object, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned,    \
     unsigned, cu_object, void **, void **))

typedef struct cu_functions {
#define ONNXC_CU_MEMBER(NAME, SYMBOL, PARAMETERS) int(*NAME) PARAMETERS;
  ONNXC_CU_FUNCTIONS(ONNXC_CU_MEMBER)
#undef ONNXC_CU_MEMBER
} cu_functions;

/* A launch, or a copy where `function` is -1. */
typedef struct cu_step {
  int32_t function, groups;
  cu_address *addresses; /* or to and from */
  int32_t *sizes;
  size_t bytes;
} cu_step;

/* What was recorded of a part. */
typedef struct cu_recording {
  cu_step *steps;
  size_t num_steps, max_steps;
} cu_recording;

typedef struct cu_model {
  onnxc_device base;
  void *library;
  cu_functions cu;
  cu_device device;
  cu_object context, module, stream;
  cu_object *functions;
  cu_recording *recordings; /* of each part */
  cu_recording *current;
} cu_model;

static int32_t to_status(int result) {
  if (result == CU_NO_MEMORY)
    return ONNXC_OUT_OF_MEMORY;
  if (result == CU_NO_IMAGE_FOR_GPU)
    return ONNXC_BAD_DEVICE;
  return result == CU_OK ? ONNXC_OK : ONNXC_DEVICE_ERROR;
}

/* The calling thread works with the model's device from here on. */
static int32_t enter(cu_model *model) {
  return to_status(model->cu.set_current(model->context));
}

static void *allocate(onnxc_device *device, size_t bytes, onnxc_memory kind) {
  (void)kind;
  cu_model *model = (cu_model *)device;
  cu_address address;
  if (enter(model) != ONNXC_OK || model->cu.allocate(&address, bytes) != CU_OK)
    return NULL;
  return (void *)(uintptr_t)address;
}

static void release(onnxc_device *device, void *address) {
  cu_model *model = (cu_model *)device;
  if (enter(model) == ONNXC_OK)
    model->cu.release((uintptr_t)address);
}

static int32_t write_bytes(onnxc_device *device, void *to, const void *from,
                           size_t bytes) {
  cu_model *model = (cu_model *)device;
  int32_t status = enter(model);
  return status == ONNXC_OK
             ? to_status(model->cu.write((uintptr_t)to, from, bytes))
             : status;
}

static int32_t read_bytes(onnxc_device *device, void *to, const void *from,
                          size_t bytes) {
  cu_model *model = (cu_model *)device;
  int32_t status = enter(model);
  return status == ONNXC_OK
             ? to_status(model->cu.read(to, (uintptr_t)from, bytes))
             : status;
}

static void forget(cu_recording *recording) {
  for (size_t i = 0; i < recording->num_steps; ++i) {
    free(recording->steps[i].addresses);
    free(recording->steps[i].sizes);
  }
  recording->num_steps = 0;
}

static int32_t begin(onnxc_device *device, int32_t part) {
  cu_model *model = (cu_model *)device;
  model->current = &model->recordings[part];
  forget(model->current);
  return ONNXC_OK;
}

static cu_step *add_step(cu_model *model, int32_t num_addresses,
                         int32_t num_sizes) {
  cu_recording *recording = model->current;
  if (recording->num_steps == recording->max_steps) {
    size_t more = recording->max_steps ? 2 * recording->max_steps : 64;
    cu_step *steps = realloc(recording->steps, more * sizeof *steps);
    if (!steps)
      return NULL;
    recording->steps = steps;
    recording->max_steps = more;
  }
  cu_step *step = &recording->steps[recording->num_steps];
  memset(step, 0, sizeof *step);
  step->addresses = calloc((size_t)num_addresses + 1, sizeof(cu_address));
  step->sizes = calloc((size_t)num_sizes + 1, sizeof(int32_t));
  ++recording->num_steps; /* forget() frees what is there */
  return step->addresses && step->sizes ? step : NULL;
}

static int32_t launch(onnxc_device *device, int32_t number, int32_t groups,
                      void *const *buffers, const int64_t *bytes,
                      const int32_t *sizes) {
  (void)bytes;
  cu_model *model = (cu_model *)device;
  const onnxc_device_function *function =
      &device->model->device->functions[number];
  cu_step *step =
      add_step(model, function->num_buffers, function->num_sizes);
  if (!step)
    return ONNXC_OUT_OF_MEMORY;
  step->function = number;
  step->groups = groups;
  for (int32_t i = 0; i < function->num_buffers; ++i)
    step->addresses[i] = (uintptr_t)buffers[i];
  for (int32_t i = 0; i < function->num_sizes; ++i)
    step->sizes[i] = sizes[i];
  return ONNXC_OK;
}

static int32_t copy(onnxc_device *device, void *to, const void *from,
                    size_t bytes) {
  cu_step *step = add_step((cu_model *)device, 2, 0);
  if (!step)
    return ONNXC_OUT_OF_MEMORY;
  step->function = -1;
  step->addresses[0] = (uintptr_t)to;
  step->addresses[1] = (uintptr_t)from;
  step->bytes = bytes;
  return ONNXC_OK;
}

static int32_t end(onnxc_device *device) {
  (void)device;
  return ONNXC_OK;
}

static int run_step(cu_model *model, const cu_step *step) {
  if (step->function < 0)
    return model->cu.copy(step->addresses[0], step->addresses[1], step->bytes,
                          model->stream);
  const onnxc_device_function *function =
      &model->base.model->device->functions[step->function];
  /* The driver wants the address of each argument. */
  void *arguments[(size_t)function->num_buffers + (size_t)function->num_sizes +
                  1];
  void **next = arguments;
  for (int32_t i = 0; i < function->num_buffers; ++i)
    *next++ = &step->addresses[i];
  for (int32_t i = 0; i < function->num_sizes; ++i)
    *next++ = &step->sizes[i];
  return model->cu.launch(model->functions[step->function],
                          (unsigned)step->groups, 1, 1,
                          (unsigned)function->threads, 1, 1, 0, model->stream,
                          arguments, NULL);
}

static int32_t replay(onnxc_device *device, int32_t part) {
  cu_model *model = (cu_model *)device;
  const cu_recording *recording = &model->recordings[part];
  int32_t status = enter(model);
  for (size_t i = 0; i < recording->num_steps && status == ONNXC_OK; ++i)
    status = to_status(run_step(model, &recording->steps[i]));
  /* What is under way must end, whatever happened. */
  int32_t ended = to_status(model->cu.synchronize(model->stream));
  return status == ONNXC_OK ? ended : status;
}

static void close_model(onnxc_device *device) {
  cu_model *model = (cu_model *)device;
  const onnxc_device_code *code = model->base.model->device;
  for (int32_t i = 0; model->recordings && i < code->num_parts; ++i) {
    forget(&model->recordings[i]);
    free(model->recordings[i].steps);
  }
  free(model->recordings);
  free(model->functions);
  if (model->context && enter(model) == ONNXC_OK) {
    if (model->stream)
      model->cu.destroy_stream(model->stream);
    if (model->module)
      model->cu.unload_module(model->module);
    model->cu.set_current(NULL);
    model->cu.let_go(model->device);
  }
  if (model->library)
    dlclose(model->library);
  free(model);
}

static int32_t open_library(cu_model *model, onnxc_context *context) {
  context->error_name = "libcuda.so.1";
  model->library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  if (!model->library)
    return ONNXC_NO_DRIVER;
  int complete = 1;
#define ONNXC_CU_LOAD(NAME, SYMBOL, PARAMETERS)                                \
  {                                                                            \
    void *symbol = dlsym(model->library, SYMBOL);                              \
    memcpy(&model->cu.NAME, &symbol, sizeof symbol);                           \
    complete &= symbol != NULL;                                                \
  }
  ONNXC_CU_FUNCTIONS(ONNXC_CU_LOAD)
#undef ONNXC_CU_LOAD
  if (!complete) {
    context->error_name = "libcuda.so.1 is too old";
    return ONNXC_NO_DRIVER;
  }
  return ONNXC_OK;
}

static int32_t open_device(cu_model *model, onnxc_context *context) {
  const onnxc_device_code *code = model->base.model->device;
  int count = 0;
  context->error_name = "no CUDA device is there";
  if (model->cu.init(0) != CU_OK ||
      model->cu.count_devices(&count) != CU_OK || count == 0)
    return ONNXC_BAD_DEVICE;
  for (int i = 0; i < count; ++i) {
    int major = 0, minor = 0;
    if (model->cu.get_device(&model->device, i) != CU_OK ||
        model->cu.get_attribute(&major, CU_MAJOR, model->device) != CU_OK ||
        model->cu.get_attribute(&minor, CU_MINOR, model->device) != CU_OK)
      continue;
    if ((uint64_t)(10 * major + minor) < code->level) {
      context->error_name = "the CUDA device is of an earlier compute "
                            "capability than the model was compiled for";
      continue;
    }
    context->error_name = "the CUDA device cannot be opened";
    if (model->cu.retain(&model->context, model->device) != CU_OK) {
      model->context = NULL;
      return ONNXC_DEVICE_ERROR;
    }
    return enter(model);
  }
  return ONNXC_BAD_DEVICE;
}

static int32_t load_functions(cu_model *model, onnxc_context *context) {
  const onnxc_device_code *code = model->base.model->device;
  context->error_name = "the CUDA driver refused the kernels";
  int result = CU_OK;
  model->recordings =
      calloc((size_t)code->num_parts + 1, sizeof *model->recordings);
  if (!model->recordings)
    return ONNXC_OUT_OF_MEMORY;
  if (code->num_functions == 0) /* copies alone */
    return to_status(model->cu.create_stream(&model->stream, 0));
  result = model->cu.load_module(&model->module, code->image);
  if (result != CU_OK) {
    model->module = NULL;
    return to_status(result);
  }
  model->functions =
      calloc((size_t)code->num_functions + 1, sizeof *model->functions);
  if (!model->functions)
    return ONNXC_OUT_OF_MEMORY;
  for (int32_t i = 0; i < code->num_functions && result == CU_OK; ++i)
    result = model->cu.get_function(&model->functions[i], model->module,
                                    code->functions[i].name);
  if (result == CU_OK)
    result = model->cu.create_stream(&model->stream, 0);
  return to_status(result);
}

int32_t onnxc_open_cuda(const onnxc_model *given, onnxc_context *context) {
  static const onnxc_driver driver = {allocate, release, write_bytes,
                                      read_bytes, begin, launch, copy, end,
                                      replay, close_model};
  int32_t status = onnxc_device_create(
      given, context, &driver, "cuda", "the model was not compiled for CUDA",
      sizeof(cu_model));
  if (status != ONNXC_OK)
    return status;
  cu_model *model = (cu_model *)context->device;
  status = open_library(model, context);
  if (status == ONNXC_OK)
    status = open_device(model, context);
  if (status == ONNXC_OK)
    status = load_functions(model, context);
  if (status == ONNXC_OK)
    status = onnxc_device_start(context);
  if (status != ONNXC_OK)
    onnxc_close_device(context);
  return status;
}
