/* Session.h: what the files of sessions share.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#ifndef ONNXC_LIB_SESSION_H
#define ONNXC_LIB_SESSION_H

#include "onnxc/session.h"

#define ONNXC_MESSAGE_BYTES 512

/* A text of limited length; what does not fit is left out. */
typedef struct onnxc_text {
  char *bytes;
  size_t room, length;
} onnxc_text;

void onnxc_start_text(onnxc_text *text, char *bytes, size_t room);
void onnxc_add_text(onnxc_text *text, const char *more);
void onnxc_add_number(onnxc_text *text, int64_t number);

/* An input or an output. */
typedef struct onnxc_slot {
  void *memory; /* the session's own, of `room` bytes */
  size_t room;
  void *allocated; /* by the run, for an output; else null */
  char *characters; /* of the strings of an input */
  size_t characters_room;
  int64_t elements;
  int32_t is_set;
} onnxc_slot;

struct onnxc_session {
  const onnxc_model *model;
  onnxc_context context;
  size_t arena_room;
  onnxc_tensor *tensors; /* inputs, then outputs */
  onnxc_slot *slots;     /* likewise */
  int64_t *sizes;        /* of all tensors' shapes */
  int64_t *symbols;
  onnxc_pool *pool;
  void (*destroy_pool)(onnxc_pool *pool); /* set with the pool */
  const char *blamed;
  char message[ONNXC_MESSAGE_BYTES];
  char description[ONNXC_MESSAGE_BYTES];
};

#endif
