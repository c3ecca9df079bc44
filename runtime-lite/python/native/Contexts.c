/* Contexts.c: what runs need, kept from one run to the next: a context for each
 * thread that is in one, and a pool of threads that all share.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "Native.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

/* A child process has none of its parent's threads. */
static unsigned fork_count;

static void count_fork(void) { ++fork_count; }

int register_fork_handler(void) {
  static int is_registered;
  if (is_registered)
    return 0;
  is_registered = 1;
  return pthread_atfork(NULL, NULL, count_fork);
}

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void tell_step(void *profiler, int32_t step) {
  Context *context = profiler;
  int64_t time = now();
  if (step >= 0) {
    context->step = step;
    context->step_begin[step] = time;
  } else if (context->step >= 0) {
    step = context->step;
    context->step_time[step] += time - context->step_begin[step];
    ++context->step_calls[step];
  }
}

static int start_pool(Model *self) {
  if (self->num_threads == 1)
    return 0;
  if (self->pool && self->pool_fork == fork_count)
    return 0;
  /* One of a parent process is left alone: its threads cannot be joined. */
  self->pool = onnxc_pool_create(self->num_threads);
  self->pool_fork = fork_count;
  if (self->pool)
    return 0;
  PyErr_Format(load_error, "cannot start %d threads", (int)self->num_threads);
  return -1;
}

static int open_device(Model *self, Context *context) {
  const onnxc_device_code *device = self->model->device;
  if (!device)
    return 0;
  int32_t status;
  if (!strcmp(device->interface, "cuda"))
    status = onnxc_open_cuda(self->model, &context->runtime);
  else
    status = onnxc_open_vulkan(self->model, &context->runtime);
  if (status == ONNXC_OK)
    return 0;
  const char *name = context->runtime.error_name;
  PyErr_Format(load_error, "%s%s%s", onnxc_status_string(status),
               name ? ": " : "", name ? name : "");
  return -1;
}

static void destroy_context(Context *context) {
  onnxc_release_strings(&context->runtime);
  onnxc_close_device(&context->runtime);
  onnxc_aligned_free(NULL, context->runtime.arena);
  PyMem_Free(context->symbols);
  PyMem_Free(context->dims);
  PyMem_Free(context->inputs);
  PyMem_Free(context->outputs);
  PyMem_Free(context->views);
  PyMem_Free(context->step_begin);
  PyMem_Free(context);
}

static Context *make_context(Model *self) {
  const onnxc_model *model = self->model;
  Context *context = PyMem_Calloc(1, sizeof(Context));
  if (!context) {
    PyErr_NoMemory();
    return NULL;
  }
  size_t inputs = (size_t)model->num_inputs;
  size_t outputs = (size_t)model->num_outputs;
  size_t steps = (size_t)model->num_steps;
  size_t symbols = (size_t)model->num_symbols;
  context->symbols = PyMem_Calloc(symbols + 1, sizeof(int64_t));
  context->dims =
      PyMem_Calloc((size_t)self->num_output_dims + 1, sizeof(int64_t));
  context->inputs = PyMem_Calloc(inputs + 1, sizeof(onnxc_tensor));
  context->outputs = PyMem_Calloc(outputs + 1, sizeof(onnxc_tensor));
  context->views = PyMem_Calloc(inputs + outputs + 1, sizeof(Py_buffer));
  context->step_begin = PyMem_Calloc(steps * 3 + 1, sizeof(int64_t));
  onnxc_use_host_allocator(&context->runtime);
  context->runtime.weights = self->weights;
  if (!context->symbols || !context->dims || !context->inputs ||
      !context->outputs || !context->views || !context->step_begin) {
    PyErr_NoMemory();
  } else if (!open_device(self, context)) {
    context->step_time = context->step_begin + steps;
    context->step_calls = context->step_time + steps;
    if (steps) {
      context->runtime.profile = tell_step;
      context->runtime.profiler = context;
    }
    return context;
  }
  destroy_context(context);
  return NULL;
}

Context *take_context(Model *self) {
  if (start_pool(self))
    return NULL;
  Context *context = self->idle;
  if (context)
    self->idle = context->next;
  else if (!(context = make_context(self)))
    return NULL;
  if (self->pool)
    onnxc_use_pool(&context->runtime, self->pool);
  context->num_views_taken = 0;
  context->step = -1;
  return context;
}

void return_context(Model *self, Context *context) {
  for (int32_t i = 0; i < self->model->num_steps; ++i) {
    self->step_time[i] += context->step_time[i];
    self->step_calls[i] += context->step_calls[i];
    context->step_time[i] = context->step_calls[i] = 0;
  }
  context->next = self->idle;
  self->idle = context;
}

void destroy_contexts(Model *self) {
  while (self->idle) {
    Context *context = self->idle;
    self->idle = context->next;
    destroy_context(context);
  }
  if (self->pool && self->pool_fork == fork_count)
    onnxc_pool_destroy(self->pool);
  self->pool = NULL;
}

int grow_arena(Context *context, int64_t bytes) {
  if ((size_t)bytes <= context->arena_bytes)
    return 0;
  onnxc_aligned_free(NULL, context->runtime.arena);
  context->arena_bytes = context->runtime.arena_bytes = 0;
  context->runtime.arena =
      onnxc_aligned_alloc(NULL, (size_t)bytes, ONNXC_ARENA_ALIGNMENT);
  if (!context->runtime.arena) {
    PyErr_Format(PyExc_MemoryError, "the model's arena takes %lld bytes",
                 (long long)bytes);
    return -1;
  }
  context->arena_bytes = context->runtime.arena_bytes = (size_t)bytes;
  return 0;
}
