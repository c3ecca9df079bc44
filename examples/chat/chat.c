/* chat.c: talks with a language model that onnxc compiled.
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "decoder.h"
#include "options.h"
#include "sampler.h"
#include "tokenizer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct chat {
  options options;
  tokenizer *tokenizer;
  decoder *decoder;
  sampler sampler;
  int64_t *ids;       /* all that was said */
  int64_t count;      /* of ids */
  int64_t cached;     /* of them, those that the decoder's cache has */
  int64_t begin, end; /* the special tokens around what somebody says */
  char held[4];       /* the beginning of a character */
  size_t num_held;
} chat;

static void fail(const char *what, const char *why) {
  fprintf(stderr, "chat: %s%s%s\n", what, why ? ": " : "", why ? why : "");
  exit(1);
}

static void *allocate(size_t bytes) {
  void *memory = malloc(bytes ? bytes : 1);
  if (!memory)
    fail("memory is lacking", NULL);
  return memory;
}

static double now(void) {
  struct timespec time;
  timespec_get(&time, TIME_UTC);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* --- What is said -------------------------------------------------------- */

/* These return whether the context has room. */
static int say_special(chat *c, int64_t id) {
  if (c->count >= decoder_context(c->decoder))
    return 0;
  c->ids[c->count++] = id;
  return 1;
}

static int say(chat *c, const char *text, int specials) {
  size_t room = (size_t)(decoder_context(c->decoder) - c->count);
  size_t count = tokenizer_encode(c->tokenizer, text, strlen(text), specials,
                                  c->ids + c->count, room);
  if (count == SIZE_MAX)
    fail("memory is lacking", NULL);
  if (count > room)
    return 0;
  c->count += (int64_t)count;
  return 1;
}

/* <|im_start|>role, and in the next line the text, <|im_end|>; a text that is
 * null is the model's to say. */
static int say_as(chat *c, const char *role, const char *text) {
  size_t length = strlen(role) + (text ? strlen(text) : 0);
  char *line = allocate(length + 2);
  snprintf(line, length + 2, "%s\n%s", role, text ? text : "");
  int fits = say_special(c, c->begin) && say(c, line, 0);
  free(line);
  return fits && (!text || (say_special(c, c->end) && say(c, "\n", 0)));
}

static int begin_chat(chat *c) {
  c->count = c->cached = 0;
  return c->options.raw || say_as(c, "system", c->options.system);
}

/* --- What is answered ---------------------------------------------------- */

/* Prints a token's bytes as soon as they are whole characters. */
static void print_token(chat *c, int64_t id) {
  size_t length;
  const char *text = tokenizer_text(c->tokenizer, id, &length);
  if (c->options.numbers) {
    printf(" %d", (int)id);
    length = 0;
  }
  for (size_t i = 0; i < length; ++i) {
    unsigned char byte = (unsigned char)text[i];
    if ((byte & 0xc0) != 0x80) { /* begins a character */
      fwrite(c->held, 1, c->num_held, stdout);
      c->num_held = 0;
    }
    c->held[c->num_held++] = (char)byte;
    unsigned char first = (unsigned char)c->held[0];
    size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
    if (c->num_held >= size) {
      fwrite(c->held, 1, c->num_held, stdout);
      c->num_held = 0;
    }
  }
  fflush(stdout);
}

/* Looks for where the last three tokens, or else two, stood before, and puts
 * what followed there behind the text. Returns how many. */
static int64_t draft(chat *c, int64_t most) {
  int64_t *ids = c->ids, count = c->count;
  for (int64_t length = 3; length >= 2; --length)
    for (int64_t at = count - 1; at >= length; --at) {
      size_t bytes = (size_t)length * sizeof *ids;
      if (memcmp(ids + at - length, ids + count - length, bytes) != 0)
        continue;
      if (most > count - at)
        most = count - at;
      memcpy(ids + count, ids + at, (size_t)most * sizeof *ids);
      return most;
    }
  return 0;
}

typedef struct timing {
  double begin, prompt, end;
  int64_t prompt_tokens, tokens, runs;
} timing;

static void print_timing(const timing *t) {
  double first = t->prompt - t->begin, rest = t->end - t->prompt;
  fprintf(stderr, "prompt: %d tokens, %.0f a second", (int)t->prompt_tokens,
          (double)t->prompt_tokens / first);
  if (t->runs > 1)
    fprintf(stderr, "; answer: %d tokens in %d runs, %.1f a second",
            (int)t->tokens, (int)t->runs, (double)(t->tokens - 1) / rest);
  fprintf(stderr, "\n");
}

/* Runs what is not in the cache and `drafts` tokens behind, and takes of these
 * as many as the sampler draws, too, and the next one. Returns how many that
 * are. */
static int64_t step(chat *c, int64_t drafts) {
  const char *error = NULL;
  const float *logits =
      decoder_run(c->decoder, c->ids, c->cached, c->count + drafts, &error);
  if (!logits)
    fail("the model", error);
  int64_t vocabulary = decoder_vocabulary(c->decoder);
  for (int64_t i = 0; i <= drafts; ++i) {
    int64_t id = sampler_draw(&c->sampler, logits + (i - drafts) * vocabulary,
                              vocabulary);
    int agrees = i < drafts && c->ids[c->count] == id;
    c->cached = c->count;
    c->ids[c->count++] = id;
    if (!agrees || id == c->end)
      return i + 1;
  }
  return drafts + 1;
}

/* Prints the model's answer to what was said. Returns 0 where the context
 * ended it. */
static int answer(chat *c) {
  timing time = {0};
  time.prompt_tokens = c->count - c->cached;
  time.begin = time.prompt = now();
  int ended = 0;
  while (!ended && time.tokens < c->options.tokens &&
         c->count < decoder_context(c->decoder)) {
    int64_t room = decoder_context(c->decoder) - c->count - 1;
    int64_t most = c->options.tokens - time.tokens - 1;
    most = most < room ? most : room;
    if (most > c->options.speculate)
      most = c->options.speculate;
    int64_t made = step(c, time.runs && most > 0 ? draft(c, most) : 0);
    if (time.runs++ == 0)
      time.prompt = now();
    time.tokens += made;
    for (int64_t i = c->count - made; i < c->count && !ended; ++i) {
      ended = c->ids[i] == c->end;
      if (!ended)
        print_token(c, c->ids[i]);
    }
  }
  time.end = now();
  fwrite(c->held, 1, c->num_held, stdout);
  c->num_held = 0;
  printf("\n");
  fflush(stdout);
  if (c->options.timing && time.runs)
    print_timing(&time);
  return ended || c->count < decoder_context(c->decoder);
}

static void print_numbers(const chat *c, int64_t from) {
  for (int64_t i = from; i < c->count; ++i)
    printf(i > from ? " %d" : "%d", (int)c->ids[i]);
  printf("\n");
}

/* Returns 0, having said so, where the context is full. */
static int reply(chat *c, const char *text) {
  int64_t from = c->cached;
  int fits = c->options.raw
                 ? say(c, text, 1)
                 : say_as(c, "user", text) && say_as(c, "assistant", NULL);
  fits = fits && c->count < decoder_context(c->decoder);
  if (fits && c->count == c->cached)
    fail("--raw", "there is nothing to go on with");
  if (fits && c->options.numbers)
    print_numbers(c, from);
  if (fits && answer(c))
    return 1;
  fprintf(stderr, "chat: the context of %d tokens is full\n",
          (int)decoder_context(c->decoder));
  return 0;
}

/* A line without its end; null at the end of the input. */
static char *read_line(void) {
  size_t length = 0, room = 256;
  char *line = allocate(room);
  int byte;
  while ((byte = getchar()) != EOF && byte != '\n') {
    if (length + 1 == room) {
      line = realloc(line, room *= 2);
      if (!line)
        fail("memory is lacking", NULL);
    }
    line[length++] = (char)byte;
  }
  line[length] = '\0';
  if (byte == EOF && length == 0) {
    free(line);
    return NULL;
  }
  return line;
}

static void talk(chat *c) {
  for (;;) {
    fprintf(stderr, "> ");
    char *line = read_line();
    if (!line)
      break;
    if (*line && !reply(c, line)) {
      fprintf(stderr, "chat: what was said until now is forgotten\n");
      if (!begin_chat(c))
        fail("--system", "it does not fit in the context");
    } else if (*line && !c->options.raw) {
      /* Behind an answer; one that --tokens ended is ended here. */
      if (c->ids[c->count - 1] != c->end)
        say_special(c, c->end);
      say(c, "\n", 0);
    }
    free(line);
  }
  fprintf(stderr, "\n");
}

/* --- The program --------------------------------------------------------- */

static void open_chat(chat *c) {
  const char *error = NULL;
  c->tokenizer = tokenizer_open(c->options.tokenizer);
  if (!c->tokenizer)
    fail(c->options.tokenizer, "this is no tokenizer of convert.py's");
  c->decoder =
      decoder_open(c->options.weights, (int)c->options.threads, &error);
  if (!c->decoder)
    fail("the model", error);
  c->begin = tokenizer_special(c->tokenizer, "<|im_start|>");
  c->end = tokenizer_special(c->tokenizer, "<|im_end|>");
  int64_t vocabulary = decoder_vocabulary(c->decoder);
  if (c->begin < 0 || c->end < 0 ||
      tokenizer_count(c->tokenizer) != (size_t)vocabulary)
    fail(c->options.tokenizer, "it does not belong to the model");
  c->sampler.temperature = c->options.temperature;
  c->sampler.top_p = c->options.top_p;
  c->sampler.top_k = c->options.top_k;
  c->sampler.state = (uint64_t)c->options.seed;
  c->sampler.candidates =
      allocate((size_t)vocabulary * sizeof *c->sampler.candidates);
  c->ids = allocate((size_t)(decoder_context(c->decoder) + MAX_DRAFT) *
                    sizeof *c->ids);
  if (!begin_chat(c))
    fail("--system", "it does not fit in the context");
}

int main(int argc, char **argv) {
  chat c = {0};
  c.options = read_options(argc, argv);
  open_chat(&c);
  int good = 1;
  if (c.options.prompt)
    good = reply(&c, c.options.prompt);
  else
    talk(&c);
  decoder_close(c.decoder);
  tokenizer_close(c.tokenizer);
  free(c.sampler.candidates);
  free(c.ids);
  return good ? 0 : 1;
}
