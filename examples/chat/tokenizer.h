/* tokenizer.h: byte-level BPE as GPT-2 has it, between text and numbers.
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#ifndef TOKENIZER_H
#define TOKENIZER_H

#include <stddef.h>
#include <stdint.h>

typedef struct tokenizer tokenizer;

/* Reads what convert.py has written. Null if it cannot, or if the file is
 * broken. */
tokenizer *tokenizer_open(const char *path);
void tokenizer_close(tokenizer *t);

size_t tokenizer_count(const tokenizer *t);

/* Writes the text's tokens to ids, as many as `limit` allows, and returns how
 * many there are; SIZE_MAX where memory is lacking. Text is UTF-8; other bytes
 * are taken as they are. With `specials`, the names of special tokens stand
 * for these; without, as what a user types must be, they are text. */
size_t tokenizer_encode(const tokenizer *t, const char *text, size_t length,
                        int specials, int64_t *ids, size_t limit);

/* The bytes of a token, which may be part of a character. */
const char *tokenizer_text(const tokenizer *t, int64_t id, size_t *length);

/* The special token of this name, or -1. */
int64_t tokenizer_special(const tokenizer *t, const char *name);

#endif
