/* tokenizer.c: see tokenizer.h.
 *
 * Text is cut at special tokens, then into words as GPT-2's pattern has them,
 * but each digit for itself. The bytes of a word are tokens; then, as long as
 * the vocabulary has a merge for two neighbours, those are merged whose merge
 * comes first in its list.
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "tokenizer.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OTHER = 0, LETTER = 1, NUMBER = 2, SPACE = 3, END = 4 };
enum { HEAD_BYTES = 20 };
static const uint32_t NONE = UINT32_MAX;

struct tokenizer {
  unsigned char *file;
  uint32_t *words;    /* the file's numbers; what follows points there */
  uint32_t *specials; /* numbers of tokens */
  uint32_t *merges;   /* rows of left, right, result */
  uint32_t *ranges;   /* rows of first, last, class */
  uint32_t num_tokens, num_specials, num_merges, num_ranges;
  const char **texts;  /* num_tokens and one: where the last ends */
  uint32_t *slots;     /* a hash table of merges, NONE where free */
  uint32_t num_slots;  /* a power of two */
  uint32_t bytes[256]; /* the token of each byte, or NONE */
};

static uint32_t slot_of(const tokenizer *t, uint32_t left, uint32_t right) {
  uint64_t key = ((uint64_t)left << 32 | right) * 0x9e3779b97f4a7c15u;
  return (uint32_t)(key >> 32) & (t->num_slots - 1);
}

/* The place of a merge in the list, or NONE. */
static uint32_t find_merge(const tokenizer *t, uint32_t left, uint32_t right) {
  uint32_t slot = slot_of(t, left, right);
  for (; t->slots[slot] != NONE; slot = (slot + 1) & (t->num_slots - 1)) {
    const uint32_t *merge = t->merges + 3 * (size_t)t->slots[slot];
    if (merge[0] == left && merge[1] == right)
      return t->slots[slot];
  }
  return NONE;
}

static unsigned char *read_file(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  if (!file)
    return NULL;
  unsigned char *bytes = NULL;
  if (fseek(file, 0, SEEK_END) == 0) {
    long length = ftell(file);
    rewind(file);
    *size = length < 0 ? 0 : (size_t)length;
    bytes = malloc(*size + 1);
    if (bytes && fread(bytes, 1, *size, file) != *size) {
      free(bytes);
      bytes = NULL;
    }
  }
  fclose(file);
  return bytes;
}

static uint32_t number_at(const unsigned char *bytes) {
  return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 |
         (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

/* Finds the file's parts, and refuses sizes that do not add up to its own. */
static int find_parts(tokenizer *t, size_t size) {
  if (size < HEAD_BYTES || memcmp(t->file, "BPE1", 4) != 0)
    return 0;
  t->num_tokens = number_at(t->file + 4);
  t->num_specials = number_at(t->file + 8);
  t->num_merges = number_at(t->file + 12);
  t->num_ranges = number_at(t->file + 16);
  uint64_t count = (uint64_t)t->num_tokens + t->num_specials +
                   3 * (uint64_t)t->num_merges + 3 * (uint64_t)t->num_ranges;
  if (t->num_tokens > INT32_MAX || t->num_merges > INT32_MAX / 2 ||
      count > (size - HEAD_BYTES) / 4)
    return 0;
  t->words = malloc((size_t)count * 4 + 4);
  t->texts = malloc(((size_t)t->num_tokens + 1) * sizeof *t->texts);
  if (!t->words || !t->texts)
    return 0;
  for (size_t i = 0; i < count; ++i)
    t->words[i] = number_at(t->file + HEAD_BYTES + 4 * i);
  t->specials = t->words + t->num_tokens;
  t->merges = t->specials + t->num_specials;
  t->ranges = t->merges + 3 * (size_t)t->num_merges;

  size_t begin = HEAD_BYTES + 4 * (size_t)count;
  for (uint32_t i = 0; i < t->num_tokens; ++i) {
    t->texts[i] = (const char *)t->file + begin;
    if (t->words[i] > size - begin)
      return 0;
    begin += t->words[i];
  }
  t->texts[t->num_tokens] = (const char *)t->file + begin;
  for (uint32_t *word = t->specials; word < t->ranges; ++word)
    if (*word >= t->num_tokens)
      return 0;
  return begin == size;
}

static int index_tokens(tokenizer *t) {
  memset(t->bytes, 0xff, sizeof t->bytes);
  for (uint32_t i = 0; i < t->num_tokens; ++i)
    if (t->words[i] == 1)
      t->bytes[(unsigned char)t->texts[i][0]] = i;
  for (t->num_slots = 2; t->num_slots < 2 * t->num_merges;)
    t->num_slots *= 2;
  t->slots = malloc((size_t)t->num_slots * sizeof *t->slots);
  if (!t->slots)
    return 0;
  memset(t->slots, 0xff, (size_t)t->num_slots * sizeof *t->slots);
  for (uint32_t i = 0; i < t->num_merges; ++i) {
    uint32_t left = t->merges[3 * (size_t)i];
    uint32_t right = t->merges[3 * (size_t)i + 1];
    if (find_merge(t, left, right) != NONE)
      continue;
    uint32_t slot = slot_of(t, left, right);
    while (t->slots[slot] != NONE)
      slot = (slot + 1) & (t->num_slots - 1);
    t->slots[slot] = i;
  }
  return 1;
}

tokenizer *tokenizer_open(const char *path) {
  tokenizer *t = calloc(1, sizeof *t);
  if (!t)
    return NULL;
  size_t size = 0;
  t->file = read_file(path, &size);
  if (t->file && find_parts(t, size) && index_tokens(t))
    return t;
  tokenizer_close(t);
  return NULL;
}

void tokenizer_close(tokenizer *t) {
  if (!t)
    return;
  free(t->file);
  free(t->words);
  free(t->texts);
  free(t->slots);
  free(t);
}

size_t tokenizer_count(const tokenizer *t) { return t->num_tokens; }

const char *tokenizer_text(const tokenizer *t, int64_t id, size_t *length) {
  *length = 0;
  if (id < 0 || id >= t->num_tokens)
    return "";
  *length = t->words[id];
  return t->texts[id];
}

/* The special token that text begins with, the longest, or -1. */
static int64_t special_at(const tokenizer *t, const char *text, size_t length) {
  int64_t found = -1;
  size_t longest = 0;
  for (uint32_t i = 0; i < t->num_specials; ++i) {
    size_t bytes = t->words[t->specials[i]];
    if (bytes > longest && bytes <= length &&
        memcmp(t->texts[t->specials[i]], text, bytes) == 0) {
      longest = bytes;
      found = t->specials[i];
    }
  }
  return found;
}

int64_t tokenizer_special(const tokenizer *t, const char *name) {
  int64_t id = special_at(t, name, strlen(name));
  return id >= 0 && t->words[id] == strlen(name) ? id : -1;
}

/* The class of the character at `text`, and how many bytes it has; what is not
 * UTF-8 is a character of one byte. */
static int class_at(const tokenizer *t, const char *text, const char *end,
                    size_t *bytes) {
  *bytes = 1;
  if (text >= end)
    return END;
  unsigned char first = (unsigned char)*text;
  uint32_t code = first;
  size_t size = first < 0x80   ? 1
                : first < 0xc2 ? 0
                : first < 0xe0 ? 2
                : first < 0xf0 ? 3
                : first < 0xf5 ? 4
                               : 0;
  if (size == 0 || size > (size_t)(end - text))
    return OTHER;
  if (size > 1)
    code = first & (0x7fu >> size);
  for (size_t i = 1; i < size; ++i) {
    if (((unsigned char)text[i] & 0xc0) != 0x80)
      return OTHER;
    code = code << 6 | ((unsigned char)text[i] & 0x3f);
  }
  *bytes = size;
  uint32_t low = 0, high = t->num_ranges; /* the range is in [low, high) */
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    const uint32_t *range = t->ranges + 3 * (size_t)middle;
    if (code < range[0])
      high = middle;
    else if (code > range[1])
      low = middle + 1;
    else
      return (int)range[2];
  }
  return OTHER;
}

/* The end of the word that begins at `text`: 's 't 're 've 'm 'll 'd, or
 * letters or other characters, either behind a space perhaps; one digit; or
 * white space, which leaves its last character to a word behind it. */
static const char *end_of_word(const tokenizer *t, const char *text,
                               const char *end) {
  static const char *const parts[] = {"'s", "'t",  "'re", "'ve",
                                      "'m", "'ll", "'d"};
  for (size_t i = 0; i < sizeof parts / sizeof parts[0]; ++i) {
    size_t length = strlen(parts[i]);
    if ((size_t)(end - text) >= length && memcmp(text, parts[i], length) == 0)
      return text + length;
  }
  size_t bytes;
  int kind = class_at(t, text, end, &bytes);
  if (kind == NUMBER)
    return text + bytes;
  const char *at = text;
  if (*at == ' ')
    kind = class_at(t, ++at, end, &bytes);
  if (kind == LETTER || kind == OTHER) {
    while (class_at(t, at, end, &bytes) == kind)
      at += bytes;
    return at;
  }
  const char *last = text;
  for (at = text; (kind = class_at(t, at, end, &bytes)) == SPACE; at += bytes)
    last = at;
  /* Digits are cut off first: for what is before one, the text ends there. */
  return kind == END || kind == NUMBER || last == text ? at : last;
}

/* Merges the tokens of one word in place; returns how many are left. `places`
 * has room for as many: each pair's merge. */
static size_t merge_word(const tokenizer *t, uint32_t *tokens, uint32_t *places,
                         size_t count) {
  for (size_t i = 0; i + 1 < count; ++i)
    places[i] = find_merge(t, tokens[i], tokens[i + 1]);
  while (count > 1) {
    size_t best = 0;
    for (size_t i = 1; i + 1 < count; ++i)
      if (places[i] < places[best])
        best = i;
    if (places[best] == NONE)
      break;
    tokens[best] = t->merges[3 * (size_t)places[best] + 2];
    --count;
    memmove(tokens + best + 1, tokens + best + 2,
            (count - best - 1) * sizeof *tokens);
    memmove(places + best, places + best + 1,
            (count - best - 1) * sizeof *places);
    if (best + 1 < count)
      places[best] = find_merge(t, tokens[best], tokens[best + 1]);
    if (best > 0)
      places[best - 1] = find_merge(t, tokens[best - 1], tokens[best]);
  }
  return count;
}

size_t tokenizer_encode(const tokenizer *t, const char *text, size_t length,
                        int specials, int64_t *ids, size_t limit) {
  const char *end = text + length;
  size_t count = 0;
  uint32_t *tokens = malloc((2 * length + 1) * sizeof *tokens);
  if (!tokens)
    return SIZE_MAX;
  while (text < end) {
    const char *stop = text; /* the next special token */
    int64_t special = -1;
    for (; stop < end && special < 0; stop += special < 0)
      if (specials)
        special = special_at(t, stop, (size_t)(end - stop));
    while (text < stop) {
      const char *next = end_of_word(t, text, stop);
      size_t bytes = 0;
      for (; text < next; ++text)
        if (t->bytes[(unsigned char)*text] != NONE)
          tokens[bytes++] = t->bytes[(unsigned char)*text];
      bytes = merge_word(t, tokens, tokens + length, bytes);
      for (size_t i = 0; i < bytes; ++i, ++count)
        if (count < limit)
          ids[count] = tokens[i];
    }
    if (special >= 0) {
      if (count < limit)
        ids[count] = special;
      ++count;
      text += t->words[special];
    }
  }
  free(tokens);
  return count;
}
