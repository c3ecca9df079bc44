/* runner.c: runs the model it is linked with on tensors from a file.
 *
 *     runner INPUTS OUTPUTS
 *
 * A file is tensors one after the other: dtype and rank (int32), dimensions
 * (int64), elements as onnxc_tensor has them; of strings, the length (int64) of
 * each and its bytes. Everything is in the order of the
 * machine it runs on. Written for emulators: one program, no libraries.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include <onnxc/runtime.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const onnxc_model model_model;

static void *take(size_t bytes) {
  void *memory = onnxc_aligned_alloc(NULL, bytes ? bytes : 1, 64);
  if (!memory) {
    fprintf(stderr, "out of memory\n");
    exit(2);
  }
  return memory;
}

static size_t count_bytes(const int64_t *shape, int32_t rank, int32_t dtype) {
  size_t bytes = onnxc_dtype_size(dtype);
  for (int32_t d = 0; d < rank; ++d)
    bytes *= (size_t)shape[d];
  return bytes;
}

static int read_strings(FILE *file, onnxc_string *strings, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    uint64_t length;
    if (fread(&length, sizeof length, 1, file) != 1)
      return 0;
    char *text = take((size_t)length);
    if (fread(text, 1, (size_t)length, file) != length)
      return 0;
    memset(&strings[i], 0xa5, sizeof strings[i]);
    strings[i].data = text;
    strings[i].length = length;
  }
  return 1;
}

static int read_tensor(FILE *file, onnxc_tensor *tensor) {
  if (fread(&tensor->dtype, 4, 1, file) != 1 ||
      fread(&tensor->rank, 4, 1, file) != 1)
    return 0;
  size_t rank = (size_t)tensor->rank;
  tensor->shape = take(rank * sizeof(int64_t));
  if (fread(tensor->shape, sizeof(int64_t), rank, file) != rank)
    return 0;
  size_t bytes = count_bytes(tensor->shape, tensor->rank, tensor->dtype);
  tensor->data = take(bytes);
  if (tensor->dtype == ONNXC_STRING)
    return read_strings(file, tensor->data, bytes / sizeof(onnxc_string));
  return fread(tensor->data, 1, bytes, file) == bytes;
}

static void write_tensor(FILE *file, const onnxc_tensor *tensor) {
  fwrite(&tensor->dtype, 4, 1, file);
  fwrite(&tensor->rank, 4, 1, file);
  fwrite(tensor->shape, sizeof(int64_t), (size_t)tensor->rank, file);
  size_t bytes = count_bytes(tensor->shape, tensor->rank, tensor->dtype);
  if (tensor->dtype != ONNXC_STRING) {
    fwrite(tensor->data, 1, bytes, file);
    return;
  }
  const onnxc_string *strings = tensor->data;
  for (size_t i = 0; i < bytes / sizeof *strings; ++i) {
    fwrite(&strings[i].length, sizeof strings[i].length, 1, file);
    fwrite(strings[i].data, 1, (size_t)strings[i].length, file);
  }
}

int main(int argc, char **argv) {
  const onnxc_model *model = &model_model;
  FILE *file = argc == 3 ? fopen(argv[1], "rb") : NULL;
  if (!file)
    return 2;
  onnxc_tensor *inputs =
      take(sizeof(onnxc_tensor) * ((size_t)model->num_inputs + 1));
  onnxc_tensor *outputs =
      take(sizeof(onnxc_tensor) * ((size_t)model->num_outputs + 1));
  int64_t *symbols = take(sizeof(int64_t) * ((size_t)model->num_symbols + 1));
  for (int32_t i = 0; i < model->num_inputs; ++i)
    if (!read_tensor(file, &inputs[i])) {
      fprintf(stderr, "the inputs end before %s\n", model->inputs[i].name);
      return 2;
    }
  fclose(file);

  onnxc_context context;
  memset(&context, 0, sizeof context);
  onnxc_use_host_allocator(&context);
  int32_t status = onnxc_bind_symbols(model, &context, inputs,
                                      model->num_inputs, symbols);
  if (status == ONNXC_OK) {
    int64_t need = model->arena_bytes(symbols);
    context.arena_bytes = need < 0 ? 0 : (size_t)need;
    context.arena = take(context.arena_bytes);
    size_t count = 1;
    for (int32_t i = 0; i < model->num_outputs; ++i)
      count += (size_t)model->outputs[i].rank;
    int64_t *dims = take(sizeof(int64_t) * count);
    int64_t *next = dims;
    model->output_shapes(symbols, dims);
    for (int32_t i = 0; i < model->num_outputs; ++i) {
      const onnxc_tensor_info *info = &model->outputs[i];
      outputs[i].dtype = info->dtype;
      outputs[i].rank = info->rank;
      outputs[i].shape = take(sizeof(int64_t) * ((size_t)info->rank + 1));
      for (int32_t d = 0; d < info->rank; ++d)
        outputs[i].shape[d] = *next++;
      outputs[i].data = NULL;
      if (!info->from_data) {
        size_t bytes =
            count_bytes(outputs[i].shape, info->rank, info->dtype);
        outputs[i].data = take(bytes);
        /* What is not written is seen. */
        memset(outputs[i].data, 0xa5, bytes);
      }
    }
    status = onnxc_run(model, &context, inputs, model->num_inputs, outputs,
                       model->num_outputs, symbols);
  }
  if (status != ONNXC_OK) {
    fprintf(stderr, "%s: %s\n", context.error_name ? context.error_name : "",
            onnxc_status_string(status));
    return 1;
  }
  file = fopen(argv[2], "wb");
  if (!file)
    return 2;
  for (int32_t i = 0; i < model->num_outputs; ++i)
    write_tensor(file, &outputs[i]);
  return fclose(file) ? 2 : 0;
}
