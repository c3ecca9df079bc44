/* decoder.c: see decoder.h.
 *
 * It goes by the model's generic descriptor, so that a loop serves the caches
 * of any number of layers. A run takes the past and writes the present, into
 * memory that the two sets of caches have by turns.
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "decoder.h"

#include "chat.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_RANK = 4 };

typedef struct value {
  int64_t shape[MAX_RANK];
} value;

struct decoder {
  onnxc_context context;
  onnxc_pool *pool;
  const void *mapped; /* the weights, where they are in a file */
  onnxc_tensor *inputs, *outputs;
  int *presents; /* the output that becomes this input, or -1 */
  value *shapes; /* of the inputs, then of the outputs */
  int64_t *symbols;
  float *logits; /* DECODER_ROWS x vocabulary */
  int64_t length, vocabulary;
  int32_t total, last; /* the inputs of the next run */
};

static int find_output(const char *prefix, const char *name) {
  size_t length = strlen(prefix);
  for (int i = 0; i < chat_model.num_outputs; ++i) {
    const char *output = chat_model.outputs[i].name;
    if (strncmp(output, prefix, length) == 0 &&
        strcmp(output + length, name) == 0)
      return i;
  }
  return -1;
}

static onnxc_tensor make_tensor(const onnxc_tensor_info *info, value *shape) {
  onnxc_tensor tensor = {0};
  tensor.shape = shape->shape;
  tensor.rank = info->rank;
  tensor.dtype = info->dtype;
  for (int i = 0; i < info->rank; ++i)
    shape->shape[i] = info->dims[i] < 0 ? 1 : info->dims[i];
  return tensor;
}

/* Matches inputs and outputs by their names; null, or what is wrong. */
static const char *set_up_values(decoder *d) {
  int logits = find_output("logits", "");
  if (logits < 0 || chat_model.outputs[logits].rank != 3 ||
      chat_model.outputs[logits].dims[2] <= 0)
    return "it has no logits";
  for (int i = 0; i < chat_model.num_outputs; ++i)
    if (chat_model.outputs[i].rank > MAX_RANK)
      return "an output has more than four dimensions";
  for (int i = 0; i < chat_model.num_outputs; ++i)
    d->outputs[i] = make_tensor(&chat_model.outputs[i],
                                &d->shapes[chat_model.num_inputs + i]);
  d->vocabulary = chat_model.outputs[logits].dims[2];
  d->logits = malloc(DECODER_ROWS * (size_t)d->vocabulary * sizeof *d->logits);
  if (!d->logits)
    return "memory is lacking";
  d->outputs[logits].data = d->logits;

  for (int i = 0; i < chat_model.num_inputs; ++i) {
    const onnxc_tensor_info *info = &chat_model.inputs[i];
    if (info->rank > MAX_RANK)
      return "an input has more than four dimensions";
    d->inputs[i] = make_tensor(info, &d->shapes[i]);
    d->presents[i] = -1;
    if (strcmp(info->name, "seqlens_k") == 0)
      d->inputs[i].data = &d->last;
    else if (strcmp(info->name, "total_sequence_length") == 0)
      d->inputs[i].data = &d->total;
    else if (strncmp(info->name, "past_", 5) == 0) {
      d->presents[i] = find_output("present_", info->name + 5);
      if (d->presents[i] < 0 || info->rank != MAX_RANK)
        return "a cache has no output";
      d->inputs[i].shape[2] = 0;
    } else if (strcmp(info->name, "input_ids") != 0) {
      return "it has an input that is not known";
    }
  }
  for (int i = 0; i < chat_model.num_metadata; ++i)
    if (strcmp(chat_model.metadata[i].key, "context") == 0)
      d->length = atoi(chat_model.metadata[i].value);
  return d->length > 0 ? NULL : "its metadata has no context";
}

static const char *set_up_weights(decoder *d, const char *path) {
  if (!path)
    return NULL;
  d->mapped = onnxc_map_weights(path, chat_model.weights_bytes);
  d->context.weights = d->mapped;
  return d->mapped ? NULL : "this is not the file of its weights";
}

decoder *decoder_open(const char *weights, int threads, const char **error) {
  decoder *d = calloc(1, sizeof *d);
  *error = "memory is lacking";
  if (!d)
    return NULL;
  size_t inputs = (size_t)chat_model.num_inputs;
  size_t outputs = (size_t)chat_model.num_outputs;
  d->inputs = calloc(inputs, sizeof *d->inputs);
  d->outputs = calloc(outputs, sizeof *d->outputs);
  d->presents = calloc(inputs, sizeof *d->presents);
  d->shapes = calloc(inputs + outputs, sizeof *d->shapes);
  d->symbols = calloc((size_t)chat_model.num_symbols + 1, sizeof *d->symbols);
  if (d->inputs && d->outputs && d->presents && d->shapes && d->symbols &&
      !(*error = set_up_values(d)) && !(*error = set_up_weights(d, weights))) {
    onnxc_use_host_allocator(&d->context);
    d->pool = threads == 1 ? NULL : onnxc_pool_create(threads);
    if (d->pool)
      onnxc_use_pool(&d->context, d->pool);
    if (d->pool || threads == 1)
      return d;
    *error = "the threads cannot be started";
  }
  decoder_close(d);
  return NULL;
}

static void forget(decoder *d) {
  for (int i = 0; i < chat_model.num_inputs; ++i)
    if (d->presents[i] >= 0) {
      onnxc_aligned_free(NULL, d->inputs[i].data);
      d->inputs[i].data = NULL;
      d->inputs[i].shape[2] = 0;
    }
}

void decoder_close(decoder *d) {
  if (!d)
    return;
  if (d->inputs && d->presents)
    forget(d);
  onnxc_aligned_free(NULL, d->context.arena);
  if (d->mapped)
    onnxc_unmap_weights(d->mapped, chat_model.weights_bytes);
  if (d->pool)
    onnxc_pool_destroy(d->pool);
  free(d->inputs);
  free(d->outputs);
  free(d->presents);
  free(d->shapes);
  free(d->symbols);
  free(d->logits);
  free(d);
}

int64_t decoder_context(const decoder *d) { return d->length; }

int64_t decoder_vocabulary(const decoder *d) { return d->vocabulary; }

/* The arena for these inputs; it grows with the cache. */
static int32_t reserve(decoder *d) {
  int32_t status = onnxc_bind_symbols(&chat_model, &d->context, d->inputs,
                                      chat_model.num_inputs, d->symbols);
  if (status != ONNXC_OK)
    return status;
  int64_t bytes = chat_model.arena_bytes(d->symbols);
  if (bytes < 0)
    return ONNXC_OVERFLOW;
  if (d->context.arena && (size_t)bytes <= d->context.arena_bytes)
    return ONNXC_OK;
  onnxc_aligned_free(NULL, d->context.arena);
  d->context.arena_bytes = (size_t)bytes + (size_t)bytes / 4;
  d->context.arena =
      onnxc_aligned_alloc(NULL, d->context.arena_bytes, ONNXC_ARENA_ALIGNMENT);
  return d->context.arena ? ONNXC_OK : ONNXC_OUT_OF_MEMORY;
}

/* At most DECODER_ROWS tokens behind the first `begin` of the cache. */
static int32_t step(decoder *d, const int64_t *ids, int64_t begin,
                    int64_t end) {
  d->total = (int32_t)end;
  d->last = d->total - 1;
  for (int i = 0; i < chat_model.num_inputs; ++i) {
    onnxc_tensor *input = &d->inputs[i];
    if (strcmp(chat_model.inputs[i].name, "input_ids") == 0) {
      input->data = (void *)(uintptr_t)(ids + begin);
      input->shape[1] = end - begin;
    }
    if (d->presents[i] >= 0)
      d->outputs[d->presents[i]].data = NULL;
  }
  int32_t status = reserve(d);
  if (status == ONNXC_OK)
    status =
        onnxc_run(&chat_model, &d->context, d->inputs, chat_model.num_inputs,
                  d->outputs, chat_model.num_outputs, d->symbols);
  if (status != ONNXC_OK)
    return status;
  for (int i = 0; i < chat_model.num_inputs; ++i)
    if (d->presents[i] >= 0) {
      onnxc_tensor *present = &d->outputs[d->presents[i]];
      onnxc_aligned_free(NULL, d->inputs[i].data);
      d->inputs[i].data = present->data;
      d->inputs[i].shape[2] = present->shape[2];
    }
  return ONNXC_OK;
}

const float *decoder_run(decoder *d, const int64_t *ids, int64_t begin,
                         int64_t end, const char **error) {
  if (begin == 0)
    forget(d);
  /* The first step takes what is left over, so that the last one is full. */
  int64_t count = (end - begin - 1) % DECODER_ROWS + 1;
  for (; begin < end; begin += count, count = DECODER_ROWS) {
    int32_t status = step(d, ids, begin, begin + count);
    if (status != ONNXC_OK) {
      *error = onnxc_status_string(status);
      return NULL;
    }
    if (begin + count == end)
      break;
  }
  return d->logits + (count - 1) * d->vocabulary;
}
