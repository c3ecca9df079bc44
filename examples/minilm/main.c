/* main.c: what sentences mean, by a model that onnxc compiled.
 *
 *   sentences VOCAB                      compares sentences, answers a question
 *   sentences VOCAB QUERY ANSWER ...     ranks the answers
 *   sentences VOCAB --tokens TEXT        prints the text's piece numbers
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "minilm.h"
#include "wordpiece.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MAX_PIECES = 128, WIDTH = 384 };

/* One row of the model's output for each text: vectors of length 1. */
static float *embed(const wordpiece *tokenizer, const char *const *texts,
                    int count) {
  int64_t longest = 0;
  int64_t *pieces = malloc((size_t)count * MAX_PIECES * sizeof *pieces);
  int64_t *lengths = malloc((size_t)count * sizeof *lengths);
  float *vectors = malloc((size_t)count * WIDTH * sizeof *vectors);
  if (!pieces || !lengths || !vectors)
    abort();
  for (int i = 0; i < count; ++i) {
    lengths[i] = (int64_t)wordpiece_encode(
        tokenizer, texts[i], pieces + i * MAX_PIECES, MAX_PIECES);
    if (lengths[i] > longest)
      longest = lengths[i];
  }

  /* All in one batch: shorter texts are filled up and masked. */
  size_t elements = (size_t)count * (size_t)longest;
  int64_t *ids = calloc(elements, sizeof *ids);
  int64_t *mask = calloc(elements, sizeof *mask);
  if (!ids || !mask)
    abort();
  for (int i = 0; i < count; ++i)
    for (int64_t j = 0; j < lengths[i]; ++j) {
      ids[i * longest + j] = pieces[i * MAX_PIECES + j];
      mask[i * longest + j] = 1;
    }

  minilm_dims dims = {0};
  dims.batch = count;
  dims.sequence = longest;
  minilm_inputs inputs = {0};
  inputs.input_ids = ids;
  inputs.attention_mask = mask;
  minilm_outputs outputs = {0};
  outputs.embedding = vectors;

  /* All memory that the model needs besides; a server would keep it. */
  int64_t bytes = minilm_arena_bytes(&dims);
  onnxc_context context = {0};
  context.arena = bytes < 0 ? NULL
                            : onnxc_aligned_alloc(NULL, (size_t)bytes,
                                                  ONNXC_ARENA_ALIGNMENT);
  context.arena_bytes = (size_t)bytes;
  onnxc_use_host_allocator(&context); /* for sizes that are computed */
  struct timespec begin, end;
  timespec_get(&begin, TIME_UTC);
  int status = minilm_run(&inputs, &outputs, &dims, &context);
  timespec_get(&end, TIME_UTC);
  if (status != ONNXC_OK) {
    fprintf(stderr, "sentences: %s: %s\n",
            context.error_name ? context.error_name : "minilm",
            onnxc_status_string(status));
    exit(1);
  }
  printf("%d texts of up to %d pieces in %.1f ms, arena %.1f MB\n\n", count,
         (int)longest,
         (double)(end.tv_sec - begin.tv_sec) * 1e3 +
             (double)(end.tv_nsec - begin.tv_nsec) / 1e6,
         (double)bytes / 1e6);

  onnxc_aligned_free(NULL, context.arena);
  free(mask);
  free(ids);
  free(lengths);
  free(pieces);
  return vectors;
}

/* Of unit vectors, the cosine of the angle between them. */
static double similarity(const float *vectors, int a, int b) {
  double sum = 0;
  for (int i = 0; i < WIDTH; ++i)
    sum += (double)vectors[a * WIDTH + i] * (double)vectors[b * WIDTH + i];
  return sum;
}

/* texts[0] is the query; the answers become null as they are told. */
static void rank(const wordpiece *tokenizer, const char **texts, int count) {
  printf("\"%s\"\n", texts[0]);
  float *vectors = embed(tokenizer, (const char *const *)texts, count);
  for (int place = 1; place < count; ++place) {
    int best = 0;
    double most = -2;
    for (int i = 1; i < count; ++i) {
      double score = texts[i] ? similarity(vectors, 0, i) : -2;
      if (score > most) {
        most = score;
        best = i;
      }
    }
    printf("  %5.2f  %s\n", most, texts[best]);
    texts[best] = NULL;
  }
  free(vectors);
}

static void compare(const wordpiece *tokenizer) {
  static const char *const texts[] = {
      "A man is playing a guitar on stage.",
      "Someone performs music for an audience.",
      "The stock market fell sharply today.",
      "Share prices dropped at the exchange.",
      "My cat sleeps all day long.",
  };
  enum { COUNT = sizeof texts / sizeof texts[0] };
  float *vectors = embed(tokenizer, texts, COUNT);
  printf("How alike, from 0 to 1:\n");
  for (int i = 0; i < COUNT; ++i) {
    for (int j = 0; j < COUNT; ++j)
      printf(" %5.2f", similarity(vectors, i, j));
    printf("   %s\n", texts[i]);
  }
  printf("\n");
  free(vectors);
}

int main(int argc, char **argv) {
  if (argc < 2 || argc == 3 || argc > 100) {
    fprintf(stderr, "usage: sentences VOCAB [QUERY ANSWER ...]\n");
    return 2;
  }
  wordpiece *tokenizer = wordpiece_open(argv[1]);
  if (!tokenizer) {
    fprintf(stderr, "sentences: %s is not a vocabulary\n", argv[1]);
    return 1;
  }
  if (argc > 3 && strcmp(argv[2], "--tokens") == 0) {
    int64_t ids[MAX_PIECES];
    size_t count = wordpiece_encode(tokenizer, argv[3], ids, MAX_PIECES);
    for (size_t i = 0; i < count; ++i)
      printf(i ? " %d" : "%d", (int)ids[i]);
    printf("\n");
  } else if (argc > 3) {
    const char *texts[100];
    for (int i = 2; i < argc; ++i)
      texts[i - 2] = argv[i];
    rank(tokenizer, texts, argc - 2);
  } else {
    const char *texts[] = {
        "How do I get my money back?",
        "Refunds are paid within five days of your request.",
        "The library opens at nine in the morning.",
        "To reset your password, follow the link in the mail.",
        "Parcels are sent from our warehouse every evening.",
        "The museum shows paintings of the last century.",
    };
    compare(tokenizer);
    rank(tokenizer, texts, sizeof texts / sizeof texts[0]);
  }
  wordpiece_close(tokenizer);
  return 0;
}
