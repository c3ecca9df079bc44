/* execute.c: runs requests, those together that differ in the batch alone.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "served.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A request, as the model takes it. */
typedef struct job {
  TRITONBACKEND_Request *request;
  TRITONBACKEND_Response *response;
  TRITONSERVER_Error *error;
  bool is_done;
  onnxc_tensor inputs[MAX_TENSORS];
  int64_t shapes[MAX_TENSORS][MAX_RANK];
  void *owned[MAX_TENSORS]; /* memory of inputs that were copied */
  char *bytes[MAX_TENSORS]; /* that strings refer to */
} job;

/* A run: tensors of one job, or of several behind each other. */
typedef struct run {
  onnxc_tensor inputs[MAX_TENSORS], outputs[MAX_TENSORS];
  int64_t in_shapes[MAX_TENSORS][MAX_RANK], out_shapes[MAX_TENSORS][MAX_RANK];
  int64_t symbols[MAX_SYMBOLS];
  void *owned[MAX_TENSORS];
} run;

static uint64_t get_time(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Of what nothing can be done about. */
static void ignore(TRITONSERVER_Error *error) {
  if (error)
    TRITONSERVER_ErrorDelete(error);
}

static int64_t count_elements(const onnxc_tensor *tensor, int32_t from) {
  int64_t count = 1;
  for (int32_t d = from; d < tensor->rank; ++d)
    if (__builtin_mul_overflow(count, tensor->shape[d], &count))
      return -1;
  return count;
}

/* --- Inputs --------------------------------------------------------------- */

/* Elements of strings: a length of four bytes and so many bytes. */
static TRITONSERVER_Error *read_strings(job *job, int32_t i, char *bytes,
                                        uint64_t length, const char *name) {
  int64_t count = count_elements(&job->inputs[i], 0);
  onnxc_string *strings = calloc((size_t)count + 1, sizeof(*strings));
  job->owned[i] = strings;
  if (!strings)
    return fail(TRITON_UNAVAILABLE, "there is no memory");
  uint64_t at = 0;
  for (int64_t k = 0; k < count; ++k) {
    uint32_t size = 0;
    if (length - at >= 4)
      memcpy(&size, bytes + at, 4);
    if (length - at < 4 || size > length - at - 4)
      return fail(TRITON_INVALID_ARGUMENT,
                  "input '%s' has fewer than %lld strings", name,
                  (long long)count);
    strings[k].data = bytes + at + 4;
    strings[k].length = size;
    at += 4 + (uint64_t)size;
  }
  if (at != length)
    return fail(TRITON_INVALID_ARGUMENT,
                "input '%s' has more than %lld strings", name,
                (long long)count);
  job->inputs[i].data = strings;
  return NULL;
}

/* The bytes of an input, behind each other. */
static TRITONSERVER_Error *read_bytes(job *job, int32_t i,
                                      TRITONBACKEND_Input *input,
                                      uint64_t length, uint32_t buffers,
                                      const void **bytes) {
  char *copy = NULL;
  uint64_t at = 0;
  for (uint32_t k = 0; k < buffers; ++k) {
    const void *buffer;
    uint64_t size;
    TRITONSERVER_MemoryType memory = TRITON_CPU;
    int64_t device = 0;
    TRITONSERVER_Error *error =
        TRITONBACKEND_InputBuffer(input, k, &buffer, &size, &memory, &device);
    if (error)
      return error;
    if (memory == TRITON_GPU || size > length - at)
      return fail(TRITON_UNSUPPORTED, "an input is on a GPU");
    /* Triton aligns what it has allocated to no more than an element. */
    if (buffers == 1 && (uintptr_t)buffer % 16 == 0) {
      *bytes = buffer;
      return NULL;
    }
    if (!copy) {
      copy = malloc(length + 1);
      job->bytes[i] = copy;
      if (!copy)
        return fail(TRITON_UNAVAILABLE, "there is no memory");
    }
    memcpy(copy + at, buffer, size);
    at += size;
  }
  *bytes = copy;
  return NULL;
}

static TRITONSERVER_Error *read_input(const onnxc_model *model, job *job,
                                      int32_t i) {
  const onnxc_tensor_info *info = &model->inputs[i];
  TRITONBACKEND_Input *input;
  TRITONSERVER_DataType type;
  const int64_t *shape;
  uint32_t rank, buffers;
  uint64_t length;
  TRITONSERVER_Error *error =
      TRITONBACKEND_RequestInput(job->request, info->name, &input);
  if (!error)
    error = TRITONBACKEND_InputProperties(input, NULL, &type, &shape, &rank,
                                          &length, &buffers);
  if (error)
    return error;
  if (type != get_type(info->dtype) || rank > MAX_RANK)
    return fail(TRITON_INVALID_ARGUMENT,
                "input '%s' has another type than the model's, %s", info->name,
                get_type_name(info->dtype));
  onnxc_tensor *tensor = &job->inputs[i];
  tensor->shape = job->shapes[i];
  tensor->rank = (int32_t)rank;
  tensor->dtype = info->dtype;
  if (rank)
    memcpy(job->shapes[i], shape, rank * sizeof(*shape));
  int64_t count = count_elements(tensor, 0);
  const void *bytes = NULL;
  error = read_bytes(job, i, input, length, buffers, &bytes);
  if (error)
    return error;
  if (count < 0)
    return fail(TRITON_INVALID_ARGUMENT, "input '%s' is too large", info->name);
  if (info->dtype == ONNXC_STRING)
    return read_strings(job, i, (char *)(uintptr_t)bytes, length, info->name);
  if ((uint64_t)count * onnxc_dtype_size(info->dtype) != length)
    return fail(TRITON_INVALID_ARGUMENT,
                "input '%s' has %llu bytes for %lld elements", info->name,
                (unsigned long long)length, (long long)count);
  tensor->data = (void *)(uintptr_t)bytes;
  return NULL;
}

/* --- A run ---------------------------------------------------------------- */

/* Whether the jobs differ in nothing but the batch. */
static bool fit_together(const onnxc_model *model, const job *a, const job *b) {
  for (int32_t i = 0; i < model->num_inputs; ++i) {
    const onnxc_tensor *x = &a->inputs[i], *y = &b->inputs[i];
    if (x->rank != y->rank || x->rank < 1 ||
        x->shape[0] != a->inputs[0].shape[0] ||
        y->shape[0] != b->inputs[0].shape[0] ||
        memcmp(x->shape + 1, y->shape + 1,
               (size_t)(x->rank - 1) * sizeof(int64_t)))
      return false;
  }
  return true;
}

static bool join_inputs(const onnxc_model *model, run *run, job **jobs,
                        uint32_t count) {
  for (int32_t i = 0; i < model->num_inputs; ++i) {
    onnxc_tensor *tensor = &run->inputs[i];
    *tensor = jobs[0]->inputs[i];
    if (count == 1)
      continue;
    memcpy(run->in_shapes[i], tensor->shape,
           (size_t)tensor->rank * sizeof(int64_t));
    tensor->shape = run->in_shapes[i];
    tensor->shape[0] = 0;
    for (uint32_t k = 0; k < count; ++k)
      tensor->shape[0] += jobs[k]->inputs[i].shape[0];
    size_t row =
        (size_t)count_elements(tensor, 1) * onnxc_dtype_size(tensor->dtype);
    char *data = malloc((size_t)tensor->shape[0] * row + 1);
    run->owned[i] = tensor->data = data;
    if (!data)
      return false;
    for (uint32_t k = 0; k < count; ++k) {
      size_t bytes = (size_t)jobs[k]->inputs[i].shape[0] * row;
      if (bytes)
        memcpy(data, jobs[k]->inputs[i].data, bytes);
      data += bytes;
    }
  }
  return true;
}

static bool grow_arena(onnxc_context *context, int64_t bytes) {
  if (bytes < 0)
    return false;
  if ((uint64_t)bytes <= context->arena_bytes)
    return true;
  onnxc_aligned_free(NULL, context->arena);
  context->arena =
      onnxc_aligned_alloc(NULL, (size_t)bytes, ONNXC_ARENA_ALIGNMENT);
  context->arena_bytes = context->arena ? (size_t)bytes : 0;
  return context->arena != NULL;
}

static void free_outputs(const onnxc_model *model, run *run) {
  for (int32_t i = 0; i < model->num_outputs; ++i)
    onnxc_aligned_free(NULL, run->outputs[i].data);
}

/* The model's words for a status. */
static TRITONSERVER_Error *describe(const onnxc_model *model, const run *run,
                                    const char *blamed, int32_t status) {
  for (int32_t i = 0; blamed && i < model->num_inputs; ++i) {
    if (strcmp(blamed, model->inputs[i].name))
      continue;
    char given[TEXT_BYTES / 3] = "", taken[TEXT_BYTES / 3] = "";
    const onnxc_tensor *input = &run->inputs[i];
    const onnxc_tensor_info *info = &model->inputs[i];
    size_t g = 0, t = 0;
    for (int32_t d = 0; d < input->rank && g < sizeof(given) - 32; ++d)
      g += (size_t)snprintf(given + g, 32, "%s%lld", d ? ", " : "",
                            (long long)input->shape[d]);
    for (int32_t d = 0; d < info->rank && t < sizeof(taken) - 64; ++d)
      t += info->dims[d] >= 0
               ? (size_t)snprintf(taken + t, 32, "%s%lld", d ? ", " : "",
                                  (long long)info->dims[d])
               : (size_t)snprintf(taken + t, 64, "%s%.60s", d ? ", " : "",
                                  model->symbols[-1 - info->dims[d]].name);
    return fail(TRITON_INVALID_ARGUMENT,
                "input '%s': %s: it is [%s], the model takes [%s]", blamed,
                onnxc_status_string(status), given, taken);
  }
  return fail(TRITON_INVALID_ARGUMENT, "%s%s%s", onnxc_status_string(status),
              blamed ? ": " : "", blamed ? blamed : "");
}

static TRITONSERVER_Error *run_model(const served *served,
                                     onnxc_context *context, run *run) {
  const onnxc_model *model = served->model;
  context->error_name = NULL;
  int32_t status = onnxc_bind_symbols(model, context, run->inputs,
                                      model->num_inputs, run->symbols);
  if (status != ONNXC_OK)
    return describe(model, run, context->error_name, status);
  if (!grow_arena(context, model->arena_bytes(run->symbols)))
    return fail(TRITON_UNAVAILABLE, "there is no memory for the arena");
  int64_t sizes[MAX_TENSORS * MAX_RANK], *next = sizes;
  model->output_shapes(run->symbols, sizes);
  for (int32_t i = 0; i < model->num_outputs; ++i) {
    const onnxc_tensor_info *info = &model->outputs[i];
    onnxc_tensor *output = &run->outputs[i];
    output->shape = run->out_shapes[i];
    output->rank = info->rank;
    output->dtype = info->dtype;
    memcpy(output->shape, next, (size_t)info->rank * sizeof(*next));
    next += info->rank;
    int64_t count = count_elements(output, 0);
    if (info->from_data)
      continue; /* the run allocates it */
    if (count >= 0)
      output->data = onnxc_aligned_alloc(
          NULL, (size_t)count * onnxc_dtype_size(info->dtype) + 1,
          ONNXC_ARENA_ALIGNMENT);
    if (!output->data) {
      free_outputs(model, run);
      return fail(TRITON_UNAVAILABLE, "there is no memory for an output");
    }
  }
  status = onnxc_run(model, context, run->inputs, model->num_inputs,
                     run->outputs, model->num_outputs, run->symbols);
  if (status == ONNXC_OK)
    return NULL;
  /* What the run allocates is gone after a failure. */
  for (int32_t i = 0; i < model->num_outputs; ++i)
    if (model->outputs[i].from_data)
      run->outputs[i].data = NULL;
  free_outputs(model, run);
  return describe(model, run, context->error_name, status);
}

/* --- Outputs -------------------------------------------------------------- */

static void write_strings(char *to, const onnxc_string *from, int64_t count) {
  for (int64_t k = 0; k < count; ++k) {
    uint32_t length = (uint32_t)from[k].length;
    memcpy(to, &length, 4);
    if (length)
      memcpy(to + 4, from[k].data, length);
    to += 4 + (size_t)length;
  }
}

static TRITONSERVER_Error *write_output(job *job, const onnxc_tensor_info *info,
                                        const onnxc_tensor *tensor,
                                        const int64_t *shape, int64_t first,
                                        int64_t count) {
  TRITONBACKEND_Output *output;
  TRITONSERVER_Error *error = TRITONBACKEND_ResponseOutput(
      job->response, &output, info->name, get_type(info->dtype), shape,
      (uint32_t)tensor->rank);
  if (error)
    return error;
  bool is_text = info->dtype == ONNXC_STRING;
  size_t size = onnxc_dtype_size(info->dtype);
  const onnxc_string *strings = (const onnxc_string *)tensor->data;
  uint64_t bytes = is_text ? 0 : (uint64_t)count * size;
  for (int64_t k = 0; is_text && k < count; ++k)
    bytes += 4 + strings[first + k].length;
  void *buffer;
  TRITONSERVER_MemoryType memory = TRITON_CPU;
  int64_t device = 0;
  error = TRITONBACKEND_OutputBuffer(output, &buffer, bytes, &memory, &device);
  if (error)
    return error;
  if (memory == TRITON_GPU)
    return fail(TRITON_UNSUPPORTED, "output '%s' is on a GPU", info->name);
  if (is_text)
    write_strings(buffer, strings + first, count);
  else if (bytes)
    memcpy(buffer, (const char *)tensor->data + (size_t)first * size, bytes);
  return NULL;
}

/* The outputs that the job asks for: `rows` rows from `first` on, or all where
 * nothing was joined. */
static TRITONSERVER_Error *write_outputs(const onnxc_model *model, job *job,
                                         const run *run, int64_t first,
                                         int64_t rows) {
  uint32_t wanted;
  TRITONSERVER_Error *error =
      TRITONBACKEND_RequestOutputCount(job->request, &wanted);
  for (uint32_t k = 0; !error && k < wanted; ++k) {
    const char *name;
    error = TRITONBACKEND_RequestOutputName(job->request, k, &name);
    for (int32_t i = 0; !error && i < model->num_outputs; ++i) {
      const onnxc_tensor *tensor = &run->outputs[i];
      if (strcmp(name, model->outputs[i].name))
        continue;
      int64_t shape[MAX_RANK] = {0};
      if (tensor->rank)
        memcpy(shape, tensor->shape, (size_t)tensor->rank * sizeof(*shape));
      int64_t begin = 0, count = count_elements(tensor, 0);
      if (rows >= 0) {
        int64_t row = count_elements(tensor, 1);
        begin = first * row;
        count = rows * row;
        shape[0] = rows;
      }
      error =
          write_output(job, &model->outputs[i], tensor, shape, begin, count);
    }
  }
  return error;
}

/* An error for all of them, or none and their outputs. */
static TRITONSERVER_Error *run_jobs(const served *served,
                                    onnxc_context *context, job **jobs,
                                    uint32_t count) {
  const onnxc_model *model = served->model;
  run *run = calloc(1, sizeof(*run));
  TRITONSERVER_Error *error =
      run && join_inputs(model, run, jobs, count)
          ? run_model(served, context, run)
          : fail(TRITON_UNAVAILABLE, "there is no memory");
  if (!error) {
    int64_t first = 0;
    for (uint32_t k = 0; k < count; ++k) {
      int64_t rows = count == 1 ? -1 : jobs[k]->inputs[0].shape[0];
      jobs[k]->error = write_outputs(model, jobs[k], run, first, rows);
      first += rows;
    }
    free_outputs(model, run);
  }
  for (int32_t i = 0; run && i < model->num_inputs; ++i)
    free(run->owned[i]);
  free(run);
  return error;
}

/* The job and all behind it that run with it. Returns the rows. */
static int64_t run_group(const served *served, onnxc_context *context,
                         job *jobs, uint32_t begin, uint32_t end, job **group) {
  uint32_t count = 0;
  int64_t rows = 0;
  for (uint32_t k = begin; k < end; ++k) {
    job *other = &jobs[k];
    if (other->is_done)
      continue;
    if (count) {
      int64_t more = served->batches ? other->inputs[0].shape[0] : 0;
      if (!served->batches || !fit_together(served->model, group[0], other) ||
          (served->most_rows >= 0 && rows + more > served->most_rows))
        continue;
    }
    if (served->batches && other->inputs[0].rank)
      rows += other->inputs[0].shape[0];
    other->is_done = true;
    group[count++] = other;
  }
  TRITONSERVER_Error *error = run_jobs(served, context, group, count);
  if (!error)
    return rows ? rows : 1;
  if (count == 1) {
    group[0]->error = error;
    return 1;
  }
  /* One of them is to blame, and the others are not. */
  TRITONSERVER_ErrorDelete(error);
  for (uint32_t k = 0; k < count; ++k)
    group[k]->error = run_jobs(served, context, &group[k], 1);
  return rows;
}

static void finish(const onnxc_model *model, job *job) {
  if (job->response)
    ignore(TRITONBACKEND_ResponseSend(job->response, TRITON_RESPONSE_FINAL,
                                      job->error));
  ignore(job->error);
  for (int32_t i = 0; i < model->num_inputs; ++i) {
    free(job->owned[i]);
    free(job->bytes[i]);
  }
  ignore(TRITONBACKEND_RequestRelease(job->request, TRITON_RELEASE_ALL));
}

void execute(const served *served, onnxc_context *context,
             TRITONBACKEND_ModelInstance *instance,
             TRITONBACKEND_Request **requests, uint32_t count) {
  const onnxc_model *model = served->model;
  uint64_t start = get_time();
  job *jobs = calloc(count, sizeof(*jobs));
  job **group = calloc(count, sizeof(*group));
  for (uint32_t k = 0; jobs && group && k < count; ++k) {
    jobs[k].request = requests[k];
    jobs[k].error = TRITONBACKEND_ResponseNew(&jobs[k].response, requests[k]);
    for (int32_t i = 0; !jobs[k].error && i < model->num_inputs; ++i)
      jobs[k].error = read_input(model, &jobs[k], i);
    jobs[k].is_done = jobs[k].error != NULL;
  }
  for (uint32_t k = 0; jobs && group && k < count; ++k)
    if (!jobs[k].is_done) {
      uint64_t begin = get_time();
      int64_t rows = run_group(served, context, jobs, k, count, group);
      uint64_t end = get_time();
      ignore(TRITONBACKEND_ModelInstanceReportBatchStatistics(
          instance, (uint64_t)rows, start, begin, end, end));
    }
  for (uint32_t k = 0; jobs && group && k < count; ++k) {
    uint64_t end = get_time();
    ignore(TRITONBACKEND_ModelInstanceReportStatistics(
        instance, requests[k], !jobs[k].error, start, start, end, end));
  }
  for (uint32_t k = 0; k < count; ++k) {
    job alone = {.request = requests[k]};
    if (!jobs || !group)
      alone.error = TRITONBACKEND_ResponseNew(&alone.response, requests[k]);
    if ((!jobs || !group) && !alone.error)
      alone.error = fail(TRITON_UNAVAILABLE, "there is no memory");
    finish(model, jobs && group ? &jobs[k] : &alone);
  }
  free(group);
  free(jobs);
}
