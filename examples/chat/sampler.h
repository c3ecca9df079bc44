/* sampler.h: draws a token by a model's logits.
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#ifndef SAMPLER_H
#define SAMPLER_H

#include <stdint.h>

typedef struct candidate {
  float logit; /* later its share */
  int32_t id;
} candidate;

typedef struct sampler {
  double temperature;    /* 0 always takes the likeliest */
  double top_p;          /* of the likeliest, as many as make up this share */
  int64_t top_k;         /* and at most so many; 0 for any number */
  uint64_t state;        /* the seed */
  candidate *candidates; /* room for all tokens */
} sampler;

/* Each call takes one random number, whatever the logits are. Tokens less than
 * a millionth as likely as the likeliest are never drawn. */
int64_t sampler_draw(sampler *s, const float *logits, int64_t count);

#endif
