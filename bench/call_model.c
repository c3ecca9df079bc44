/* call_model.c: what a call of a model takes in C, for bench_python.py.
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#define _GNU_SOURCE
#include "onnxc/runtime.h"

#include <dlfcn.h>
#include <time.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

const onnxc_model *find_model(const char *path) {
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  const onnxc_model *const *models =
      library ? dlsym(library, ONNXC_MODELS_SYMBOL) : NULL;
  return models ? models[0] : NULL;
}

/* Nanoseconds a call, of so many; -1 where one fails. */
double time_calls(const onnxc_model *model, onnxc_context *context,
                  const onnxc_tensor *inputs, onnxc_tensor *outputs,
                  int64_t *symbols, int64_t calls) {
  double begin = now();
  for (int64_t i = 0; i < calls; ++i)
    if (onnxc_run(model, context, inputs, model->num_inputs, outputs,
                  model->num_outputs, symbols))
      return -1;
  return (now() - begin) / (double)calls;
}
