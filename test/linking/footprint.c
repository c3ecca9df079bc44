/* footprint.c: the least program of a kind: what is linked with it is what
 * its users pay for.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "model.h"

static _Alignas(
    ONNXC_ARENA_ALIGNMENT) unsigned char arena[MODEL_ARENA_BYTES + 1];
static float x[MODEL_X_ELEMENTS], y[MODEL_Y_ELEMENTS];

int main(void) {
  model_inputs inputs = {x};
  model_outputs outputs = {y};
  onnxc_context context = {0};
  context.arena = arena;
  context.arena_bytes = sizeof arena;
#ifdef WITH_HEAP
  onnxc_use_host_allocator(&context);
#endif
#ifdef WITH_POOL
  onnxc_use_pool(&context, onnxc_pool_create(2));
#endif
#ifdef WITH_MAPPED
  context.weights =
      onnxc_map_weights("model.weights", model_model.weights_bytes);
#endif
#ifdef WITH_VULKAN
  if (onnxc_open_vulkan(&model_model, &context))
    return 1;
#endif
#ifdef WITH_CUDA
  if (onnxc_open_cuda(&model_model, &context))
    return 1;
#endif
  return model_run(&inputs, &outputs, &context);
}
