/* main.c: the least that runs a model: which iris is it?
 *
 *   hello                      a flower of each species
 *   hello 6.1 2.8 4.7 1.2      lengths of yours: sepal, its width, petal, its
 *                              width, in centimetres
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "hello.h"

#include <stdio.h>
#include <stdlib.h>

static _Alignas(
    ONNXC_ARENA_ALIGNMENT) unsigned char arena[HELLO_ARENA_BYTES + 1];

static int tell(float *lengths) {
  static const char *const names[] = {"setosa", "versicolor", "virginica"};
  float species[HELLO_SPECIES_ELEMENTS];
  hello_inputs inputs = {lengths};
  hello_outputs outputs = {species};
  onnxc_context context = {0};
  context.arena = arena;
  context.arena_bytes = sizeof arena;

  int status = hello_run(&inputs, &outputs, &context);
  if (status != ONNXC_OK) {
    printf("%s\n", onnxc_status_string(status));
    return 1;
  }
  int best = 0;
  for (int i = 1; i < HELLO_SPECIES_ELEMENTS; ++i)
    best = species[i] > species[best] ? i : best;
  printf("Iris %s, %.0f %%\n", names[best], 100 * species[best]);
  return 0;
}

int main(int argc, char **argv) {
  float flowers[3][HELLO_LENGTHS_ELEMENTS] = {{5.1f, 3.5f, 1.4f, 0.2f},
                                              {5.7f, 2.8f, 4.1f, 1.3f},
                                              {6.3f, 3.3f, 6, 2.5f}};
  if (argc == 1)
    return tell(flowers[0]) || tell(flowers[1]) || tell(flowers[2]);
  for (int i = 0; i < HELLO_LENGTHS_ELEMENTS; ++i)
    flowers[0][i] = i + 1 < argc ? (float)atof(argv[i + 1]) : 0;
  return tell(flowers[0]);
}
