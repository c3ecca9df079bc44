/* main.c: which language is it? Each argument is told with its label, a string,
 * and how sure the model is.
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "languages.h"

#include <stdio.h>

enum { MOST = 64 };

int main(int argc, char **argv) {
  onnxc_string texts[MOST], labels[MOST];
  float probabilities[MOST * 5];
  languages_dims dims = {0};
  for (int i = 1; i < argc && i <= MOST; ++i)
    texts[dims.text_dim0++] = onnxc_make_string(argv[i]);

  onnxc_context context = {0};
  onnxc_use_host_allocator(&context);
  context.arena_bytes = languages_arena_bytes(&dims);
  context.arena = onnxc_aligned_alloc(NULL, context.arena_bytes,
                                      ONNXC_ARENA_ALIGNMENT);
  languages_inputs in = {texts};
  languages_outputs out = {labels, probabilities};
  int status = languages_run(&in, &out, &dims, &context);
  if (status != ONNXC_OK)
    fprintf(stderr, "%s\n", onnxc_status_string(status));

  for (int i = 0; status == ONNXC_OK && i < dims.text_dim0; ++i) {
    float most = 0;
    for (int k = 0; k < 5; ++k)
      most = probabilities[5 * i + k] > most ? probabilities[5 * i + k] : most;
    printf("%-10.*s %3.0f %%  %s\n", (int)labels[i].length, labels[i].data,
           100 * most, argv[i + 1]);
  }
  onnxc_release_strings(&context);
  onnxc_aligned_free(NULL, context.arena);
  return status;
}
