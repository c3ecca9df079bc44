/* wordpiece.h: BERT's uncased tokenizer, from text to numbers.
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#ifndef WORDPIECE_H
#define WORDPIECE_H

#include <stddef.h>
#include <stdint.h>

typedef struct wordpiece wordpiece;

/* Reads a vocab.txt, a piece a line. Null if it cannot, or if the special
 * pieces [UNK], [CLS] and [SEP] are not in it. */
wordpiece *wordpiece_open(const char *path);
void wordpiece_close(wordpiece *tokenizer);

/* Writes [CLS], the text's pieces and [SEP] to ids, at most `limit` (2 or
 * more); what does not fit is left out. Returns how many were written. Text is
 * UTF-8; accents are removed from the letters of Western Europe only, and words
 * in scripts without spaces are not split. */
size_t wordpiece_encode(const wordpiece *tokenizer, const char *text,
                        int64_t *ids, size_t limit);

#endif
