/* RunTest.c: every status of the checks before a run, the name each blames, and
 * the run itself.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "AddModel.h"
#include "Expect.h"

#include <string.h>

/* A valid call of add_model, to be spoilt in one place by each test. */
typedef struct call {
  onnxc_context context;
  _Alignas(64) char arena[64 * 3 * sizeof(float)];
  float a[6], b[6], c[6];
  int64_t a_shape[2], b_shape[2], c_shape[2], kept_shape[1];
  onnxc_tensor inputs[2], outputs[2];
  int64_t symbols[2];
} call;

static int live_allocations;

static void *counting_allocate(void *unused, size_t bytes, size_t alignment) {
  ++live_allocations;
  return onnxc_aligned_alloc(unused, bytes, alignment);
}

static void counting_release(void *unused, void *memory) {
  --live_allocations;
  onnxc_aligned_free(unused, memory);
}

static void *failing_allocate(void *unused, size_t bytes, size_t alignment) {
  (void)unused, (void)bytes, (void)alignment;
  return NULL;
}

static void init(call *c) {
  memset(c, 0, sizeof(*c));
  c->context.arena = c->arena;
  c->context.arena_bytes = sizeof(c->arena);
  c->context.allocate = counting_allocate;
  c->context.release = counting_release;
  for (int i = 0; i < 6; ++i) {
    c->a[i] = (float)i;
    c->b[i] = i % 2 ? -10.0f : 10.0f;
  }
  c->a_shape[0] = c->b_shape[0] = 2;
  c->a_shape[1] = c->b_shape[1] = 3;
  c->inputs[0] = (onnxc_tensor){c->a, c->a_shape, 2, ONNXC_FLOAT};
  c->inputs[1] = (onnxc_tensor){c->b, c->b_shape, 2, ONNXC_FLOAT};
  c->outputs[0] = (onnxc_tensor){c->c, c->c_shape, 2, ONNXC_FLOAT};
  c->outputs[1] = (onnxc_tensor){NULL, c->kept_shape, 1, ONNXC_FLOAT};
}

static int32_t run(call *c) {
  return onnxc_run(&add_model, &c->context, c->inputs, 2, c->outputs, 2,
                   c->symbols);
}

static void expect_failure(call *c, int32_t status, const char *name) {
  int32_t got = run(c);
  if (got != status)
    fprintf(stderr, "got: %s\n", onnxc_status_string(got));
  EXPECT(got == status);
  EXPECT(c->context.error_name && !strcmp(c->context.error_name, name));
  EXPECT(live_allocations == 0);
  EXPECT(!c->outputs[1].data);
}

static void runs(void) {
  call c;
  init(&c);
  EXPECT(run(&c) == ONNXC_OK);
  EXPECT(!c.context.error_name);
  EXPECT(c.symbols[0] == 2 && c.symbols[1] == 3);
  EXPECT(c.c_shape[0] == 2 && c.c_shape[1] == 3 && c.kept_shape[0] == 3);
  const float sum[] = {10, -9, 12, -7, 14, -5}, kept[] = {10, 12, 14};
  EXPECT(!memcmp(c.c, sum, sizeof(sum)));
  EXPECT(live_allocations == 1);
  EXPECT(!memcmp(c.outputs[1].data, kept, sizeof(kept)));
  c.context.release(c.context.allocator, c.outputs[1].data);

  /* A buffer of the caller's is used where one is given. */
  init(&c);
  float room[6];
  c.outputs[1].data = room;
  EXPECT(run(&c) == ONNXC_OK);
  EXPECT(c.outputs[1].data == room && !memcmp(room, kept, sizeof(kept)));
  EXPECT(live_allocations == 0);

  init(&c);
  onnxc_use_host_allocator(&c.context);
  EXPECT(run(&c) == ONNXC_OK);
  EXPECT((uintptr_t)c.outputs[1].data % 64 == 0);
  c.context.release(c.context.allocator, c.outputs[1].data);
}

static void blames_inputs(void) {
  call c;
  init(&c);
  EXPECT(onnxc_run(&add_model, &c.context, c.inputs, 1, c.outputs, 2,
                   c.symbols) == ONNXC_BAD_INPUT_COUNT);
  EXPECT(!strcmp(c.context.error_name, "add"));
  EXPECT(onnxc_run(&add_model, &c.context, c.inputs, 2, c.outputs, 1,
                   c.symbols) == ONNXC_BAD_INPUT_COUNT);
  init(&c);
  c.inputs[1].dtype = ONNXC_INT32;
  expect_failure(&c, ONNXC_BAD_INPUT_TYPE, "B");
  init(&c);
  c.inputs[0].rank = 1;
  expect_failure(&c, ONNXC_BAD_INPUT_RANK, "A");
  init(&c);
  c.a_shape[1] = 4; /* fixed at 3 */
  expect_failure(&c, ONNXC_BAD_INPUT_SHAPE, "A");
  init(&c);
  c.b_shape[0] = 3; /* A says 2 */
  expect_failure(&c, ONNXC_BAD_INPUT_SHAPE, "B");
  init(&c);
  c.a_shape[0] = 65; /* above the bound */
  expect_failure(&c, ONNXC_BAD_INPUT_SHAPE, "A");
  init(&c);
  c.a_shape[0] = 0; /* below the bound */
  expect_failure(&c, ONNXC_BAD_INPUT_SHAPE, "A");
  init(&c);
  c.a_shape[0] = -2;
  expect_failure(&c, ONNXC_BAD_INPUT_SHAPE, "A");
  init(&c);
  c.inputs[1].shape = NULL;
  expect_failure(&c, ONNXC_BAD_INPUT_SHAPE, "B");
  init(&c);
  c.inputs[1].data = NULL;
  expect_failure(&c, ONNXC_NO_INPUT_DATA, "B");
}

static void blames_outputs_and_context(void) {
  call c;
  init(&c);
  c.outputs[0].data = NULL;
  expect_failure(&c, ONNXC_BAD_OUTPUT, "C");
  init(&c);
  c.outputs[0].dtype = ONNXC_DOUBLE;
  expect_failure(&c, ONNXC_BAD_OUTPUT, "C");
  init(&c);
  c.outputs[1].rank = 2;
  expect_failure(&c, ONNXC_BAD_OUTPUT, "kept");
  init(&c);
  c.outputs[1].shape = NULL;
  expect_failure(&c, ONNXC_BAD_OUTPUT, "kept");
  init(&c);
  c.context.arena_bytes = 23;
  expect_failure(&c, ONNXC_SMALL_ARENA, "add");
  init(&c);
  c.context.arena = NULL;
  expect_failure(&c, ONNXC_SMALL_ARENA, "add");
  init(&c);
  c.context.arena = c.arena + 4;
  c.context.arena_bytes -= 4;
  expect_failure(&c, ONNXC_SMALL_ARENA, "add");
  init(&c);
  c.context.allocate = NULL;
  expect_failure(&c, ONNXC_NO_ALLOCATOR, "add");
  init(&c);
  c.context.allocate = failing_allocate;
  EXPECT(run(&c) == ONNXC_OUT_OF_MEMORY);
  init(&c);
  c.a[4] = 2e30f;
  expect_failure(&c, ONNXC_BAD_VALUE, "add_node");
}

static int64_t huge_arena(const int64_t *symbols) {
  (void)symbols;
  return -1;
}

static void huge_output(const int64_t *symbols, int64_t *dims) {
  (void)symbols;
  dims[0] = INT64_MAX / 4;
  dims[1] = 3;
  dims[2] = 0;
}

static void negative_output(const int64_t *symbols, int64_t *dims) {
  (void)symbols;
  dims[0] = -1;
  dims[1] = 3;
  dims[2] = 0;
}

/* With the one difference that the test makes. */
static void blames_model(void) {
  call c;
  onnxc_model model = add_model;
#define EXPECT_MODEL(status, blamed)                                           \
  do {                                                                         \
    init(&c);                                                                  \
    EXPECT(onnxc_run(&model, &c.context, c.inputs, 2, c.outputs, 2,            \
                     c.symbols) == (status));                                  \
    EXPECT(c.context.error_name && !strcmp(c.context.error_name, blamed));     \
    model = add_model;                                                         \
  } while (0)
  model.weights_bytes = 8;
  EXPECT_MODEL(ONNXC_NO_WEIGHTS, "add");
  model.arena_bytes = huge_arena;
  EXPECT_MODEL(ONNXC_OVERFLOW, "add");
  model.output_shapes = huge_output;
  EXPECT_MODEL(ONNXC_OVERFLOW, "C");
  model.output_shapes = negative_output;
  EXPECT_MODEL(ONNXC_BAD_INPUT_SHAPE, "C");

  init(&c);
  model.abi_version = ONNXC_ABI_VERSION + 1;
  EXPECT(onnxc_run(&model, &c.context, c.inputs, 2, c.outputs, 2, c.symbols) ==
         ONNXC_BAD_ABI);
  EXPECT(onnxc_check_model(NULL) == ONNXC_BAD_ABI);
  model = add_model;
#if defined(__x86_64__) || defined(__i386__)
  model.cpu_features = 1ull << 62; /* no CPU has what has no meaning */
  EXPECT(onnxc_run(&model, &c.context, c.inputs, 2, c.outputs, 2, c.symbols) ==
         ONNXC_BAD_CPU);
  model.cpu_features = onnxc_cpu_features();
#if defined(__x86_64__) && defined(__GNUC__)
  EXPECT(!(onnxc_cpu_features() & ONNXC_CPU_X86_AVX2) ==
         !__builtin_cpu_supports("avx2"));
  EXPECT(!(onnxc_cpu_features() & ONNXC_CPU_X86_FMA) ==
         !__builtin_cpu_supports("fma"));
  EXPECT(!(onnxc_cpu_features() & ONNXC_CPU_X86_AVX512VNNI) ==
         !__builtin_cpu_supports("avx512vnni"));
#endif
#endif
  EXPECT(onnxc_check_model(&model) == ONNXC_OK);
}

static void binds_without_context_or_data(void) {
  call c;
  init(&c);
  c.inputs[0].data = c.inputs[1].data = NULL;
  EXPECT(onnxc_bind_symbols(&add_model, NULL, c.inputs, 2, c.symbols) ==
         ONNXC_OK);
  EXPECT(c.symbols[0] == 2 && c.symbols[1] == 0);
  EXPECT(add_model.arena_bytes(c.symbols) == 24);
  c.a_shape[0] = 65;
  EXPECT(onnxc_bind_symbols(&add_model, NULL, c.inputs, 2, c.symbols) ==
         ONNXC_BAD_INPUT_SHAPE);
}

static void speaks(void) {
  for (int32_t status = ONNXC_OK; status <= ONNXC_NO_INPUT_DATA; ++status)
    EXPECT(strcmp(onnxc_status_string(status), "unknown status"));
  EXPECT(!strcmp(onnxc_status_string(99), "unknown status"));
  EXPECT(onnxc_dtype_size(ONNXC_FLOAT) == 4);
  EXPECT(onnxc_dtype_size(ONNXC_INT4) == 1);
  EXPECT(onnxc_dtype_size(ONNXC_BFLOAT16) == 2);
  EXPECT(onnxc_dtype_size(ONNXC_STRING) == sizeof(onnxc_string));
  EXPECT(onnxc_dtype_size(0) == 0 && onnxc_dtype_size(27) == 0);
  EXPECT(!strcmp(onnxc_dtype_name(ONNXC_INT2), "int2"));
  EXPECT(!strcmp(onnxc_dtype_name(ONNXC_FLOAT8E8M0), "float8e8m0"));
  EXPECT(!strcmp(onnxc_dtype_name(-1), "unknown"));
  EXPECT(!strcmp(onnxc_dtype_name(27), "unknown"));
}

int main(void) {
  runs();
  blames_inputs();
  blames_outputs_and_context();
  blames_model();
  binds_without_context_or_data();
  speaks();
  return 0;
}
