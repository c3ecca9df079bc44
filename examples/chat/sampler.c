/* sampler.c: see sampler.h.
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "sampler.h"

#include <math.h>
#include <stdlib.h>

/* splitmix64: a number from 0 to below 1. */
static double draw_number(sampler *s) {
  uint64_t x = s->state += 0x9e3779b97f4a7c15u;
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
  x = (x ^ x >> 27) * 0x94d049bb133111ebu;
  x ^= x >> 31;
  return (double)(x >> 11) / 9007199254740992.0;
}

/* The likeliest first, and of equals that of the lower number. */
static int compare(const void *a, const void *b) {
  const candidate *x = a, *y = b;
  if (x->logit != y->logit)
    return x->logit < y->logit ? 1 : -1;
  return x->id < y->id ? -1 : x->id > y->id;
}

int64_t sampler_draw(sampler *s, const float *logits, int64_t count) {
  int64_t likeliest = 0;
  for (int64_t i = 1; i < count; ++i)
    if (logits[i] > logits[likeliest])
      likeliest = i;
  if (s->temperature <= 0)
    return likeliest;

  const double millionth = 13.8; /* -log(1e-6) */
  float top = logits[likeliest];
  float least = (float)(top - s->temperature * millionth);
  size_t kept = 0;
  for (int64_t i = 0; i < count; ++i)
    if (logits[i] >= least) {
      s->candidates[kept].logit = logits[i];
      s->candidates[kept++].id = (int32_t)i;
    }
  double number = draw_number(s);
  if (kept == 0) /* not a number */
    return likeliest;
  qsort(s->candidates, kept, sizeof *s->candidates, compare);
  if (s->top_k > 0 && kept > (size_t)s->top_k)
    kept = (size_t)s->top_k;
  double sum = 0;
  for (size_t i = 0; i < kept; ++i) {
    candidate *c = &s->candidates[i];
    c->logit = (float)exp((double)(c->logit - top) / s->temperature);
    sum += (double)c->logit;
  }
  double share = 0;
  size_t last = 0;
  for (; last + 1 < kept; ++last) {
    share += (double)s->candidates[last].logit;
    if (share >= s->top_p * sum)
      break;
  }
  sum = 0;
  for (size_t i = 0; i <= last; ++i)
    sum += (double)s->candidates[i].logit;
  number *= sum;
  size_t drawn = 0;
  for (; drawn < last; ++drawn) {
    number -= (double)s->candidates[drawn].logit;
    if (number < 0)
      break;
  }
  return s->candidates[drawn].id;
}
