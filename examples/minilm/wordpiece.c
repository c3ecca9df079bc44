/* wordpiece.c: see wordpiece.h.
 *
 * Text is split at spaces and around punctuation, then each word into the
 * longest pieces of the vocabulary, from the left; pieces inside a word begin
 * with ##.
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "wordpiece.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS = 1 << 17, MAX_WORD = 200, NOT_FOUND = -1 };

struct wordpiece {
  char *text;      /* the file, its newlines replaced by zeros */
  char **pieces;   /* by number */
  int32_t *slots;  /* a hash table of numbers, NOT_FOUND where free */
  int32_t unknown, first, last;
};

static uint32_t hash(const char *begin, size_t length) {
  uint32_t h = 2166136261u;
  for (size_t i = 0; i < length; ++i)
    h = (h ^ (unsigned char)begin[i]) * 16777619u;
  return h % SLOTS;
}

static int32_t find(const wordpiece *t, const char *piece, size_t length) {
  for (uint32_t slot = hash(piece, length); t->slots[slot] != NOT_FOUND;
       slot = (slot + 1) % SLOTS) {
    const char *found = t->pieces[t->slots[slot]];
    if (strncmp(found, piece, length) == 0 && found[length] == '\0')
      return t->slots[slot];
  }
  return NOT_FOUND;
}

static char *read_file(const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file)
    return NULL;
  char *text = NULL;
  if (fseek(file, 0, SEEK_END) == 0) {
    long size = ftell(file);
    rewind(file);
    text = size < 0 ? NULL : malloc((size_t)size + 1);
    if (text) {
      size_t read = fread(text, 1, (size_t)size, file);
      text[read] = '\0';
    }
  }
  fclose(file);
  return text;
}

/* Puts a number to each line. */
static int index_lines(wordpiece *t) {
  int32_t count = 0;
  for (char *line = t->text; *line && count < SLOTS / 2; ++count) {
    size_t length = strcspn(line, "\r\n");
    char *next = line + length + strspn(line + length, "\r\n");
    line[length] = '\0';
    t->pieces[count] = line;
    uint32_t slot = hash(line, length);
    while (t->slots[slot] != NOT_FOUND)
      slot = (slot + 1) % SLOTS;
    t->slots[slot] = count;
    line = next;
  }
  t->unknown = find(t, "[UNK]", 5);
  t->first = find(t, "[CLS]", 5);
  t->last = find(t, "[SEP]", 5);
  return t->unknown != NOT_FOUND && t->first != NOT_FOUND &&
         t->last != NOT_FOUND;
}

wordpiece *wordpiece_open(const char *path) {
  wordpiece *t = calloc(1, sizeof *t);
  if (!t)
    return NULL;
  t->text = read_file(path);
  t->pieces = malloc(SLOTS / 2 * sizeof *t->pieces);
  t->slots = malloc(SLOTS * sizeof *t->slots);
  if (t->slots)
    memset(t->slots, 0xff, SLOTS * sizeof *t->slots);
  if (t->text && t->pieces && t->slots && index_lines(t))
    return t;
  wordpiece_close(t);
  return NULL;
}

void wordpiece_close(wordpiece *t) {
  if (!t)
    return;
  free(t->text);
  free(t->pieces);
  free(t->slots);
  free(t);
}

/* The next character in lower case and without accent; returns its bytes in
 * the text and writes those of the result. */
static size_t fold(const char *text, char *result, size_t *length) {
  /* U+00C0 to U+00FF, lower case. */
  static const char letters[] = "aaaaaa.ceeeeiiii.nooooo..uuuuy.."
                                "aaaaaa.ceeeeiiii.nooooo..uuuuy.y";
  unsigned char c = (unsigned char)text[0];
  if (c < 0x80) {
    result[0] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
    *length = 1;
    return 1;
  }
  size_t size = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1;
  for (size_t i = 1; i < size; ++i)
    if (((unsigned char)text[i] & 0xc0) != 0x80)
      size = i; /* not UTF-8 */
  if (c == 0xc3 && size == 2) {
    char plain = letters[(unsigned char)text[1] & 0x3f];
    if (plain != '.') {
      result[0] = plain;
      *length = 1;
      return 2;
    }
  }
  memcpy(result, text, size);
  *length = size;
  return size;
}

static int is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

static int is_punctuation(char c) {
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') ||
         (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
}

/* The pieces of one word; a word with a part that is no piece is unknown. */
static size_t encode_word(const wordpiece *t, const char *word, size_t length,
                          int64_t *ids, size_t room) {
  char piece[MAX_WORD + 3] = "##";
  size_t count = 0, begin = 0;
  while (begin < length) {
    int32_t found = NOT_FOUND;
    size_t end = length;
    for (; end > begin && found == NOT_FOUND; --end) {
      size_t mark = begin ? 2 : 0;
      memcpy(piece + mark, word + begin, end - begin);
      found = find(t, piece, mark + end - begin);
    }
    if (found == NOT_FOUND) {
      if (room)
        ids[0] = t->unknown;
      return room ? 1 : 0;
    }
    if (count < room)
      ids[count++] = found;
    begin = end + 1;
    memcpy(piece, "##", 2);
  }
  return count;
}

size_t wordpiece_encode(const wordpiece *t, const char *text, int64_t *ids,
                        size_t limit) {
  size_t count = 0;
  char word[MAX_WORD];
  size_t length = 0;
  ids[count++] = t->first;
  for (;;) {
    char c = *text;
    int ends = c == '\0' || is_space(c) || is_punctuation(c);
    if ((ends || length + 4 > MAX_WORD) && length) {
      count += encode_word(t, word, length, ids + count, limit - 1 - count);
      length = 0;
    }
    if (c == '\0')
      break;
    if (is_punctuation(c))
      count += encode_word(t, text, 1, ids + count, limit - 1 - count);
    if (ends) {
      ++text;
      continue;
    }
    size_t folded;
    text += fold(text, word + length, &folded);
    length += folded;
  }
  ids[count++] = t->last;
  return count;
}
