/* Device.c: the parts of a model that a device runs: weights once, then for
 * each part inputs, recorded launches, outputs. How each is done is an
 * interface's (Cuda.c, Vulkan.c).
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "Device.h"

#include <stdlib.h>
#include <string.h>

static int32_t count_tensors(const onnxc_device_part *part) {
  return part->num_inputs + part->num_outputs;
}

static void record_launch(onnxc_recorder *recorder, int32_t function,
                          int32_t groups, void *const *buffers,
                          const int64_t *bytes, const int32_t *sizes) {
  /* No tasks, nothing to do. */
  if (recorder->status != ONNXC_OK || groups <= 0)
    return;
  recorder->status = recorder->device->driver->launch(
      recorder->device, recorder->first_function + function, groups, buffers,
      bytes, sizes);
}

static void record_copy(onnxc_recorder *recorder, void *to, const void *from,
                        size_t bytes) {
  if (recorder->status != ONNXC_OK || bytes == 0)
    return;
  recorder->status =
      recorder->device->driver->copy(recorder->device, to, from, bytes);
}

/* Memory of at least `bytes`; what was there is lost. *is_new is set where it
 * has another address than before. */
static int32_t provide(onnxc_device *device, onnxc_device_memory *memory,
                       size_t bytes, int *is_new) {
  if (bytes < ONNXC_ARENA_ALIGNMENT)
    bytes = ONNXC_ARENA_ALIGNMENT; /* an empty tensor has an address too */
  if (memory->address && memory->bytes >= bytes)
    return ONNXC_OK;
  if (memory->address)
    device->driver->release(device, memory->address);
  *is_new = 1;
  memory->address = device->driver->allocate(device, bytes, memory->kind);
  memory->bytes = memory->address ? bytes : 0;
  return memory->address ? ONNXC_OK : ONNXC_OUT_OF_MEMORY;
}

/* What was recorded with a slot's address; of the arena's with slot -1. */
static void forget_slot(onnxc_device *device, int32_t slot) {
  const onnxc_device_code *code = device->model->device;
  for (int32_t k = 0; k < code->num_parts; ++k) {
    const onnxc_device_part *part = &code->parts[k];
    int uses = slot < 0;
    for (int32_t i = 0; i < count_tensors(part); ++i)
      uses |= part->tensors[i].slot == slot;
    if (uses)
      device->parts[k].is_recorded = 0;
  }
}

static int32_t provide_arena(onnxc_device *device, const int64_t *symbols,
                             int32_t number) {
  const onnxc_device_code *code = device->model->device;
  int64_t most = code->parts[number].arena_bytes(symbols);
  if (most < 0 || (uint64_t)most > SIZE_MAX / 2)
    return ONNXC_OVERFLOW;
  /* For the other parts, too, as far as their sizes are known, so that it need
   * not grow. Nothing is in it between parts. */
  for (int32_t k = 0; k < code->num_parts; ++k) {
    int64_t bytes = code->parts[k].arena_bytes(symbols);
    if (bytes > most && (uint64_t)bytes <= SIZE_MAX / 2)
      most = bytes;
  }
  int is_new = 0;
  int32_t status = provide(device, &device->arena, (size_t)most, &is_new);
  if (is_new)
    forget_slot(device, -1);
  return status;
}

/* The part's tensors and the arena get memory. An input that an earlier part
 * has written, or taken from the host, is there and large enough already. */
static int32_t prepare(onnxc_device *device, const int64_t *symbols,
                       int32_t number) {
  const onnxc_device_part *part = &device->model->device->parts[number];
  onnxc_recorded_part *recorded = &device->parts[number];
  part->tensor_bytes(symbols, recorded->bytes);
  int32_t status = provide_arena(device, symbols, number);
  for (int32_t i = 0; i < count_tensors(part) && status == ONNXC_OK; ++i) {
    int32_t slot = part->tensors[i].slot;
    int is_new = 0;
    if (recorded->bytes[i] < 0)
      return ONNXC_OVERFLOW;
    status = provide(device, &device->slots[slot], (size_t)recorded->bytes[i],
                     &is_new);
    if (is_new)
      forget_slot(device, slot);
    recorded->addresses[i] = device->slots[slot].address;
  }
  return status;
}

static int32_t record(onnxc_device *device, const int64_t *symbols,
                      int32_t number) {
  const onnxc_model *model = device->model;
  const onnxc_device_part *part = &model->device->parts[number];
  onnxc_recorded_part *recorded = &device->parts[number];
  recorded->is_recorded = 0;
  memcpy(recorded->symbols, symbols,
         (size_t)model->num_symbols * sizeof *symbols);
  int32_t status = prepare(device, symbols, number);
  if (status != ONNXC_OK)
    return status;
  onnxc_recorder recorder;
  memset(&recorder, 0, sizeof recorder);
  recorder.context.arena = device->arena.address;
  recorder.context.arena_bytes = device->arena.bytes;
  recorder.context.weights = device->weights;
  recorder.launch = record_launch;
  recorder.copy = record_copy;
  recorder.device = device;
  recorder.first_function = part->first_function;
  status = device->driver->begin(device, number);
  if (status != ONNXC_OK)
    return status;
  status = part->record(&recorder.context, recorded->symbols,
                        (const void *const *)recorded->addresses,
                        recorded->addresses + part->num_inputs);
  int32_t ended = device->driver->end(device);
  if (status == ONNXC_OK)
    status = recorder.status;
  if (status == ONNXC_OK)
    status = ended;
  recorded->is_recorded = status == ONNXC_OK;
  return status;
}

static int32_t run(onnxc_context *context, int32_t number,
                   const int64_t *symbols, const void *const *inputs,
                   void *const *outputs) {
  onnxc_device *device = context->device;
  const onnxc_model *model = device->model;
  const onnxc_device_part *part = &model->device->parts[number];
  onnxc_recorded_part *recorded = &device->parts[number];
  int32_t status = ONNXC_OK;
  if (!recorded->is_recorded ||
      memcmp(symbols, recorded->symbols,
             (size_t)model->num_symbols * sizeof *symbols) != 0)
    status = record(device, symbols, number);
  for (int32_t i = 0; i < part->num_inputs && status == ONNXC_OK; ++i) {
    if (!part->tensors[i].is_transferred)
      continue;
    const void *from = *inputs++;
    if (recorded->bytes[i])
      status = device->driver->write(device, recorded->addresses[i], from,
                                     (size_t)recorded->bytes[i]);
  }
  if (status == ONNXC_OK)
    status = device->driver->replay(device, number);
  for (int32_t i = part->num_inputs;
       i < count_tensors(part) && status == ONNXC_OK; ++i) {
    if (!part->tensors[i].is_transferred)
      continue;
    void *to = *outputs++;
    if (recorded->bytes[i])
      status = device->driver->read(device, to, recorded->addresses[i],
                                    (size_t)recorded->bytes[i]);
  }
  if (status != ONNXC_OK && !context->error_name)
    context->error_name = device->lack ? device->lack : model->name;
  device->lack = NULL;
  return status;
}

/* Zeros for `count` elements, and never none. */
static void *make_list(int32_t count, size_t size) {
  return calloc((size_t)count + 1, size);
}

static int32_t make_tables(onnxc_device *device) {
  const onnxc_model *model = device->model;
  const onnxc_device_code *code = model->device;
  device->slots = make_list(code->num_slots, sizeof *device->slots);
  device->parts = make_list(code->num_parts, sizeof *device->parts);
  if (!device->slots || !device->parts)
    return ONNXC_OUT_OF_MEMORY;
  for (int32_t k = 0; k < code->num_parts; ++k) {
    const onnxc_device_part *part = &code->parts[k];
    onnxc_recorded_part *recorded = &device->parts[k];
    int32_t count = count_tensors(part);
    recorded->symbols =
        make_list(model->num_symbols, sizeof *recorded->symbols);
    recorded->bytes = make_list(count, sizeof *recorded->bytes);
    recorded->addresses = make_list(count, sizeof *recorded->addresses);
    if (!recorded->symbols || !recorded->bytes || !recorded->addresses)
      return ONNXC_OUT_OF_MEMORY;
    for (int32_t i = 0; i < count; ++i)
      if (part->tensors[i].is_transferred)
        device->slots[part->tensors[i].slot].kind =
            i < part->num_inputs ? ONNXC_MEMORY_INPUT : ONNXC_MEMORY_OUTPUT;
  }
  return ONNXC_OK;
}

int32_t onnxc_device_create(const onnxc_model *model, onnxc_context *context,
                            const onnxc_driver *driver, const char *interface,
                            const char *misfit, size_t bytes) {
  context->device = NULL;
  context->error_name = NULL;
  int32_t status = onnxc_check_model(model);
  if (status != ONNXC_OK)
    return status;
  if (!model->device || strcmp(model->device->interface, interface) != 0) {
    context->error_name = misfit;
    return ONNXC_BAD_DEVICE;
  }
  onnxc_device *device = calloc(1, bytes);
  if (!device)
    return ONNXC_OUT_OF_MEMORY;
  device->driver = driver;
  device->model = model;
  context->device = device;
  return ONNXC_OK;
}

int32_t onnxc_device_start(onnxc_context *context) {
  onnxc_device *device = context->device;
  const onnxc_driver *driver = device->driver;
  const onnxc_model *model = device->model;
  device->run = run;
  context->error_name = NULL;
  int32_t status = make_tables(device);
  if (status != ONNXC_OK)
    return status;
  size_t bytes = (size_t)model->device->weights_bytes;
  if (bytes == 0)
    return ONNXC_OK;
  const void *weights = model->weights ? model->weights : context->weights;
  if (!weights) {
    context->error_name = model->name;
    return ONNXC_NO_WEIGHTS;
  }
  device->weights = driver->allocate(device, bytes, ONNXC_MEMORY_DEVICE);
  if (!device->weights) {
    context->error_name = "the weights";
    return ONNXC_OUT_OF_MEMORY;
  }
  return driver->write(device, device->weights, weights, bytes);
}

static void free_tables(onnxc_device *device) {
  const onnxc_device_code *code = device->model->device;
  for (int32_t k = 0; device->parts && k < code->num_parts; ++k) {
    free(device->parts[k].symbols);
    free(device->parts[k].bytes);
    free(device->parts[k].addresses);
  }
  free(device->parts);
  free(device->slots);
}

void onnxc_close_device(onnxc_context *context) {
  onnxc_device *device = context->device;
  if (!device)
    return;
  const onnxc_driver *driver = device->driver;
  context->device = NULL;
  for (int32_t i = 0; device->slots && i < device->model->device->num_slots;
       ++i)
    if (device->slots[i].address)
      driver->release(device, device->slots[i].address);
  if (device->arena.address)
    driver->release(device, device->arena.address);
  if (device->weights)
    driver->release(device, device->weights);
  free_tables(device);
  driver->close(device);
}
