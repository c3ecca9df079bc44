/* onnxc/session.h: compiled models by the names of their inputs and outputs.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What the bindings of C++, Go, Java, C# and JavaScript are built on: it keeps
 * the memory of a model's inputs and outputs, checks what goes in, and says in
 * words what is wrong. Its functions take numbers, pointers and texts only. A C
 * program that knows its model includes the model's own header instead.
 */
#ifndef ONNXC_SESSION_H
#define ONNXC_SESSION_H

#include "onnxc/runtime.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A model with its memory, for one thread at a time; any number of sessions may
 * run one model at once. */
typedef struct onnxc_session onnxc_session;

/* --- a library that `onnxc --emit=shared` has written --------------------- */

typedef struct onnxc_library onnxc_library;

/* Loads it, and maps its weights where they lie beside it (or in `weights`,
 * which may be null). `prefix` names one of several models and may be null.
 * Null after a failure, of which `message` then has the words. It stays loaded
 * until all sessions are destroyed and the library is closed. */
onnxc_library *onnxc_library_open(const char *path, const char *prefix,
                                  const char *weights, char *message,
                                  size_t message_bytes);
const onnxc_model *onnxc_library_model(const onnxc_library *library);
/* The address of the file's weights; null where the library has them. */
const void *onnxc_library_weights(const onnxc_library *library);
void onnxc_library_close(onnxc_library *library);

/* --- sessions ------------------------------------------------------------- */

/* `weights` may be null where the model has them. Null after a failure, of
 * which `message` then has the words. */
onnxc_session *onnxc_session_create(const onnxc_model *model,
                                    const void *weights, char *message,
                                    size_t message_bytes);
void onnxc_session_destroy(onnxc_session *session);

/* How many threads a run takes, the caller counted: 0 for all CPUs, 1 unless
 * told. */
int32_t onnxc_session_use_threads(onnxc_session *session, int32_t threads);
/* What runs are given: a device may be opened there. */
onnxc_context *onnxc_session_context(onnxc_session *session);

/* What went wrong last: "input 'x': it is double, the model takes float". */
const char *onnxc_session_message(const onnxc_session *session);
/* The input, output or node that it was about, or null. */
const char *onnxc_session_blamed(const onnxc_session *session);

/* Inputs and outputs are numbered as in the model. */
#define ONNXC_IS_INPUT 0
#define ONNXC_IS_OUTPUT 1

int32_t onnxc_session_count(const onnxc_session *session, int32_t is_output);
/* -1, with a message, where there is no such name. */
int32_t onnxc_session_find(onnxc_session *session, int32_t is_output,
                           const char *name);
const char *onnxc_session_name(const onnxc_session *session, int32_t is_output,
                               int32_t number);
int32_t onnxc_session_dtype(const onnxc_session *session, int32_t is_output,
                            int32_t number);
int32_t onnxc_session_rank(const onnxc_session *session, int32_t is_output,
                           int32_t number);
/* The size that the model states, or -1 for one that varies. */
int64_t onnxc_session_stated_dim(const onnxc_session *session,
                                 int32_t is_output, int32_t number,
                                 int32_t dim);
/* "float [batch, 8, 8]", until the next call of a function with messages. */
const char *onnxc_session_describe(onnxc_session *session, int32_t is_output,
                                   int32_t number);

/* Gives the next run an input of this type and shape. Where `data` is null the
 * session has memory for it, which the caller fills: see onnxc_session_data.
 * Else it stays the caller's until the run. An input is given anew for each
 * run. */
int32_t onnxc_session_set(onnxc_session *session, int32_t number,
                          int32_t dtype, int32_t rank, const int64_t *shape,
                          const void *data);
/* Gives `count` elements of an input of strings, whose shape is set: their
 * lengths, and all their bytes one behind the other, which are copied. */
int32_t onnxc_session_set_strings(onnxc_session *session, int32_t number,
                                  int64_t count, const int64_t *lengths,
                                  const char *bytes);

/* Forgets the inputs that are set: what gives new ones begins so, as a call
 * before it may have ended half-way. */
void onnxc_session_forget(onnxc_session *session);

/* Runs the model on the inputs, of which each has been given. */
int32_t onnxc_session_run(onnxc_session *session);

/* An output until the next run, or an input that is set: its elements, how many
 * there are, their bytes, and the size of a dimension. */
void *onnxc_session_data(const onnxc_session *session, int32_t is_output,
                         int32_t number);
int64_t onnxc_session_elements(const onnxc_session *session, int32_t is_output,
                               int32_t number);
int64_t onnxc_session_bytes(const onnxc_session *session, int32_t is_output,
                            int32_t number);
int64_t onnxc_session_dim(const onnxc_session *session, int32_t is_output,
                          int32_t number, int32_t dim);
/* The bytes of all strings of an output; copied to `bytes`, and their lengths
 * to `lengths`, where these are not null. */
int64_t onnxc_session_get_strings(const onnxc_session *session, int32_t number,
                                  int64_t *lengths, char *bytes);

#ifdef __cplusplus
}
#endif
#endif /* ONNXC_SESSION_H */
