/* SessionTest.c: sessions on the model of AddModel.c.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "AddModel.h"
#include "Expect.h"
#include "onnxc/session.h"

#include <string.h>

static float a[6] = {1, 2, 3, -4, -5, -6}, b[6] = {1, 1, 1, 1, 1, 1};

static int says(const onnxc_session *session, const char *text) {
  if (strcmp(onnxc_session_message(session), text) == 0)
    return 1;
  fprintf(stderr, "%s\n", onnxc_session_message(session));
  return 0;
}

static int32_t set(onnxc_session *session, int32_t number, int64_t n,
                   const float *data) {
  int64_t shape[2] = {n, 3};
  return onnxc_session_set(session, number, ONNXC_FLOAT, 2, shape, data);
}

static void run_it(onnxc_session *session) {
  EXPECT(set(session, 0, 2, a) == ONNXC_OK);
  /* The session's own memory. */
  EXPECT(set(session, 1, 2, NULL) == ONNXC_OK);
  memcpy(onnxc_session_data(session, ONNXC_IS_INPUT, 1), b, sizeof b);
  EXPECT(onnxc_session_run(session) == ONNXC_OK);

  EXPECT(onnxc_session_elements(session, ONNXC_IS_OUTPUT, 0) == 6);
  EXPECT(onnxc_session_bytes(session, ONNXC_IS_OUTPUT, 0) == sizeof a);
  EXPECT(onnxc_session_dim(session, ONNXC_IS_OUTPUT, 0, 0) == 2);
  const float *sum = onnxc_session_data(session, ONNXC_IS_OUTPUT, 0);
  EXPECT(sum[0] == 2 && sum[5] == -5);
  /* What only the run knew the length of. */
  EXPECT(onnxc_session_elements(session, ONNXC_IS_OUTPUT, 1) == 3);
  const float *kept = onnxc_session_data(session, ONNXC_IS_OUTPUT, 1);
  EXPECT(kept[0] == 2 && kept[2] == 4);
}

static void test_names(onnxc_session *session) {
  EXPECT(onnxc_session_count(session, ONNXC_IS_INPUT) == 2);
  EXPECT(onnxc_session_find(session, ONNXC_IS_INPUT, "B") == 1);
  EXPECT(onnxc_session_find(session, ONNXC_IS_OUTPUT, "B") == -1);
  EXPECT(onnxc_session_find(session, ONNXC_IS_INPUT, "") == -1);
  EXPECT(says(session, "there is no input ''; the model has 'A', 'B'"));
  EXPECT(strcmp(onnxc_session_describe(session, ONNXC_IS_INPUT, 0),
                "float32 [n = 1..64, 3]") == 0);
  EXPECT(strcmp(onnxc_session_describe(session, ONNXC_IS_OUTPUT, 1),
                "float32 [?]") == 0);
  EXPECT(onnxc_session_stated_dim(session, ONNXC_IS_INPUT, 0, 0) == -1);
  EXPECT(onnxc_session_stated_dim(session, ONNXC_IS_INPUT, 0, 1) == 3);
  /* What does not fit in a message is left out. */
  char name[2000];
  memset(name, 'x', sizeof name);
  name[sizeof name - 1] = '\0';
  EXPECT(onnxc_session_find(session, ONNXC_IS_INPUT, name) == -1);
  EXPECT(strlen(onnxc_session_message(session)) == 511);
}

static void test_refusals(onnxc_session *session) {
  int64_t shape[3] = {2, 3, 1};
  EXPECT(onnxc_session_set(session, 0, ONNXC_DOUBLE, 2, shape, a) ==
         ONNXC_BAD_INPUT_TYPE);
  EXPECT(says(session, "input 'A': it is float64, the model takes float32 "
                       "[n = 1..64, 3]"));
  EXPECT(strcmp(onnxc_session_blamed(session), "A") == 0);
  EXPECT(onnxc_session_set(session, 0, ONNXC_FLOAT, 3, shape, a) ==
         ONNXC_BAD_INPUT_RANK);
  shape[1] = 4;
  EXPECT(onnxc_session_set(session, 0, ONNXC_FLOAT, 2, shape, a) ==
         ONNXC_BAD_INPUT_SHAPE);
  EXPECT(set(session, 0, -1, a) == ONNXC_BAD_INPUT_SHAPE);
  EXPECT(set(session, 0, INT64_MAX, a) == ONNXC_OVERFLOW);
  EXPECT(set(session, 2, 2, a) == ONNXC_BAD_INPUT_COUNT);
  EXPECT(set(session, -1, 2, a) == ONNXC_BAD_INPUT_COUNT);
  int64_t length = 1;
  EXPECT(onnxc_session_set_strings(session, 0, 1, &length, "x") ==
         ONNXC_BAD_INPUT_TYPE);

  /* Sizes that differ, then one beyond its bounds. */
  EXPECT(set(session, 0, 2, a) == ONNXC_OK);
  EXPECT(set(session, 1, 1, b) == ONNXC_OK);
  EXPECT(onnxc_session_run(session) == ONNXC_BAD_INPUT_SHAPE);
  EXPECT(says(session, "input 'B': its shape is [1, 3], which does not fit the "
                       "inputs before it or the bounds: the model takes "
                       "float32 [n = 1..64, 3]"));
  EXPECT(set(session, 0, 65, NULL) == ONNXC_OK);
  EXPECT(set(session, 1, 65, NULL) == ONNXC_OK);
  EXPECT(onnxc_session_run(session) == ONNXC_BAD_INPUT_SHAPE);

  /* An input is given anew for each run, and after one that failed. */
  EXPECT(set(session, 0, 2, a) == ONNXC_OK);
  EXPECT(onnxc_session_run(session) == ONNXC_NO_INPUT_DATA);
  EXPECT(set(session, 1, 2, b) == ONNXC_OK);
  EXPECT(onnxc_session_run(session) == ONNXC_NO_INPUT_DATA);
  EXPECT(set(session, 0, 2, a) == ONNXC_OK);
  onnxc_session_forget(session);
  EXPECT(set(session, 1, 2, b) == ONNXC_OK);
  EXPECT(onnxc_session_run(session) == ONNXC_NO_INPUT_DATA);

  /* A node that cannot go on: there are no outputs. */
  float large[6] = {2e30f};
  EXPECT(set(session, 0, 2, large) == ONNXC_OK);
  EXPECT(set(session, 1, 2, b) == ONNXC_OK);
  EXPECT(onnxc_session_run(session) == ONNXC_BAD_VALUE);
  EXPECT(says(session, "add_node: a value is not allowed by the operator that "
                       "reads it"));
  EXPECT(!onnxc_session_data(session, ONNXC_IS_OUTPUT, 0));
  EXPECT(onnxc_session_elements(session, ONNXC_IS_OUTPUT, 0) == 0);
}

static void test_bad_models(void) {
  char message[64];
  onnxc_model old = add_model;
  old.abi_version -= 1;
  EXPECT(!onnxc_session_create(&old, NULL, message, sizeof message));
  EXPECT(strstr(message, "another version"));
  onnxc_model light = add_model;
  light.weights = NULL;
  light.weights_bytes = 8;
  EXPECT(!onnxc_session_create(&light, NULL, message, sizeof message));
  EXPECT(strstr(message, "weights"));
  EXPECT(!onnxc_session_create(&light, NULL, NULL, 0));
  EXPECT(!onnxc_library_open("/no/such.so", NULL, NULL, message,
                             sizeof message));
  EXPECT(strstr(message, "/no/such.so"));
}

int main(void) {
  char message[512];
  onnxc_session *session =
      onnxc_session_create(&add_model, NULL, message, sizeof message);
  EXPECT(session && !*message);
  run_it(session);
  test_names(session);
  test_refusals(session);
  run_it(session);
  EXPECT(onnxc_session_use_threads(session, 2) == ONNXC_OK);
  run_it(session);
  EXPECT(onnxc_session_use_threads(session, 1) == ONNXC_OK);
  run_it(session);
  onnxc_session_destroy(session);
  onnxc_session_destroy(NULL);
  test_bad_models();
  return 0;
}
