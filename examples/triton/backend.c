/* backend.c: a backend of Triton for models that onnxc has compiled.
 *
 * A model's folder has VERSION/model.so (onnxc --emit=shared) and a
 * config.pbtxt that may be `backend: "onnxc"` alone: inputs, outputs and the
 * largest batch are read off the model.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "served.h"
#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The largest batch of a model without a bound. */
enum { MANY_ROWS = 64 };

TRITONSERVER_Error *fail(TRITONSERVER_Error_Code code, const char *format,
                         ...) {
  char text[TEXT_BYTES];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof(text), format, arguments);
  va_end(arguments);
  return TRITONSERVER_ErrorNew(code, text);
}

static const struct {
  int32_t dtype;
  TRITONSERVER_DataType type;
  const char *name;
} types[] = {
    {ONNXC_BOOL, TRITON_BOOL, "TYPE_BOOL"},
    {ONNXC_UINT8, TRITON_UINT8, "TYPE_UINT8"},
    {ONNXC_UINT16, TRITON_UINT16, "TYPE_UINT16"},
    {ONNXC_UINT32, TRITON_UINT32, "TYPE_UINT32"},
    {ONNXC_UINT64, TRITON_UINT64, "TYPE_UINT64"},
    {ONNXC_INT8, TRITON_INT8, "TYPE_INT8"},
    {ONNXC_INT16, TRITON_INT16, "TYPE_INT16"},
    {ONNXC_INT32, TRITON_INT32, "TYPE_INT32"},
    {ONNXC_INT64, TRITON_INT64, "TYPE_INT64"},
    {ONNXC_FLOAT16, TRITON_FP16, "TYPE_FP16"},
    {ONNXC_FLOAT, TRITON_FP32, "TYPE_FP32"},
    {ONNXC_DOUBLE, TRITON_FP64, "TYPE_FP64"},
    {ONNXC_STRING, TRITON_BYTES, "TYPE_STRING"},
    {ONNXC_BFLOAT16, TRITON_BF16, "TYPE_BF16"},
};

TRITONSERVER_DataType get_type(int32_t dtype) {
  for (size_t i = 0; i < sizeof(types) / sizeof(*types); ++i)
    if (types[i].dtype == dtype)
      return types[i].type;
  return TRITON_NO_TYPE;
}

const char *get_type_name(int32_t dtype) {
  for (size_t i = 0; i < sizeof(types) / sizeof(*types); ++i)
    if (types[i].dtype == dtype)
      return types[i].name;
  return "TYPE_INVALID";
}

/* --- Loading -------------------------------------------------------------- */

static TRITONSERVER_Error *check_tensors(const onnxc_tensor_info *tensors,
                                         int32_t count) {
  for (int32_t i = 0; i < count; ++i) {
    if (tensors[i].part != ONNXC_WHOLE ||
        get_type(tensors[i].dtype) == TRITON_NO_TYPE)
      return fail(TRITON_UNSUPPORTED,
                  "'%s' is a %s of %s, which Triton cannot send",
                  tensors[i].name,
                  tensors[i].part == ONNXC_WHOLE ? "tensor" : "sequence or map",
                  onnxc_dtype_name(tensors[i].dtype));
    if (tensors[i].rank > MAX_RANK)
      return fail(TRITON_UNSUPPORTED, "'%s' has %d dimensions", tensors[i].name,
                  (int)tensors[i].rank);
  }
  return NULL;
}

/* Tensors of rank 1 would have no dimension left beside the batch. */
static bool have_batch(const onnxc_tensor_info *tensors, int32_t count,
                       int64_t *batch) {
  for (int32_t i = 0; i < count; ++i) {
    if (tensors[i].rank < 2 || tensors[i].from_data ||
        tensors[i].dims[0] >= 0 || tensors[i].dims[0] == ONNXC_COMPUTED ||
        (*batch && tensors[i].dims[0] != *batch))
      return false;
    *batch = tensors[i].dims[0];
  }
  return count > 0;
}

static TRITONSERVER_Error *map_weights(served *served, const char *path) {
  const onnxc_model *model = served->model;
  if (model->weights || !model->weights_bytes)
    return NULL;
  char file[4096];
  const char *slash = strrchr(path, '/');
  if (!model->weights_file ||
      snprintf(file, sizeof(file), "%.*s/%s", (int)(slash - path), path,
               model->weights_file) >= (int)sizeof(file))
    return fail(TRITON_UNSUPPORTED, "%s has its weights nowhere", path);
  served->weights = onnxc_map_weights(file, model->weights_bytes);
  return served->weights
             ? NULL
             : fail(TRITON_NOT_FOUND, "%s is not there, or has not %llu bytes",
                    file, (unsigned long long)model->weights_bytes);
}

static TRITONSERVER_Error *load(served *served, const char *path) {
  served->library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!served->library)
    return fail(TRITON_NOT_FOUND, "%s", dlerror());
  const onnxc_model *const *models =
      (const onnxc_model *const *)dlsym(served->library, ONNXC_MODELS_SYMBOL);
  if (!models || !models[0])
    return fail(TRITON_INVALID_ARGUMENT,
                "%s is no model of onnxc's: it is made by onnxc --emit=shared",
                path);
  served->model = models[0];
  int32_t status = onnxc_check_model(served->model);
  if (status != ONNXC_OK)
    return fail(TRITON_UNSUPPORTED, "%s: %s", path,
                onnxc_status_string(status));
  const onnxc_model *model = served->model;
  if (model->num_inputs > MAX_TENSORS || model->num_outputs > MAX_TENSORS ||
      model->num_symbols > MAX_SYMBOLS)
    return fail(TRITON_UNSUPPORTED, "%s has too many inputs or outputs", path);
  TRITONSERVER_Error *error = check_tensors(model->inputs, model->num_inputs);
  if (!error)
    error = check_tensors(model->outputs, model->num_outputs);
  if (error)
    return error;
  int64_t batch = 0;
  served->batches = have_batch(model->inputs, model->num_inputs, &batch) &&
                    have_batch(model->outputs, model->num_outputs, &batch);
  served->most_rows = served->batches ? model->symbols[-1 - batch].max : -1;
  return map_weights(served, path);
}

static void unload(served *served) {
  if (served->weights)
    onnxc_unmap_weights(served->weights, served->model->weights_bytes);
  if (served->library)
    dlclose(served->library);
  free(served);
}

/* --- The configuration ---------------------------------------------------- */

/* A text that grows; null when there is no memory. */
typedef struct text {
  char *bytes;
  size_t length;
} text;

static void append(text *to, const char *bytes, size_t length) {
  char *grown = to->bytes || !to->length
                    ? realloc(to->bytes, to->length + length + 1)
                    : NULL;
  if (!grown)
    free(to->bytes);
  else {
    memcpy(grown + to->length, bytes, length);
    grown[to->length + length] = 0;
  }
  to->bytes = grown;
  to->length += length;
}

static void append_tensors(text *to, const served *served,
                           const onnxc_tensor_info *tensors, int32_t count) {
  char part[64];
  append(to, "[", 1);
  for (int32_t i = 0; i < count; ++i) {
    append(to, i ? ",{\"name\":\"" : "{\"name\":\"", i ? 10 : 9);
    for (const char *c = tensors[i].name; *c; ++c) {
      if (*c == '"' || *c == '\\')
        append(to, "\\", 1);
      append(to, c, 1);
    }
    int length =
        snprintf(part, sizeof(part), "\",\"data_type\":\"%s\",\"dims\":[",
                 get_type_name(tensors[i].dtype));
    append(to, part, (size_t)length);
    int32_t first = served->batches;
    for (int32_t d = first; d < tensors[i].rank; ++d) {
      int64_t size = tensors[i].dims[d] < 0 ? -1 : tensors[i].dims[d];
      length = snprintf(part, sizeof(part), "%s%lld", d > first ? "," : "",
                        (long long)size);
      append(to, part, (size_t)length);
    }
    append(to, "]}", 2);
  }
  append(to, "]", 1);
}

/* Replaces what stands for a key without a value. */
static bool replace(text *config, const char *empty, const text *full) {
  char *place = config->bytes ? strstr(config->bytes, empty) : NULL;
  if (!place || !full->bytes)
    return false;
  text changed = {0};
  append(&changed, config->bytes, (size_t)(place - config->bytes));
  append(&changed, full->bytes, full->length);
  append(&changed, place + strlen(empty), strlen(place + strlen(empty)));
  free(config->bytes);
  *config = changed;
  return true;
}

static bool fill(text *config, const served *served, const char *key,
                 const onnxc_tensor_info *tensors, int32_t count) {
  char empty[32], head[32];
  snprintf(empty, sizeof(empty), "\"%s\":[]", key);
  text full = {0};
  int length = snprintf(head, sizeof(head), "\"%s\":", key);
  append(&full, head, (size_t)length);
  append_tensors(&full, served, tensors, count);
  bool is_filled = replace(config, empty, &full);
  free(full.bytes);
  return is_filled;
}

/* A configuration that names no inputs and outputs gets the model's. */
static TRITONSERVER_Error *complete_config(TRITONBACKEND_Model *model,
                                           const served *served) {
  TRITONSERVER_Message *message;
  const char *json;
  size_t length;
  TRITONSERVER_Error *error = TRITONBACKEND_ModelConfig(model, 1, &message);
  if (error)
    return error;
  text config = {0};
  error = TRITONSERVER_MessageSerializeToJson(message, &json, &length);
  if (!error)
    append(&config, json, length);
  TRITONSERVER_MessageDelete(message);
  const onnxc_model *of = served->model;
  bool changes = !error &&
                 fill(&config, served, "input", of->inputs, of->num_inputs) &&
                 fill(&config, served, "output", of->outputs, of->num_outputs);
  if (changes && served->batches) {
    char most[64];
    text full = {
        most, (size_t)snprintf(most, sizeof(most), "\"max_batch_size\":%lld",
                               (long long)(served->most_rows >= 0 &&
                                                   served->most_rows < MANY_ROWS
                                               ? served->most_rows
                                               : MANY_ROWS))};
    replace(&config, "\"max_batch_size\":0", &full);
  }
  if (changes && config.bytes) {
    error = TRITONSERVER_MessageNewFromSerializedJson(&message, config.bytes,
                                                      config.length);
    if (!error) {
      error = TRITONBACKEND_ModelSetConfig(model, 1, message);
      TRITONSERVER_MessageDelete(message);
    }
  }
  free(config.bytes);
  return error;
}

/* --- What Triton calls ---------------------------------------------------- */

TRITONSERVER_Error *TRITONBACKEND_Initialize(TRITONBACKEND_Backend *backend) {
  (void)backend;
  uint32_t major, minor;
  TRITONSERVER_Error *error = TRITONBACKEND_ApiVersion(&major, &minor);
  if (!error && major != TRITON_API_MAJOR)
    error = fail(TRITON_UNSUPPORTED,
                 "this server has version %u.%u of the interface to backends, "
                 "onnxc's takes %d",
                 (unsigned)major, (unsigned)minor, TRITON_API_MAJOR);
  return error;
}

TRITONSERVER_Error *TRITONBACKEND_ModelInitialize(TRITONBACKEND_Model *model) {
  TRITONBACKEND_ArtifactType kind;
  const char *folder;
  uint64_t version;
  char path[4096];
  TRITONSERVER_Error *error =
      TRITONBACKEND_ModelRepository(model, &kind, &folder);
  if (!error)
    error = TRITONBACKEND_ModelVersion(model, &version);
  if (error)
    return error;
  if (kind != TRITON_FILESYSTEM ||
      snprintf(path, sizeof(path), "%s/%llu/model.so", folder,
               (unsigned long long)version) >= (int)sizeof(path))
    return fail(TRITON_UNSUPPORTED, "a model is in a folder");
  served *served = calloc(1, sizeof(*served));
  if (!served)
    return fail(TRITON_UNAVAILABLE, "there is no memory");
  bool is_wanted = false;
  error = load(served, path);
  if (!error)
    error = TRITONBACKEND_ModelAutoCompleteConfig(model, &is_wanted);
  if (!error && is_wanted)
    error = complete_config(model, served);
  if (!error)
    error = TRITONBACKEND_ModelSetState(model, served);
  if (error)
    unload(served);
  return error;
}

TRITONSERVER_Error *TRITONBACKEND_ModelFinalize(TRITONBACKEND_Model *model) {
  void *state = NULL;
  TRITONSERVER_Error *error = TRITONBACKEND_ModelState(model, &state);
  if (state)
    unload(state);
  return error;
}

/* An instance is a context: Triton runs one batch at a time on it. */
TRITONSERVER_Error *
TRITONBACKEND_ModelInstanceInitialize(TRITONBACKEND_ModelInstance *instance) {
  TRITONBACKEND_Model *model;
  void *state;
  TRITONSERVER_Error *error =
      TRITONBACKEND_ModelInstanceModel(instance, &model);
  if (!error)
    error = TRITONBACKEND_ModelState(model, &state);
  if (error)
    return error;
  onnxc_context *context = calloc(1, sizeof(*context));
  if (!context)
    return fail(TRITON_UNAVAILABLE, "there is no memory");
  onnxc_use_host_allocator(context);
  context->weights = ((served *)state)->weights;
  return TRITONBACKEND_ModelInstanceSetState(instance, context);
}

TRITONSERVER_Error *
TRITONBACKEND_ModelInstanceFinalize(TRITONBACKEND_ModelInstance *instance) {
  void *state = NULL;
  TRITONSERVER_Error *error =
      TRITONBACKEND_ModelInstanceState(instance, &state);
  onnxc_context *context = state;
  if (context) {
    onnxc_release_strings(context);
    onnxc_aligned_free(NULL, context->arena);
    free(context);
  }
  return error;
}

TRITONSERVER_Error *
TRITONBACKEND_ModelInstanceExecute(TRITONBACKEND_ModelInstance *instance,
                                   TRITONBACKEND_Request **requests,
                                   uint32_t count) {
  TRITONBACKEND_Model *model;
  void *context, *served;
  TRITONSERVER_Error *error =
      TRITONBACKEND_ModelInstanceModel(instance, &model);
  if (!error)
    error = TRITONBACKEND_ModelState(model, &served);
  if (!error)
    error = TRITONBACKEND_ModelInstanceState(instance, &context);
  if (!error)
    execute(served, context, instance, requests, count);
  return error;
}
