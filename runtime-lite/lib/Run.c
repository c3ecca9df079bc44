/* Run.c: checks a call in full, then hands it to the generated code, which
 * trusts its arguments.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "onnxc/runtime.h"

static int32_t fail(onnxc_context *context, const char *name, int32_t status) {
  context->error_name = name;
  return status;
}

/* Elements of a shape into *count. An empty tensor is empty whatever its other
 * dimensions are, so zeros are looked for first. */
static int32_t count_elements(const int64_t *dims, int32_t rank, size_t size,
                              size_t *count) {
  int empty = 0;
  for (int32_t d = 0; d < rank; ++d) {
    if (dims[d] < 0)
      return ONNXC_BAD_INPUT_SHAPE;
    empty |= dims[d] == 0;
  }
  *count = empty ? 0 : 1;
  if (empty)
    return ONNXC_OK;
  /* Pointer differences within a buffer must fit too. */
  size_t limit = SIZE_MAX / 2 / (size ? size : 1);
  for (int32_t d = 0; d < rank; ++d) {
    if ((uint64_t)dims[d] > limit / *count)
      return ONNXC_OVERFLOW;
    *count *= (size_t)dims[d];
  }
  return ONNXC_OK;
}

static int32_t check_inputs(const onnxc_model *model, onnxc_context *context,
                            const onnxc_tensor *inputs, const void **pointers) {
  for (int32_t i = 0; i < model->num_inputs; ++i) {
    const onnxc_tensor_info *info = &model->inputs[i];
    size_t count;
    int32_t status = count_elements(inputs[i].shape, info->rank,
                                    onnxc_dtype_size(info->dtype), &count);
    if (status != ONNXC_OK)
      return fail(context, info->name, status);
    if (count && !inputs[i].data)
      return fail(context, info->name, ONNXC_NO_INPUT_DATA);
    pointers[i] = inputs[i].data;
  }
  return ONNXC_OK;
}

static int32_t check_outputs(const onnxc_model *model, onnxc_context *context,
                             const onnxc_tensor *outputs, const int64_t *dims,
                             void **pointers) {
  for (int32_t i = 0; i < model->num_outputs; ++i) {
    const onnxc_tensor_info *info = &model->outputs[i];
    if (outputs[i].dtype != info->dtype || outputs[i].rank != info->rank ||
        (info->rank && !outputs[i].shape))
      return fail(context, info->name, ONNXC_BAD_OUTPUT);
    pointers[i] = outputs[i].data;
    if (!info->from_data) {
      size_t count;
      int32_t status = count_elements(dims, info->rank,
                                      onnxc_dtype_size(info->dtype), &count);
      if (status != ONNXC_OK)
        return fail(context, info->name, status);
      if (count && !outputs[i].data)
        return fail(context, info->name, ONNXC_BAD_OUTPUT);
    }
    dims += info->rank;
  }
  return ONNXC_OK;
}

static int32_t check_context(const onnxc_model *model, onnxc_context *context,
                             const int64_t *symbols) {
  if (!model->weights && model->weights_bytes && !context->weights)
    return fail(context, model->name, ONNXC_NO_WEIGHTS);
  if (model->flags & ONNXC_MODEL_NEEDS_ALLOCATOR &&
      (!context->allocate || !context->release))
    return fail(context, model->name, ONNXC_NO_ALLOCATOR);
  int64_t need = model->arena_bytes(symbols);
  if (need < 0 || (uint64_t)need > SIZE_MAX)
    return fail(context, model->name, ONNXC_OVERFLOW);
  if (need && (!context->arena || context->arena_bytes < (size_t)need ||
               (uintptr_t)context->arena % ONNXC_ARENA_ALIGNMENT))
    return fail(context, model->name, ONNXC_SMALL_ARENA);
  return ONNXC_OK;
}

/* Data may have asked for a shape that nothing can have. */
static int32_t check_dims(const onnxc_model *model, onnxc_context *context,
                          const int64_t *dims) {
  for (int32_t i = 0; i < model->num_outputs; ++i)
    for (int32_t d = 0; d < model->outputs[i].rank; ++d)
      if (*dims++ < 0)
        return fail(context, model->outputs[i].name, ONNXC_BAD_VALUE);
  return ONNXC_OK;
}

int32_t onnxc_run(const onnxc_model *model, onnxc_context *context,
                  const onnxc_tensor *inputs, int32_t num_inputs,
                  onnxc_tensor *outputs, int32_t num_outputs,
                  int64_t *symbols) {
  context->error_name = NULL;
  int32_t status = onnxc_check_model(model);
  if (status != ONNXC_OK)
    return status; /* of an unknown version not even the name can be read */
  status = onnxc_bind_symbols(model, context, inputs, num_inputs, symbols);
  if (status != ONNXC_OK)
    return status;
  if (num_outputs != model->num_outputs)
    return fail(context, model->name, ONNXC_BAD_INPUT_COUNT);

  /* There is no heap here; the model's constant counts bound the arrays. */
  size_t num_dims = 1;
  for (int32_t i = 0; i < num_outputs; ++i)
    num_dims += (size_t)model->outputs[i].rank;
  const void *input_pointers[(size_t)num_inputs + 1];
  void *output_pointers[(size_t)num_outputs + 1];
  int64_t dims[num_dims];
  status = check_inputs(model, context, inputs, input_pointers);
  if (status != ONNXC_OK)
    return status;
  model->output_shapes(symbols, dims);
  status = check_outputs(model, context, outputs, dims, output_pointers);
  if (status != ONNXC_OK)
    return status;
  status = check_context(model, context, symbols);
  if (status != ONNXC_OK)
    return status;

  status = model->entry(context, symbols, input_pointers, output_pointers);
  if (status == ONNXC_OK) {
    model->output_shapes(symbols, dims);
    status = check_dims(model, context, dims);
  }
  if (status != ONNXC_OK) {
    for (int32_t i = 0; i < num_outputs; ++i)
      if (!outputs[i].data && output_pointers[i] && context->release)
        context->release(context->allocator, output_pointers[i]);
    return status;
  }

  const int64_t *next = dims;
  for (int32_t i = 0; i < num_outputs; ++i) {
    outputs[i].data = output_pointers[i];
    for (int32_t d = 0; d < model->outputs[i].rank; ++d)
      outputs[i].shape[d] = *next++;
  }
  return ONNXC_OK;
}
