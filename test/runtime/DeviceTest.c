/* DeviceTest.c: a model of two parts on a driver of this test, which has the
 * host's memory for its device's and fails when it is told to.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "../../runtime-lite/lib/Device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures;

static void check(int holds, const char *what) {
  if (holds)
    return;
  printf("FAILED: %s\n", what);
  ++failures;
}

/* --- the driver ----------------------------------------------------------- */

enum { kParts = 2, kSteps = 4 };
typedef struct step {
  int32_t function;
  float *from, *to;
  int32_t count;
} step;
typedef struct fake_device {
  onnxc_device base;
  step steps[kParts][kSteps];
  int num_steps[kParts], current;
} fake_device;
static int num_allocated, num_records, num_writes, num_reads;
/* Which allocation from now on fails; 0 for none. */
static int failing_allocation;
static int32_t replay_status;

static void *allocate(onnxc_device *device, size_t bytes, onnxc_memory kind) {
  (void)device, (void)kind;
  if (failing_allocation && --failing_allocation == 0)
    return NULL;
  ++num_allocated;
  return malloc(bytes);
}
static void release(onnxc_device *device, void *address) {
  (void)device;
  --num_allocated;
  free(address);
}
static int32_t write_bytes(onnxc_device *device, void *to, const void *from,
                           size_t bytes) {
  (void)device;
  ++num_writes;
  memcpy(to, from, bytes);
  return ONNXC_OK;
}
static int32_t read_bytes(onnxc_device *device, void *to, const void *from,
                          size_t bytes) {
  (void)device;
  ++num_reads;
  memcpy(to, from, bytes);
  return ONNXC_OK;
}
static int32_t begin(onnxc_device *device, int32_t part) {
  fake_device *fake = (fake_device *)device;
  fake->current = part;
  fake->num_steps[part] = 0;
  ++num_records;
  return ONNXC_OK;
}
static int32_t launch(onnxc_device *device, int32_t function, int32_t groups,
                      void *const *buffers, const int64_t *bytes,
                      const int32_t *sizes) {
  fake_device *fake = (fake_device *)device;
  step *next = &fake->steps[fake->current][fake->num_steps[fake->current]++];
  next->function = function;
  next->from = buffers[0];
  next->to = buffers[1];
  next->count = sizes[0];
  if (bytes[0] != 4 * sizes[0] || bytes[1] != bytes[0])
    return ONNXC_DEVICE_ERROR;
  return groups == 1 ? ONNXC_OK : ONNXC_DEVICE_ERROR;
}
static int32_t copy(onnxc_device *device, void *to, const void *from,
                    size_t bytes) {
  (void)device, (void)to, (void)from, (void)bytes;
  return ONNXC_DEVICE_ERROR;
}
static int32_t end(onnxc_device *device) {
  (void)device;
  return ONNXC_OK;
}
static int32_t replay(onnxc_device *device, int32_t part) {
  fake_device *fake = (fake_device *)device;
  const float *weights = fake->base.weights;
  for (int i = 0; i < fake->num_steps[part]; ++i) {
    step *s = &fake->steps[part][i];
    for (int32_t k = 0; k < s->count; ++k)
      s->to[k] = s->function ? s->from[k] * weights[1] : s->from[k] + weights[0];
  }
  return replay_status;
}
static void close_device(onnxc_device *device) { free(device); }
static const onnxc_driver driver = {allocate, release, write_bytes, read_bytes,
                                    begin,    launch,  copy,        end,
                                    replay,   close_device};

/* --- the model: y = x + 1 stays on the device, z = 2 y --------------------- */

static int32_t record(onnxc_context *context, int64_t *symbols,
                      const void *const *inputs, void **outputs) {
  onnxc_recorder *recorder = (onnxc_recorder *)context;
  void *buffers[2] = {(void *)inputs[0], outputs[0]};
  int32_t size = (int32_t)symbols[0];
  int64_t bytes[2] = {4 * symbols[0], 4 * symbols[0]};
  /* Each part's first function is its number 0. */
  recorder->launch(recorder, 0, size > 0, buffers, bytes, &size);
  return ONNXC_OK;
}
static int64_t arena_bytes(const int64_t *symbols) { return 4 * symbols[0]; }
static void tensor_bytes(const int64_t *symbols, int64_t *bytes) {
  bytes[0] = bytes[1] = 4 * symbols[0];
}
static int32_t entry(onnxc_context *context, int64_t *symbols,
                     const void *const *inputs, void **outputs) {
  if (!context->device)
    return ONNXC_NO_DEVICE;
  int32_t status = context->device->run(context, 0, symbols, inputs, NULL);
  return status == ONNXC_OK
             ? context->device->run(context, 1, symbols, NULL, outputs)
             : status;
}
static int64_t no_arena(const int64_t *symbols) { return 0 * symbols[0]; }
static void output_shapes(const int64_t *symbols, int64_t *dims) {
  dims[0] = symbols[0];
}

static const onnxc_device_tensor first[] = {{0, 1}, {1, 0}},
                                 second[] = {{1, 0}, {2, 1}};
static const onnxc_device_part parts[kParts] = {
    {record, arena_bytes, tensor_bytes, first, 1, 1, 0, 0},
    {record, arena_bytes, tensor_bytes, second, 1, 1, 1, 0}};
static const onnxc_device_function functions[] = {
    {"add", NULL, 0, 2, 1, 1, 0}, {"multiply", NULL, 0, 2, 1, 1, 0}};
static const float weights[] = {1, 2, 3};
static const onnxc_device_code code = {.interface = "fake",
                                       .functions = functions,
                                       .num_functions = 2,
                                       .parts = parts,
                                       .num_parts = kParts,
                                       .num_slots = 3,
                                       .weights_bytes = 8};
static const int64_t free_dim[] = {-1};
static const onnxc_tensor_info x = {"x", NULL, free_dim, 1, ONNXC_FLOAT, 0, 0},
                               z = {"z", NULL, free_dim, 1, ONNXC_FLOAT, 0, 0};
static const onnxc_symbol_info n = {"n", 0, -1, 0, 0};
static const onnxc_model model = {.abi_version = ONNXC_ABI_VERSION,
                                  .name = "parts",
                                  .num_inputs = 1,
                                  .num_outputs = 1,
                                  .num_symbols = 1,
                                  .inputs = &x,
                                  .outputs = &z,
                                  .symbols = &n,
                                  .weights = weights,
                                  .weights_bytes = sizeof weights,
                                  .entry = entry,
                                  .arena_bytes = no_arena,
                                  .output_shapes = output_shapes,
                                  .device = &code};

static int32_t open_device(onnxc_context *context) {
  int32_t status =
      onnxc_device_create(&model, context, &driver, "fake",
                          "not for this device", sizeof(fake_device));
  if (status == ONNXC_OK)
    status = onnxc_device_start(context);
  if (status != ONNXC_OK)
    onnxc_close_device(context);
  return status;
}

enum { kMost = 100 };
static int32_t run(onnxc_context *context, int64_t size, int *is_right) {
  float data[kMost], result[kMost];
  int64_t shape = size, out_shape, symbols;
  for (int64_t i = 0; i < size; ++i)
    data[i] = (float)i;
  onnxc_tensor input = {data, &shape, 1, ONNXC_FLOAT};
  onnxc_tensor output = {result, &out_shape, 1, ONNXC_FLOAT};
  int32_t status =
      onnxc_run(&model, context, &input, 1, &output, 1, &symbols);
  *is_right = 1;
  for (int64_t i = 0; i < size; ++i)
    *is_right &= result[i] == 2 * ((float)i + 1);
  return status;
}

static void expect_run(onnxc_context *context, int64_t size, int records,
                       const char *what) {
  int is_right, before = num_records;
  check(run(context, size, &is_right) == ONNXC_OK && is_right, what);
  check(num_records - before == records, what);
}

int main(void) {
  onnxc_context context;
  memset(&context, 0, sizeof context);
  int is_right;
  check(run(&context, 3, &is_right) == ONNXC_NO_DEVICE, "no device is open");
  check(onnxc_device_create(&model, &context, &driver, "other", "no fit",
                            sizeof(fake_device)) == ONNXC_BAD_DEVICE &&
            !context.device,
        "a model is for one interface");
  check(open_device(&context) == ONNXC_OK, "the device opens");

  expect_run(&context, 3, 2, "the first run records both parts");
  check(num_writes == 2 && num_reads == 1,
        "weights, the input and the output are all that is moved");
  expect_run(&context, 3, 0, "the second replays them");
  expect_run(&context, 2, 2, "other sizes are recorded");
  expect_run(&context, 0, 2, "no elements, no launch");
  int before = num_allocated;
  expect_run(&context, 3, 2, "sizes come back");
  check(num_allocated == before, "memory that is large enough is kept");
  expect_run(&context, kMost, 2, "memory grows");
  expect_run(&context, kMost, 0, "nothing recorded names what was released");

  replay_status = ONNXC_DEVICE_ERROR;
  check(run(&context, 4, &is_right) == ONNXC_DEVICE_ERROR &&
            context.error_name == model.name,
        "a failure of the device has a status");
  replay_status = ONNXC_OK;
  expect_run(&context, 4, 1, "the part that had not come to its turn");
  onnxc_close_device(&context);
  check(num_allocated == 0 && !context.device, "closing releases all");

  /* Whichever allocation fails, the next run is well. */
  for (int k = 1; k <= 6; ++k) {
    failing_allocation = k;
    int32_t status = open_device(&context);
    if (status == ONNXC_OK) {
      status = run(&context, 5, &is_right);
      check(status == ONNXC_OUT_OF_MEMORY || k > 5, "memory that is not there");
      failing_allocation = 0;
      check(run(&context, 5, &is_right) == ONNXC_OK && is_right,
            "the run after it");
    }
    check(status == ONNXC_OUT_OF_MEMORY || k > 5, "memory is missing");
    failing_allocation = 0;
    onnxc_close_device(&context);
    check(num_allocated == 0, "nothing is left after a failure");
  }
  return failures != 0;
}
