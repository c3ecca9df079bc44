/* Native.h: what the files of onnxc's Python extension share.
 *
 * The extension keeps to Python's stable interface (3.11), so that one file
 * serves all later versions, and to the buffer protocol, so that it needs none
 * of NumPy's headers. Whatever is shared is guarded by the interpreter's lock,
 * which only a run lets go of.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#ifndef ONNXC_PYTHON_NATIVE_H
#define ONNXC_PYTHON_NATIVE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "onnxc/runtime.h"

/* Of NumPy and of onnxc's errors.py; set once by the module. */
extern PyObject *numpy_empty, *numpy_ndarray, *numpy_dtype;
extern PyObject *load_error, *make_run_error;
extern PyTypeObject *memory_type, *strings_type;

/* What one thread needs for a run. Kept by the model from run to run. */
typedef struct Context {
  struct Context *next;
  onnxc_context runtime;
  size_t arena_bytes;
  int64_t *symbols, *dims; /* dims: those of all outputs */
  onnxc_tensor *inputs, *outputs;
  Py_buffer *views; /* of the inputs, then of the outputs */
  int32_t num_views_taken;
  int64_t *step_begin, *step_time, *step_calls; /* nanoseconds */
  int32_t step;
} Context;

typedef struct Model {
  PyObject_HEAD
  void *library;
  const onnxc_model *model;
  const void *weights;    /* mapped from a file, else null */
  PyObject *weights_path; /* of that file */
  int32_t num_threads; /* as asked for; 0 takes all CPUs */
  onnxc_pool *pool;
  unsigned pool_fork; /* of which process's threads the pool has */
  Context *idle;
  int32_t num_output_dims;
  int is_plain;             /* tensors of NumPy's own types, nothing else */
  PyObject *output_types;   /* a numpy.dtype of each: what memory holds */
  PyObject *output_shapes;  /* each a tuple, or None where it varies */
  int64_t *step_time, *step_calls; /* of all runs, with --profile */
} Model;

/* --- Types.c ------------------------------------------------------------- */

/* 'f', 'i', 'u', 'c' or 'b' of a type that NumPy has itself, else 0. */
char dtype_kind(int32_t dtype);
/* NumPy's name of what memory holds: "f4"; a new reference. */
PyObject *storage_type(int32_t dtype);
/* Whether a buffer has elements of this type, as they lie in memory here. */
int has_type(const Py_buffer *view, int32_t dtype);

/* --- Contexts.c ---------------------------------------------------------- */

int register_fork_handler(void);
/* Null with an exception where there is no memory, no thread or no device. */
Context *take_context(Model *self);
void return_context(Model *self, Context *context);
void destroy_contexts(Model *self);
/* Makes the arena at least that large. -1 with an exception. */
int grow_arena(Context *context, int64_t bytes);

/* --- Call.c -------------------------------------------------------------- */

/* Runs the model. With `strict`, whatever is not a row-major buffer of the
 * right type ends it with null and no exception. Without, `inputs` are such
 * buffers of elements of the right size. `outputs` may be null, or a tuple
 * with a buffer or None for each. Gives a list of arrays; a tensor of strings
 * is a pair of a list and a shape. */
PyObject *run_model(Model *self, PyObject *inputs, PyObject *outputs,
                    int strict);

/* --- Results.c ----------------------------------------------------------- */

/* Gives an output its memory: the caller's, an array's, or that which the run
 * will allocate. Returns the array, or None where there is none yet; null with
 * an exception. */
PyObject *prepare_output(Model *self, Context *context, int32_t index,
                         PyObject *given);
/* What the run has made of a prepared output; takes its reference. */
PyObject *finish_output(Model *self, Context *context, int32_t index,
                        PyObject *prepared);
/* Releases what a prepared output has beside its reference. */
void drop_output(Model *self, Context *context, int32_t index);
PyObject *make_shape(const int64_t *dims, int32_t rank);

/* --- Memory.c, Strings.c, Description.c, Module.c ------------------------ */

extern PyType_Spec memory_spec, strings_spec, model_spec;
/* An object that owns what the run's allocator gave. */
PyObject *make_memory(void *data, size_t bytes);
/* A list of str, or of bytes where they are no UTF-8. */
PyObject *read_strings(const onnxc_string *strings, Py_ssize_t count);
PyObject *describe_model(Model *self, PyObject *unused);

#endif
