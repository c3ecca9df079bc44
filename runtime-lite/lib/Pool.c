/* Pool.c: a small thread pool behind the context's parallel_for.
 *
 * One loop runs at a time. Its pieces are claimed from `ticket`, which holds
 * the loop's number, its number of pieces and the next one. A claim is a
 * compare-and-swap of the whole word, so it succeeds only while that very loop
 * still has pieces; then the loop's fields, read before, were its own. Hence
 * nobody waits for threads that come late, only for claimed pieces.
 * A caller that finds the pool busy (another thread's loop, or its own outer
 * one) runs its loop itself.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#define _GNU_SOURCE /* sched_getaffinity */
#include "onnxc/runtime.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sched.h>
#endif

#define SPIN_NANOSECONDS 10000
#define PIECES_PER_THREAD 4 /* evens out threads of unequal speed */
#define MAX_THREADS 1024    /* times the above is below 2^16, see ticket */

struct onnxc_pool {
  /* Read and written by all threads during a loop: a cache line each. */
  _Alignas(64) _Atomic uint64_t ticket;    /* loop:32, pieces:16, next:16 */
  _Alignas(64) _Atomic int64_t unfinished; /* pieces */

  _Alignas(64) _Atomic(onnxc_parallel_body) body;
  _Atomic(void *) args;
  _Atomic int64_t count;

  _Alignas(64) atomic_bool busy; /* one loop at a time */
  atomic_bool stopping;
  atomic_int sleeping; /* workers in or about to enter pthread_cond_wait */
  atomic_bool caller_sleeps; /* likewise the caller */
  pthread_mutex_t mutex;
  pthread_cond_t work, done;
  int32_t num_threads;
  pthread_t workers[];
};

static void pause_cpu(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__) || defined(__arm__)
  __asm__ volatile("yield");
#endif
}

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static uint32_t loop_number(uint64_t ticket) {
  return (uint32_t)(ticket >> 32);
}

/* Claims and runs pieces of the loop in progress until none is left. */
static void take_part(onnxc_pool *pool) {
  int64_t finished = 0;
  uint64_t ticket = atomic_load(&pool->ticket);
  for (;;) {
    onnxc_parallel_body body =
        atomic_load_explicit(&pool->body, memory_order_relaxed);
    void *args = atomic_load_explicit(&pool->args, memory_order_relaxed);
    int64_t count = atomic_load_explicit(&pool->count, memory_order_relaxed);
    int64_t pieces = ticket >> 16 & 0xffff, piece = ticket & 0xffff;
    if (piece >= pieces)
      break;
    /* Lost to another thread, or, if none is finished here, to a later loop:
     * one with unfinished pieces is not followed by another. */
    if (!atomic_compare_exchange_strong(&pool->ticket, &ticket, ticket + 1))
      continue;
    int64_t size = count / pieces, longer = count % pieces;
    int64_t begin = piece * size + (piece < longer ? piece : longer);
    body(args, begin, begin + size + (piece < longer));
    ++finished;
    ++ticket;
  }
  if (!finished || atomic_fetch_sub(&pool->unfinished, finished) != finished)
    return;
  if (!atomic_load(&pool->caller_sleeps))
    return;
  pthread_mutex_lock(&pool->mutex);
  pthread_cond_signal(&pool->done);
  pthread_mutex_unlock(&pool->mutex);
}

static int worker_must_wait(onnxc_pool *pool, uint32_t seen) {
  return loop_number(atomic_load(&pool->ticket)) == seen &&
         !atomic_load(&pool->stopping);
}

static void *worker_main(void *argument) {
  onnxc_pool *pool = argument;
  uint32_t seen = 0;
  for (;;) {
    int64_t deadline = now() + SPIN_NANOSECONDS;
    while (worker_must_wait(pool, seen) && now() < deadline)
      for (int i = 0; i < 16; ++i)
        pause_cpu();
    if (worker_must_wait(pool, seen)) {
      pthread_mutex_lock(&pool->mutex);
      /* Announced before the last look: who starts a loop looks in the other
       * order, so one of the two sees the other. */
      atomic_fetch_add(&pool->sleeping, 1);
      while (worker_must_wait(pool, seen))
        pthread_cond_wait(&pool->work, &pool->mutex);
      atomic_fetch_sub(&pool->sleeping, 1);
      pthread_mutex_unlock(&pool->mutex);
    }
    if (atomic_load(&pool->stopping))
      return NULL;
    seen = loop_number(atomic_load(&pool->ticket));
    take_part(pool);
  }
}

static void wait_until_finished(onnxc_pool *pool) {
  int64_t deadline = now() + SPIN_NANOSECONDS;
  while (atomic_load(&pool->unfinished) > 0 && now() < deadline)
    for (int i = 0; i < 16; ++i)
      pause_cpu();
  if (atomic_load(&pool->unfinished) == 0)
    return;
  pthread_mutex_lock(&pool->mutex);
  atomic_store(&pool->caller_sleeps, 1);
  while (atomic_load(&pool->unfinished) > 0)
    pthread_cond_wait(&pool->done, &pool->mutex);
  atomic_store(&pool->caller_sleeps, 0);
  pthread_mutex_unlock(&pool->mutex);
}

void onnxc_pool_parallel_for(void *opaque, onnxc_parallel_body body, void *args,
                             int64_t count, int64_t grain) {
  onnxc_pool *pool = opaque;
  if (count <= 0)
    return;
  int64_t most = (int64_t)pool->num_threads * PIECES_PER_THREAD;
  int64_t pieces = count / (grain > 0 ? grain : 1);
  if (pieces > most)
    pieces = most;
  if (pieces <= 1 || pool->num_threads == 1 ||
      atomic_load_explicit(&pool->busy, memory_order_relaxed) ||
      atomic_exchange(&pool->busy, 1)) {
    body(args, 0, count);
    return;
  }

  atomic_store_explicit(&pool->body, body, memory_order_relaxed);
  atomic_store_explicit(&pool->args, args, memory_order_relaxed);
  atomic_store_explicit(&pool->count, count, memory_order_relaxed);
  atomic_store_explicit(&pool->unfinished, pieces, memory_order_relaxed);
  uint64_t loop = loop_number(atomic_load(&pool->ticket)) + 1u;
  atomic_store(&pool->ticket, loop << 32 | (uint64_t)pieces << 16);
  if (atomic_load(&pool->sleeping)) {
    pthread_mutex_lock(&pool->mutex);
    pthread_cond_broadcast(&pool->work);
    pthread_mutex_unlock(&pool->mutex);
  }
  take_part(pool);
  wait_until_finished(pool);
  atomic_store(&pool->busy, 0);
}

static int32_t count_cpus(void) {
#ifdef __linux__
  cpu_set_t set; /* those this process may use */
  if (!sched_getaffinity(0, sizeof(set), &set))
    return CPU_COUNT(&set);
#endif
  long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online < 1 ? 1 : online > MAX_THREADS ? MAX_THREADS : (int32_t)online;
}

onnxc_pool *onnxc_pool_create(int32_t num_threads) {
  if (num_threads <= 0)
    num_threads = count_cpus();
  if (num_threads > MAX_THREADS)
    num_threads = MAX_THREADS;
  size_t bytes = sizeof(onnxc_pool) + (size_t)num_threads * sizeof(pthread_t);
  onnxc_pool *pool = onnxc_aligned_alloc(NULL, bytes, _Alignof(onnxc_pool));
  if (!pool)
    return NULL;
  atomic_init(&pool->ticket, 0);
  atomic_init(&pool->unfinished, 0);
  atomic_init(&pool->body, NULL);
  atomic_init(&pool->args, NULL);
  atomic_init(&pool->count, 0);
  atomic_init(&pool->busy, 0);
  atomic_init(&pool->stopping, 0);
  atomic_init(&pool->sleeping, 0);
  atomic_init(&pool->caller_sleeps, 0);
  pthread_mutex_init(&pool->mutex, NULL);
  pthread_cond_init(&pool->work, NULL);
  pthread_cond_init(&pool->done, NULL);

  pool->num_threads = 1;
  while (pool->num_threads < num_threads) {
    pthread_t *worker = &pool->workers[pool->num_threads - 1];
    if (pthread_create(worker, NULL, worker_main, pool)) {
      onnxc_pool_destroy(pool);
      return NULL;
    }
    ++pool->num_threads;
  }
  return pool;
}

void onnxc_pool_destroy(onnxc_pool *pool) {
  if (!pool)
    return;
  pthread_mutex_lock(&pool->mutex);
  atomic_store(&pool->stopping, 1);
  pthread_cond_broadcast(&pool->work);
  pthread_mutex_unlock(&pool->mutex);
  for (int32_t i = 0; i < pool->num_threads - 1; ++i)
    pthread_join(pool->workers[i], NULL);
  pthread_cond_destroy(&pool->done);
  pthread_cond_destroy(&pool->work);
  pthread_mutex_destroy(&pool->mutex);
  onnxc_aligned_free(NULL, pool);
}

int32_t onnxc_pool_num_threads(const onnxc_pool *pool) {
  return pool->num_threads;
}

void onnxc_use_pool(onnxc_context *context, onnxc_pool *pool) {
  context->parallel_for = onnxc_pool_parallel_for;
  context->pool = pool;
}
