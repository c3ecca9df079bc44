/* Device.c: a model on a device: weights once, inputs, recorded launches,
 * outputs. How each is done is an interface's (Cuda.c, Vulkan.c).
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "Device.h"

#include <stdlib.h>
#include <string.h>

static size_t count_bytes(const int64_t *dims, int32_t rank, int32_t dtype) {
  size_t bytes = onnxc_dtype_size(dtype);
  for (int32_t d = 0; d < rank; ++d)
    bytes *= (size_t)dims[d];
  return bytes;
}

static void record_launch(onnxc_recorder *recorder, int32_t function,
                          int32_t groups, void *const *buffers,
                          const int32_t *sizes) {
  /* No tasks, nothing to do. */
  if (recorder->status != ONNXC_OK || groups <= 0)
    return;
  recorder->status = recorder->device->driver->launch(
      recorder->device, function, groups, buffers, sizes);
}

static void record_copy(onnxc_recorder *recorder, void *to, const void *from,
                        size_t bytes) {
  if (recorder->status != ONNXC_OK || bytes == 0)
    return;
  recorder->status =
      recorder->device->driver->copy(recorder->device, to, from, bytes);
}

/* Memory of at least `bytes`; what was there is lost. */
static int32_t provide(onnxc_device *device, void **address, size_t *had,
                       size_t bytes, onnxc_memory kind) {
  if (bytes < ONNXC_ARENA_ALIGNMENT)
    bytes = ONNXC_ARENA_ALIGNMENT; /* an empty tensor has an address too */
  if (*address && *had >= bytes)
    return ONNXC_OK;
  if (*address)
    device->driver->release(device, *address);
  *address = device->driver->allocate(device, bytes, kind);
  *had = *address ? bytes : 0;
  return *address ? ONNXC_OK : ONNXC_OUT_OF_MEMORY;
}

/* The bytes of each input and output, and what holds them there. */
static int32_t prepare(onnxc_device *device, const int64_t *symbols) {
  const onnxc_model *model = device->model;
  int32_t status = ONNXC_OK;
  for (int32_t i = 0; i < model->num_inputs && status == ONNXC_OK; ++i) {
    const onnxc_tensor_info *info = &model->inputs[i];
    size_t bytes = onnxc_dtype_size(info->dtype);
    for (int32_t d = 0; d < info->rank; ++d) {
      int64_t dim = info->dims[d];
      bytes *= (size_t)(dim < 0 ? symbols[-1 - dim] : dim);
    }
    status = provide(device, &device->inputs[i], &device->bytes[i], bytes,
                     ONNXC_MEMORY_INPUT);
  }
  size_t *sizes = device->bytes + model->num_inputs;
  const int64_t *dims = device->dims;
  for (int32_t i = 0; i < model->num_outputs && status == ONNXC_OK; ++i) {
    const onnxc_tensor_info *info = &model->outputs[i];
    status = provide(device, &device->outputs[i], &sizes[i],
                     count_bytes(dims, info->rank, info->dtype),
                     ONNXC_MEMORY_OUTPUT);
    dims += info->rank;
  }
  int64_t arena = model->device->arena_bytes(symbols);
  if (arena < 0 || (uint64_t)arena > SIZE_MAX / 2)
    return ONNXC_OVERFLOW;
  if (status == ONNXC_OK)
    status = provide(device, &device->arena, &device->arena_bytes,
                     (size_t)arena, ONNXC_MEMORY_DEVICE);
  return status;
}

static int32_t record(onnxc_device *device, const int64_t *symbols) {
  const onnxc_model *model = device->model;
  size_t num_symbols = (size_t)model->num_symbols;
  device->is_recorded = 0;
  memcpy(device->symbols, symbols, num_symbols * sizeof *symbols);
  model->output_shapes(symbols, device->dims);
  int32_t status = prepare(device, symbols);
  if (status != ONNXC_OK)
    return status;
  onnxc_recorder recorder;
  memset(&recorder, 0, sizeof recorder);
  recorder.context.arena = device->arena;
  recorder.context.arena_bytes = device->arena_bytes;
  recorder.context.weights = device->weights;
  recorder.launch = record_launch;
  recorder.copy = record_copy;
  recorder.device = device;
  status = device->driver->begin(device);
  if (status != ONNXC_OK)
    return status;
  status = model->device->record(&recorder.context, device->symbols,
                                 (const void *const *)device->inputs,
                                 device->outputs);
  int32_t ended = device->driver->end(device);
  if (status == ONNXC_OK)
    status = recorder.status;
  if (status == ONNXC_OK)
    status = ended;
  device->is_recorded = status == ONNXC_OK;
  return status;
}

static int32_t run(onnxc_context *context, int64_t *symbols,
                   const void *const *inputs, void **outputs) {
  onnxc_device *device = context->device;
  const onnxc_model *model = device->model;
  size_t num_symbols = (size_t)model->num_symbols;
  int32_t status = ONNXC_OK;
  if (!device->is_recorded ||
      memcmp(symbols, device->symbols, num_symbols * sizeof *symbols) != 0)
    status = record(device, symbols);
  for (int32_t i = 0; i < model->num_inputs && status == ONNXC_OK; ++i) {
    const onnxc_tensor_info *info = &model->inputs[i];
    size_t bytes = onnxc_dtype_size(info->dtype);
    for (int32_t d = 0; d < info->rank; ++d) {
      int64_t dim = info->dims[d];
      bytes *= (size_t)(dim < 0 ? symbols[-1 - dim] : dim);
    }
    if (bytes)
      status = device->driver->write(device, device->inputs[i], inputs[i],
                                     bytes);
  }
  if (status == ONNXC_OK)
    status = device->driver->replay(device);
  const int64_t *dims = device->dims;
  for (int32_t i = 0; i < model->num_outputs && status == ONNXC_OK; ++i) {
    const onnxc_tensor_info *info = &model->outputs[i];
    size_t bytes = count_bytes(dims, info->rank, info->dtype);
    dims += info->rank;
    if (bytes)
      status = device->driver->read(device, outputs[i], device->outputs[i],
                                    bytes);
  }
  if (status != ONNXC_OK && !context->error_name)
    context->error_name = model->name;
  return status;
}

int32_t onnxc_device_start(onnxc_device *device, const onnxc_driver *driver,
                           const onnxc_model *model, onnxc_context *context) {
  device->run = run;
  device->driver = driver;
  device->model = model;
  size_t num_dims = 1;
  for (int32_t i = 0; i < model->num_outputs; ++i)
    num_dims += (size_t)model->outputs[i].rank;
  size_t num_tensors = (size_t)model->num_inputs + (size_t)model->num_outputs;
  device->inputs = calloc(num_tensors + 1, sizeof *device->inputs);
  device->bytes = calloc(num_tensors + 1, sizeof *device->bytes);
  device->symbols =
      calloc((size_t)model->num_symbols + 1, sizeof *device->symbols);
  device->dims = calloc(num_dims, sizeof *device->dims);
  if (!device->inputs || !device->bytes || !device->symbols || !device->dims)
    return ONNXC_OUT_OF_MEMORY;
  device->outputs = device->inputs + model->num_inputs;

  const void *weights = model->weights ? model->weights : context->weights;
  if (model->weights_bytes == 0)
    return ONNXC_OK;
  if (!weights) {
    context->error_name = model->name;
    return ONNXC_NO_WEIGHTS;
  }
  device->weights = driver->allocate(device, (size_t)model->weights_bytes,
                                     ONNXC_MEMORY_DEVICE);
  if (!device->weights) {
    context->error_name = "the weights";
    return ONNXC_OUT_OF_MEMORY;
  }
  return driver->write(device, device->weights, weights,
                       (size_t)model->weights_bytes);
}

void onnxc_close_device(onnxc_context *context) {
  onnxc_device *device = context->device;
  if (!device)
    return;
  const onnxc_driver *driver = device->driver;
  const onnxc_model *model = device->model;
  context->device = NULL;
  if (device->inputs)
    for (int32_t i = 0; i < model->num_inputs + model->num_outputs; ++i)
      if (device->inputs[i])
        driver->release(device, device->inputs[i]);
  if (device->arena)
    driver->release(device, device->arena);
  if (device->weights)
    driver->release(device, device->weights);
  free(device->inputs);
  free(device->bytes);
  free(device->symbols);
  free(device->dims);
  driver->close(device);
}
