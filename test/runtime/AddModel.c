/* AddModel.c: see AddModel.h. Also built as a shared library, which is what
 * onnxc-run loads.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "AddModel.h"

enum { SYMBOL_N, SYMBOL_KEPT, NUM_SYMBOLS };

typedef struct add_args {
  const float *a, *b;
  float *sum;
} add_args;

static void add_rows(void *opaque, int64_t begin, int64_t end) {
  const add_args *args = opaque;
  for (int64_t i = begin * 3; i < end * 3; ++i)
    args->sum[i] = args->a[i] + args->b[i];
}

static int32_t entry(onnxc_context *context, int64_t *symbols,
                     const void *const *inputs, void **outputs) {
  /* The sum goes through the arena, so that a bad one is noticed. */
  add_args args = {inputs[0], inputs[1], context->arena};
  int64_t n = symbols[SYMBOL_N];
  if (context->parallel_for)
    context->parallel_for(context->pool, add_rows, &args, n, 1);
  else
    add_rows(&args, 0, n);

  int64_t kept = 0;
  for (int64_t i = 0; i < n * 3; ++i) {
    ((float *)outputs[0])[i] = args.sum[i];
    if (args.sum[i] > 1e30f) {
      context->error_name = "add_node";
      return ONNXC_BAD_VALUE;
    }
    kept += args.sum[i] >= 0;
  }
  symbols[SYMBOL_KEPT] = kept;
  if (!outputs[1])
    outputs[1] =
        context->allocate(context->allocator, (size_t)kept * sizeof(float), 64);
  if (!outputs[1])
    return ONNXC_OUT_OF_MEMORY;
  float *list = outputs[1];
  for (int64_t i = 0; i < n * 3; ++i)
    if (args.sum[i] >= 0)
      *list++ = args.sum[i];
  return ONNXC_OK;
}

static int64_t arena_bytes(const int64_t *symbols) {
  return symbols[SYMBOL_N] * 3 * (int64_t)sizeof(float);
}

static void output_shapes(const int64_t *symbols, int64_t *dims) {
  dims[0] = symbols[SYMBOL_N];
  dims[1] = 3;
  dims[2] = symbols[SYMBOL_KEPT];
}

static const int64_t matrix_dims[] = {-1 - SYMBOL_N, 3};
static const int64_t list_dims[] = {-1 - SYMBOL_KEPT};
static const onnxc_tensor_info input_infos[] = {
    {"A", "the left summand", matrix_dims, 2, ONNXC_FLOAT, 0, 0},
    {"B", NULL, matrix_dims, 2, ONNXC_FLOAT, 0, 0}};
static const onnxc_tensor_info output_infos[] = {
    {"C", NULL, matrix_dims, 2, ONNXC_FLOAT, 0, 0},
    {"kept", NULL, list_dims, 1, ONNXC_FLOAT, 1, 0}};
static const onnxc_symbol_info symbol_infos[NUM_SYMBOLS] = {
    {"n", 1, 64, 0, 0}, {"num_kept", 0, -1, 1, 0}};
static const onnxc_metadata metadata[] = {{"purpose", "test"}};

const onnxc_model add_model = {
    .abi_version = ONNXC_ABI_VERSION,
    .flags = ONNXC_MODEL_NEEDS_ALLOCATOR,
    .name = "add",
    .producer = "by hand",
    .doc = "adds two matrices",
    .target = "any",
    .num_inputs = 2,
    .num_outputs = 2,
    .num_symbols = NUM_SYMBOLS,
    .num_metadata = 1,
    .inputs = input_infos,
    .outputs = output_infos,
    .symbols = symbol_infos,
    .metadata = metadata,
    .entry = entry,
    .arena_bytes = arena_bytes,
    .output_shapes = output_shapes,
};

extern const onnxc_model *const onnxc_models[];
const onnxc_model *const onnxc_models[] = {&add_model, NULL};
