/* decoder.h: the model chat.h with its cache of keys and values.
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#ifndef DECODER_H
#define DECODER_H

#include <stdint.h>

typedef struct decoder decoder;

/* `weights` is the file of a model that was compiled with --weights=file, else
 * null; `threads` is how many to use, 0 for all CPUs. After a failure it is
 * null, and `error` is a constant string that says why. */
decoder *decoder_open(const char *weights, int threads, const char **error);
void decoder_close(decoder *d);

/* The longest text that the model knows positions for, and how many tokens it
 * knows. */
int64_t decoder_context(const decoder *d);
int64_t decoder_vocabulary(const decoder *d);

/* Of how many tokens at the end of a run there are logits. */
enum { DECODER_ROWS = 64 };

/* Runs the tokens ids[begin] to ids[end - 1]; those before are in the cache
 * from earlier runs, what else these left there is forgotten. `begin` < `end`
 * <= the context. Returns the logits behind the last token; behind those are,
 * going backwards, what the tokens before it give (negative rows, of at most
 * DECODER_ROWS). They hold until the next run. Null after a failure, which
 * `error` names. */
const float *decoder_run(decoder *d, const int64_t *ids, int64_t begin,
                         int64_t end, const char **error);

#endif
