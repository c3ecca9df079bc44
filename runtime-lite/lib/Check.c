/* Check.c: may this model run here at all, and with these input shapes?
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "onnxc/runtime.h"

int32_t onnxc_check_model(const onnxc_model *model) {
  /* abi_version is the first field in every version; nothing else may be read
   * before it is known. */
  if (!model || model->abi_version != ONNXC_ABI_VERSION)
    return ONNXC_BAD_ABI;
#if defined(__x86_64__) || defined(__i386__)
  /* Most models of a baseline CPU need nothing: no CPUID for them. */
  if (model->cpu_features && (model->cpu_features & ~onnxc_cpu_features()))
    return ONNXC_BAD_CPU;
#endif
  return ONNXC_OK;
}

static int32_t fail(onnxc_context *context, const char *name, int32_t status) {
  if (context)
    context->error_name = name;
  return status;
}

/* Symbols not yet seen; no dimension is negative. */
#define UNBOUND (-1)

static int32_t bind_dimension(const onnxc_model *model, int64_t stated,
                              int64_t actual, int64_t *symbols) {
  if (actual < 0)
    return ONNXC_BAD_INPUT_SHAPE;
  if (stated >= 0)
    return actual == stated ? ONNXC_OK : ONNXC_BAD_INPUT_SHAPE;
  if (stated < -(int64_t)model->num_symbols)
    return ONNXC_BAD_INPUT_SHAPE; /* an expression: not for inputs */
  int32_t k = (int32_t)(-1 - stated);
  const onnxc_symbol_info *symbol = &model->symbols[k];
  if (symbol->from_data)
    return ONNXC_BAD_INPUT_SHAPE;
  if (actual < symbol->min || (symbol->max >= 0 && actual > symbol->max))
    return ONNXC_BAD_INPUT_SHAPE;
  if (symbols[k] != UNBOUND && symbols[k] != actual)
    return ONNXC_BAD_INPUT_SHAPE;
  symbols[k] = actual;
  return ONNXC_OK;
}

int32_t onnxc_bind_symbols(const onnxc_model *model, onnxc_context *context,
                           const onnxc_tensor *inputs, int32_t num_inputs,
                           int64_t *symbols) {
  if (num_inputs != model->num_inputs)
    return fail(context, model->name, ONNXC_BAD_INPUT_COUNT);
  for (int32_t k = 0; k < model->num_symbols; ++k)
    symbols[k] = UNBOUND;

  for (int32_t i = 0; i < num_inputs; ++i) {
    const onnxc_tensor_info *info = &model->inputs[i];
    const onnxc_tensor *tensor = &inputs[i];
    if (tensor->dtype != info->dtype)
      return fail(context, info->name, ONNXC_BAD_INPUT_TYPE);
    if (tensor->rank != info->rank)
      return fail(context, info->name, ONNXC_BAD_INPUT_RANK);
    if (info->rank && !tensor->shape)
      return fail(context, info->name, ONNXC_BAD_INPUT_SHAPE);
    for (int32_t d = 0; d < info->rank; ++d) {
      int32_t status =
          bind_dimension(model, info->dims[d], tensor->shape[d], symbols);
      if (status != ONNXC_OK)
        return fail(context, info->name, status);
    }
  }

  /* What no input states is written by the run. */
  for (int32_t k = 0; k < model->num_symbols; ++k)
    if (symbols[k] == UNBOUND)
      symbols[k] = 0;
  return ONNXC_OK;
}
