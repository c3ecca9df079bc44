/* Session.c: a model with the memory for its inputs and outputs. Of a C library
 * it takes memset and memcpy only, so that WebAssembly's modules have it, too.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "Session.h"

void *memset(void *, int, size_t);
void *memcpy(void *, const void *, size_t);

static int32_t to_index(const onnxc_session *session, int32_t is_output,
                        int32_t number) {
  return is_output ? session->model->num_inputs + number : number;
}

static const onnxc_tensor_info *
get_info(const onnxc_session *session, int32_t is_output, int32_t number) {
  const onnxc_model *model = session->model;
  return is_output ? &model->outputs[number] : &model->inputs[number];
}

static int is_equal(const char *a, const char *b) {
  while (*a && *a == *b) {
    ++a;
    ++b;
  }
  return *a == *b;
}

/* Makes `*memory` of at least so many bytes; what was in it is lost. */
static int grow(void **memory, size_t *room, size_t bytes) {
  if (*memory && *room >= bytes)
    return 1;
  onnxc_aligned_free(NULL, *memory);
  *room = 0;
  *memory = onnxc_aligned_alloc(NULL, bytes ? bytes : 1, ONNXC_ARENA_ALIGNMENT);
  if (*memory)
    *room = bytes;
  return *memory != NULL;
}

/* --- messages ------------------------------------------------------------- */

static void add_stated_dim(onnxc_text *text, const onnxc_model *model,
                           int64_t dim) {
  if (dim >= 0) {
    onnxc_add_number(text, dim);
  } else if (dim < -(int64_t)model->num_symbols) {
    onnxc_add_text(text, "?");
  } else {
    const onnxc_symbol_info *symbol = &model->symbols[-1 - dim];
    onnxc_add_text(text, symbol->from_data ? "?" : symbol->name);
    if (symbol->max < 0)
      return;
    onnxc_add_text(text, " = ");
    onnxc_add_number(text, symbol->min);
    onnxc_add_text(text, "..");
    onnxc_add_number(text, symbol->max);
  }
}

static void add_description(onnxc_text *text, const onnxc_model *model,
                            const onnxc_tensor_info *info) {
  onnxc_add_text(text, onnxc_dtype_name(info->dtype));
  onnxc_add_text(text, " [");
  for (int32_t d = 0; d < info->rank; ++d) {
    onnxc_add_text(text, d ? ", " : "");
    add_stated_dim(text, model, info->dims[d]);
  }
  onnxc_add_text(text, "]");
}

static void add_shape(onnxc_text *text, const int64_t *shape, int32_t rank) {
  onnxc_add_text(text, "[");
  for (int32_t d = 0; d < rank; ++d) {
    onnxc_add_text(text, d ? ", " : "");
    onnxc_add_number(text, shape[d]);
  }
  onnxc_add_text(text, "]");
}

/* "input 'x': " */
static onnxc_text start_message(onnxc_session *session,
                                const onnxc_tensor_info *info) {
  onnxc_text text;
  onnxc_start_text(&text, session->message, sizeof session->message);
  onnxc_add_text(&text, "input '");
  onnxc_add_text(&text, info->name);
  onnxc_add_text(&text, "': ");
  session->blamed = info->name;
  return text;
}

static int32_t end_message(onnxc_session *session,
                           const onnxc_tensor_info *info, onnxc_text text,
                           int32_t status) {
  onnxc_add_text(&text, "the model takes ");
  add_description(&text, session->model, info);
  return status;
}

static int32_t fail(onnxc_session *session, const char *name, int32_t status) {
  onnxc_text text;
  onnxc_start_text(&text, session->message, sizeof session->message);
  if (name) {
    onnxc_add_text(&text, name);
    onnxc_add_text(&text, ": ");
  }
  onnxc_add_text(&text, onnxc_status_string(status));
  session->blamed = name;
  return status;
}

const char *onnxc_session_message(const onnxc_session *session) {
  return session->message;
}

const char *onnxc_session_blamed(const onnxc_session *session) {
  return session->blamed;
}

const char *onnxc_session_describe(onnxc_session *session, int32_t is_output,
                                   int32_t number) {
  onnxc_text text;
  onnxc_start_text(&text, session->description, sizeof session->description);
  add_description(&text, session->model,
                  get_info(session, is_output, number));
  return session->description;
}

/* --- a session ------------------------------------------------------------ */

/* Zeros; null where there is no memory. */
static void *allocate(size_t count, size_t size) {
  void *memory = onnxc_aligned_alloc(NULL, (count + 1) * size, 16);
  if (memory)
    memset(memory, 0, (count + 1) * size);
  return memory;
}

static int make_tensors(onnxc_session *session) {
  const onnxc_model *model = session->model;
  int32_t count = model->num_inputs + model->num_outputs;
  size_t dims = 0;
  for (int32_t i = 0; i < count; ++i)
    dims += (size_t)(i < model->num_inputs
                         ? model->inputs[i].rank
                         : model->outputs[i - model->num_inputs].rank);
  session->tensors = allocate((size_t)count, sizeof *session->tensors);
  session->slots = allocate((size_t)count, sizeof *session->slots);
  session->sizes = allocate(dims, sizeof *session->sizes);
  session->symbols =
      allocate((size_t)model->num_symbols, sizeof *session->symbols);
  if (!session->tensors || !session->slots || !session->sizes ||
      !session->symbols)
    return 0;
  int64_t *sizes = session->sizes;
  for (int32_t i = 0; i < count; ++i) {
    const onnxc_tensor_info *info = i < model->num_inputs
                                        ? &model->inputs[i]
                                        : &model->outputs[i - model->num_inputs];
    onnxc_tensor *tensor = &session->tensors[i];
    tensor->shape = sizes;
    tensor->rank = info->rank;
    tensor->dtype = info->dtype;
    sizes += info->rank;
  }
  return 1;
}

onnxc_session *onnxc_session_create(const onnxc_model *model,
                                    const void *weights, char *message,
                                    size_t message_bytes) {
  onnxc_text text;
  onnxc_start_text(&text, message, message_bytes);
  int32_t status = onnxc_check_model(model);
  if (status == ONNXC_OK && !model->weights && model->weights_bytes && !weights)
    status = ONNXC_NO_WEIGHTS;
  onnxc_session *session =
      status == ONNXC_OK ? allocate(1, sizeof *session) : NULL;
  if (session) {
    session->model = model;
    session->context.weights = weights;
    session->context.allocate = onnxc_aligned_alloc;
    session->context.release = onnxc_aligned_free;
    if (make_tensors(session))
      return session;
    onnxc_session_destroy(session);
  }
  onnxc_add_text(&text, onnxc_status_string(status ? status
                                                   : ONNXC_OUT_OF_MEMORY));
  return NULL;
}

static void release_outputs(onnxc_session *session) {
  const onnxc_model *model = session->model;
  for (int32_t i = 0; i < model->num_outputs; ++i) {
    onnxc_slot *slot = &session->slots[model->num_inputs + i];
    onnxc_aligned_free(NULL, slot->allocated);
    slot->allocated = NULL;
    slot->is_set = 0;
  }
  onnxc_release_strings(&session->context);
}

void onnxc_session_destroy(onnxc_session *session) {
  if (!session)
    return;
  const onnxc_model *model = session->model;
  if (session->slots) {
    release_outputs(session);
    for (int32_t i = 0; i < model->num_inputs + model->num_outputs; ++i) {
      onnxc_aligned_free(NULL, session->slots[i].memory);
      onnxc_aligned_free(NULL, session->slots[i].characters);
    }
  }
  if (session->pool)
    session->destroy_pool(session->pool);
  onnxc_aligned_free(NULL, session->context.arena);
  onnxc_aligned_free(NULL, session->tensors);
  onnxc_aligned_free(NULL, session->slots);
  onnxc_aligned_free(NULL, session->sizes);
  onnxc_aligned_free(NULL, session->symbols);
  onnxc_aligned_free(NULL, session);
}

onnxc_context *onnxc_session_context(onnxc_session *session) {
  return &session->context;
}

/* --- what the model says -------------------------------------------------- */

int32_t onnxc_session_count(const onnxc_session *session, int32_t is_output) {
  return is_output ? session->model->num_outputs : session->model->num_inputs;
}

int32_t onnxc_session_find(onnxc_session *session, int32_t is_output,
                           const char *name) {
  int32_t count = onnxc_session_count(session, is_output);
  for (int32_t i = 0; i < count; ++i)
    if (is_equal(get_info(session, is_output, i)->name, name))
      return i;
  onnxc_text text;
  onnxc_start_text(&text, session->message, sizeof session->message);
  onnxc_add_text(&text, is_output ? "there is no output '"
                                  : "there is no input '");
  onnxc_add_text(&text, name);
  onnxc_add_text(&text, "'; the model has");
  for (int32_t i = 0; i < count; ++i) {
    onnxc_add_text(&text, i ? ", '" : " '");
    onnxc_add_text(&text, get_info(session, is_output, i)->name);
    onnxc_add_text(&text, "'");
  }
  onnxc_add_text(&text, count ? "" : " none");
  session->blamed = NULL;
  return -1;
}

const char *onnxc_session_name(const onnxc_session *session, int32_t is_output,
                               int32_t number) {
  return get_info(session, is_output, number)->name;
}

int32_t onnxc_session_dtype(const onnxc_session *session, int32_t is_output,
                            int32_t number) {
  return get_info(session, is_output, number)->dtype;
}

int32_t onnxc_session_rank(const onnxc_session *session, int32_t is_output,
                           int32_t number) {
  return get_info(session, is_output, number)->rank;
}

int64_t onnxc_session_stated_dim(const onnxc_session *session,
                                 int32_t is_output, int32_t number,
                                 int32_t dim) {
  int64_t stated = get_info(session, is_output, number)->dims[dim];
  return stated < 0 ? -1 : stated;
}

/* --- a run ---------------------------------------------------------------- */

/* -1 where they do not fit in memory. */
static int64_t count_elements(const int64_t *shape, int32_t rank, size_t size) {
  int64_t count = 1, limit = (int64_t)(SIZE_MAX / 2 / (size ? size : 1));
  for (int32_t d = 0; d < rank; ++d)
    if (shape[d] == 0)
      return 0;
  for (int32_t d = 0; d < rank; ++d) {
    if (shape[d] < 0 || shape[d] > limit / count)
      return -1;
    count *= shape[d];
  }
  return count;
}

static int32_t check_shape(onnxc_session *session,
                           const onnxc_tensor_info *info, int32_t rank,
                           const int64_t *shape) {
  int32_t status = rank == info->rank ? ONNXC_OK : ONNXC_BAD_INPUT_RANK;
  for (int32_t d = 0; status == ONNXC_OK && d < rank; ++d)
    if (shape[d] < 0 || (info->dims[d] >= 0 && shape[d] != info->dims[d]))
      status = ONNXC_BAD_INPUT_SHAPE;
  if (status == ONNXC_OK)
    return status;
  onnxc_text text = start_message(session, info);
  onnxc_add_text(&text, "its shape is ");
  add_shape(&text, shape, rank);
  onnxc_add_text(&text, ", ");
  return end_message(session, info, text, status);
}

int32_t onnxc_session_set(onnxc_session *session, int32_t number,
                          int32_t dtype, int32_t rank, const int64_t *shape,
                          const void *data) {
  if (number < 0 || number >= session->model->num_inputs)
    return fail(session, NULL, ONNXC_BAD_INPUT_COUNT);
  const onnxc_tensor_info *info = &session->model->inputs[number];
  onnxc_tensor *tensor = &session->tensors[number];
  onnxc_slot *slot = &session->slots[number];
  slot->is_set = 0;
  if (dtype != info->dtype) {
    onnxc_text text = start_message(session, info);
    onnxc_add_text(&text, "it is ");
    onnxc_add_text(&text, onnxc_dtype_name(dtype));
    onnxc_add_text(&text, ", ");
    return end_message(session, info, text, ONNXC_BAD_INPUT_TYPE);
  }
  int32_t status = check_shape(session, info, rank, shape);
  if (status != ONNXC_OK)
    return status;
  size_t size = onnxc_dtype_size(dtype);
  slot->elements = count_elements(shape, rank, size);
  if (slot->elements < 0)
    return fail(session, info->name, ONNXC_OVERFLOW);
  for (int32_t d = 0; d < rank; ++d)
    tensor->shape[d] = shape[d];
  tensor->data = (void *)(uintptr_t)data;
  if (!data) {
    size_t bytes = (size_t)slot->elements * size;
    if (!grow(&slot->memory, &slot->room, bytes))
      return fail(session, info->name, ONNXC_OUT_OF_MEMORY);
    tensor->data = slot->memory;
    /* No string refers anywhere before it is given. */
    if (dtype == ONNXC_STRING)
      memset(slot->memory, 0, bytes);
  }
  slot->is_set = 1;
  return ONNXC_OK;
}

int32_t onnxc_session_set_strings(onnxc_session *session, int32_t number,
                                  int64_t count, const int64_t *lengths,
                                  const char *bytes) {
  if (number < 0 || number >= session->model->num_inputs)
    return fail(session, NULL, ONNXC_BAD_INPUT_COUNT);
  const onnxc_tensor_info *info = &session->model->inputs[number];
  onnxc_slot *slot = &session->slots[number];
  if (info->dtype != ONNXC_STRING)
    return fail(session, info->name, ONNXC_BAD_INPUT_TYPE);
  /* Strings of the caller's own stay as they are. */
  if (!slot->is_set || slot->elements != count ||
      session->tensors[number].data != slot->memory)
    return fail(session, info->name, ONNXC_BAD_INPUT_SHAPE);
  size_t all = 0;
  for (int64_t i = 0; i < count; ++i) {
    if (lengths[i] < 0 || (uint64_t)lengths[i] > SIZE_MAX / 2 - all)
      return fail(session, info->name, ONNXC_OVERFLOW);
    all += (size_t)lengths[i];
  }
  void *characters = slot->characters;
  int is_there = grow(&characters, &slot->characters_room, all);
  slot->characters = characters;
  if (!is_there)
    return fail(session, info->name, ONNXC_OUT_OF_MEMORY);
  if (all)
    memcpy(slot->characters, bytes, all);
  onnxc_string *strings = slot->memory;
  size_t at = 0;
  for (int64_t i = 0; i < count; ++i) {
    strings[i].data = slot->characters + at;
    strings[i].length = (uint64_t)lengths[i];
    at += (size_t)lengths[i];
  }
  return ONNXC_OK;
}

void onnxc_session_forget(onnxc_session *session) {
  for (int32_t i = 0; i < session->model->num_inputs; ++i)
    session->slots[i].is_set = 0;
}

/* Whether all inputs are there and agree with each other. */
static int32_t bind_inputs(onnxc_session *session) {
  const onnxc_model *model = session->model;
  for (int32_t i = 0; i < model->num_inputs; ++i)
    if (!session->slots[i].is_set) {
      onnxc_text text = start_message(session, &model->inputs[i]);
      onnxc_add_text(&text, "it is missing, ");
      return end_message(session, &model->inputs[i], text,
                         ONNXC_NO_INPUT_DATA);
    }
  onnxc_context *context = &session->context;
  int32_t status = onnxc_bind_symbols(model, context, session->tensors,
                                      model->num_inputs, session->symbols);
  if (status != ONNXC_BAD_INPUT_SHAPE)
    return status == ONNXC_OK ? status
                              : fail(session, context->error_name, status);
  for (int32_t i = 0; i < model->num_inputs; ++i)
    if (model->inputs[i].name == context->error_name) {
      const onnxc_tensor *tensor = &session->tensors[i];
      onnxc_text text = start_message(session, &model->inputs[i]);
      onnxc_add_text(&text, "its shape is ");
      add_shape(&text, tensor->shape, tensor->rank);
      onnxc_add_text(&text, ", which does not fit the inputs before it or the "
                            "bounds: ");
      return end_message(session, &model->inputs[i], text, status);
    }
  return fail(session, context->error_name, status);
}

/* Memory for all that has a size before the run. */
static int32_t make_room(onnxc_session *session) {
  const onnxc_model *model = session->model;
  int64_t arena = model->arena_bytes(session->symbols);
  if (arena < 0 || (uint64_t)arena > SIZE_MAX)
    return fail(session, model->name, ONNXC_OVERFLOW);
  if (!grow(&session->context.arena, &session->arena_room, (size_t)arena))
    return fail(session, model->name, ONNXC_OUT_OF_MEMORY);
  session->context.arena_bytes = session->arena_room;
  if (!model->num_outputs)
    return ONNXC_OK;
  model->output_shapes(session->symbols,
                       session->tensors[model->num_inputs].shape);
  for (int32_t i = 0; i < model->num_outputs; ++i) {
    onnxc_tensor *tensor = &session->tensors[model->num_inputs + i];
    onnxc_slot *slot = &session->slots[model->num_inputs + i];
    tensor->data = NULL;
    if (model->outputs[i].from_data)
      continue;
    size_t size = onnxc_dtype_size(tensor->dtype);
    slot->elements = count_elements(tensor->shape, tensor->rank, size);
    if (slot->elements < 0)
      return fail(session, model->outputs[i].name, ONNXC_OVERFLOW);
    if (!grow(&slot->memory, &slot->room, (size_t)slot->elements * size))
      return fail(session, model->outputs[i].name, ONNXC_OUT_OF_MEMORY);
    tensor->data = slot->memory;
  }
  return ONNXC_OK;
}

int32_t onnxc_session_run(onnxc_session *session) {
  const onnxc_model *model = session->model;
  onnxc_tensor *outputs = session->tensors + model->num_inputs;
  release_outputs(session);
  int32_t status = bind_inputs(session);
  if (status == ONNXC_OK)
    status = make_room(session);
  onnxc_session_forget(session);
  if (status != ONNXC_OK)
    return status;
  status = onnxc_run(model, &session->context, session->tensors,
                     model->num_inputs, outputs, model->num_outputs,
                     session->symbols);
  if (status != ONNXC_OK)
    return fail(session, session->context.error_name, status);
  for (int32_t i = 0; i < model->num_outputs; ++i) {
    onnxc_slot *slot = &session->slots[model->num_inputs + i];
    slot->is_set = 1;
    if (!model->outputs[i].from_data)
      continue;
    slot->allocated = outputs[i].data;
    slot->elements = count_elements(outputs[i].shape, outputs[i].rank, 1);
  }
  return ONNXC_OK;
}

/* --- what is there -------------------------------------------------------- */

void *onnxc_session_data(const onnxc_session *session, int32_t is_output,
                         int32_t number) {
  int32_t i = to_index(session, is_output, number);
  return session->slots[i].is_set ? session->tensors[i].data : NULL;
}

int64_t onnxc_session_elements(const onnxc_session *session, int32_t is_output,
                               int32_t number) {
  int32_t i = to_index(session, is_output, number);
  return session->slots[i].is_set ? session->slots[i].elements : 0;
}

int64_t onnxc_session_bytes(const onnxc_session *session, int32_t is_output,
                            int32_t number) {
  int32_t i = to_index(session, is_output, number);
  return onnxc_session_elements(session, is_output, number) *
         (int64_t)onnxc_dtype_size(session->tensors[i].dtype);
}

int64_t onnxc_session_dim(const onnxc_session *session, int32_t is_output,
                          int32_t number, int32_t dim) {
  return session->tensors[to_index(session, is_output, number)].shape[dim];
}

int64_t onnxc_session_get_strings(const onnxc_session *session, int32_t number,
                                  int64_t *lengths, char *bytes) {
  int64_t count = onnxc_session_elements(session, ONNXC_IS_OUTPUT, number);
  const onnxc_string *strings =
      onnxc_session_data(session, ONNXC_IS_OUTPUT, number);
  size_t all = 0;
  for (int64_t i = 0; i < count; ++i) {
    if (lengths)
      lengths[i] = (int64_t)strings[i].length;
    if (bytes && strings[i].length)
      memcpy(bytes + all, strings[i].data, (size_t)strings[i].length);
    all += (size_t)strings[i].length;
  }
  return (int64_t)all;
}
