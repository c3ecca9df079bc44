/* PoolTest.c: every element of every loop exactly once, with pieces of at least
 * the grain, whoever calls from wherever.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#define _POSIX_C_SOURCE 200809L
#include "Expect.h"
#include "onnxc/runtime.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

#define MOST 1000

typedef struct loop {
  onnxc_pool *pool;
  int64_t count, grain;
  int visits[MOST]; /* plain: a race would be a bug that TSAN shows */
} loop;

static void visit(void *args, int64_t begin, int64_t end) {
  loop *l = args;
  EXPECT(begin >= 0 && begin < end && end <= l->count);
  EXPECT(end - begin >= l->grain || end - begin == l->count);
  for (int64_t i = begin; i < end; ++i)
    ++l->visits[i];
}

static void run_loop(loop *l, int64_t count, int64_t grain) {
  l->count = count;
  l->grain = grain;
  memset(l->visits, 0, sizeof(l->visits));
  onnxc_pool_parallel_for(l->pool, visit, l, count, grain);
  for (int64_t i = 0; i < MOST; ++i)
    EXPECT(l->visits[i] == (i < count));
}

static void run_loops(onnxc_pool *pool, int times) {
  loop l;
  l.pool = pool;
  for (int i = 0; i < times; ++i)
    run_loop(&l, i % MOST, i % 7);
}

static void nested_body(void *args, int64_t begin, int64_t end) {
  for (int64_t i = begin; i < end; ++i)
    run_loops(args, 20);
}

static void *concurrent_caller(void *args) {
  run_loops(args, 3000);
  return NULL;
}

static void test_with(int32_t num_threads) {
  onnxc_pool *pool = onnxc_pool_create(num_threads);
  EXPECT(pool);
  EXPECT(num_threads == 0 || onnxc_pool_num_threads(pool) == num_threads);
  run_loops(pool, 10000);
  for (int i = 0; i < 20; ++i)
    onnxc_pool_parallel_for(pool, nested_body, pool, 16, 1);

  pthread_t callers[3];
  for (int i = 0; i < 3; ++i)
    EXPECT(!pthread_create(&callers[i], NULL, concurrent_caller, pool));
  run_loops(pool, 3000);
  for (int i = 0; i < 3; ++i)
    pthread_join(callers[i], NULL);

  /* Loops rare enough for the workers to fall asleep between. */
  loop l;
  l.pool = pool;
  for (int i = 0; i < 50; ++i) {
    struct timespec pause = {0, 200000};
    nanosleep(&pause, NULL);
    run_loop(&l, MOST, 1);
  }
  onnxc_pool_destroy(pool);
}

static void shared_use(void) {
  /* Created and destroyed without a loop, and null. */
  for (int i = 0; i < 50; ++i)
    onnxc_pool_destroy(onnxc_pool_create(4));
  onnxc_pool_destroy(NULL);
  onnxc_context context = {0};
  onnxc_pool *pool = onnxc_pool_create(2);
  onnxc_use_pool(&context, pool);
  EXPECT(context.pool == pool);
  loop l;
  l.pool = pool;
  l.count = 5;
  l.grain = 1;
  memset(l.visits, 0, sizeof(l.visits));
  context.parallel_for(context.pool, visit, &l, 5, 1);
  EXPECT(l.visits[4] == 1);
  onnxc_pool_destroy(pool);
}

int main(void) {
  shared_use();
  test_with(1);
  test_with(2);
  test_with(5);
  test_with(0);
  return 0;
}
