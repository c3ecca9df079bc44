/* options.h: what chat is told on its command line.
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdint.h>

enum { MAX_DRAFT = 32 };

typedef struct options {
  const char *tokenizer, *prompt, *system, *weights;
  int64_t tokens, threads, speculate, top_k, seed;
  double temperature, top_p;
  int raw, timing, numbers;
} options;

/* Ends the program, having said why, where they make no sense. */
options read_options(int argc, char **argv);

#endif
