/* SessionThreads.c: sessions whose runs take several threads.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "Session.h"

int32_t onnxc_session_use_threads(onnxc_session *session, int32_t threads) {
  onnxc_pool *pool = NULL;
  if (threads != 1) {
    pool = onnxc_pool_create(threads);
    if (!pool) {
      onnxc_text text;
      onnxc_start_text(&text, session->message, sizeof session->message);
      onnxc_add_number(&text, threads);
      onnxc_add_text(&text, " threads cannot be started");
      session->blamed = NULL;
      return ONNXC_OUT_OF_MEMORY;
    }
    onnxc_use_pool(&session->context, pool);
  } else {
    session->context.parallel_for = NULL;
    session->context.pool = NULL;
  }
  if (session->pool)
    session->destroy_pool(session->pool);
  session->pool = pool;
  session->destroy_pool = onnxc_pool_destroy;
  return ONNXC_OK;
}
