/* Call.c: one run of a model, from buffers to arrays.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "Native.h"

static void release_views(Context *context) {
  for (int32_t i = 0; i < context->num_views_taken; ++i)
    PyBuffer_Release(&context->views[i]);
  context->num_views_taken = 0;
}

/* Whether a buffer is what the generated code takes as it is. */
static int is_ready(const Py_buffer *view, const onnxc_tensor_info *info) {
  return PyBuffer_IsContiguous(view, 'C') &&
         (!view->len || (uintptr_t)view->buf % (size_t)view->itemsize == 0) &&
         has_type(view, info->dtype);
}

/* 1: taken; 0: with `strict`, not one to take as it is; -1: an exception. */
static int take_inputs(Model *self, Context *context, PyObject *inputs,
                       int strict) {
  const onnxc_model *model = self->model;
  for (int32_t i = 0; i < model->num_inputs; ++i) {
    const onnxc_tensor_info *info = &model->inputs[i];
    Py_buffer *view = &context->views[i];
    if (PyObject_GetBuffer(PyTuple_GetItem(inputs, i), view,
                           PyBUF_FORMAT | PyBUF_STRIDES)) {
      if (!strict)
        return -1;
      PyErr_Clear();
      return 0;
    }
    ++context->num_views_taken;
    if (strict && (!is_ready(view, info) || view->ndim != info->rank))
      return 0;
    if (!strict && view->itemsize != (Py_ssize_t)onnxc_dtype_size(info->dtype)) {
      PyErr_Format(PyExc_ValueError, "input '%s': elements of %zd bytes",
                   info->name, view->itemsize);
      return -1;
    }
    onnxc_tensor *input = &context->inputs[i];
    input->data = view->buf;
    input->shape = (int64_t *)view->shape;
    input->rank = view->ndim;
    input->dtype = info->dtype;
  }
  return 1;
}

/* The free dimensions by name, as far as inputs or data have decided them. */
static PyObject *list_sizes(Model *self, Context *context) {
  PyObject *sizes = PyDict_New();
  for (int32_t k = 0; sizes && k < self->model->num_symbols; ++k) {
    PyObject *size = PyLong_FromLongLong(context->symbols[k]);
    if (size)
      PyDict_SetItemString(sizes, self->model->symbols[k].name, size);
    Py_XDECREF(size);
  }
  return sizes;
}

static void raise_run_error(Model *self, Context *context, int32_t status) {
  const onnxc_model *model = self->model;
  const char *blamed = context->runtime.error_name;
  int input = -1; /* a node may have an input's name, not its address */
  PyObject *shapes = PyList_New(0);
  for (int32_t i = 0; shapes && i < model->num_inputs; ++i) {
    if (blamed == model->inputs[i].name)
      input = i;
    PyObject *shape =
        make_shape(context->inputs[i].shape, context->inputs[i].rank);
    if (shape)
      PyList_Append(shapes, shape);
    Py_XDECREF(shape);
  }
  PyObject *sizes = list_sizes(self, context);
  PyObject *error = NULL;
  if (shapes && sizes)
    error = PyObject_CallFunction(make_run_error, "OisziOO", self, (int)status,
                                  onnxc_status_string(status), blamed, input,
                                  shapes, sizes);
  if (error)
    PyErr_SetObject((PyObject *)Py_TYPE(error), error);
  Py_XDECREF(error);
  Py_XDECREF(shapes);
  Py_XDECREF(sizes);
}

/* Sizes of arena and outputs from those of the inputs. */
static int prepare_sizes(Model *self, Context *context) {
  const onnxc_model *model = self->model;
  int32_t status = onnxc_bind_symbols(model, &context->runtime, context->inputs,
                                      model->num_inputs, context->symbols);
  int64_t arena = 0;
  if (status == ONNXC_OK) {
    arena = model->arena_bytes(context->symbols);
    if (arena < 0)
      status = ONNXC_OVERFLOW;
  }
  if (status != ONNXC_OK) {
    raise_run_error(self, context, status);
    return -1;
  }
  if (grow_arena(context, arena))
    return -1;
  model->output_shapes(context->symbols, context->dims);
  int64_t *dims = context->dims;
  for (int32_t i = 0; i < model->num_outputs; ++i) {
    const onnxc_tensor_info *info = &model->outputs[i];
    onnxc_tensor *output = &context->outputs[i];
    output->data = NULL;
    output->shape = dims;
    output->rank = info->rank;
    output->dtype = info->dtype;
    dims += info->rank;
  }
  return 0;
}

/* Runs, and makes the list of what it gave: `results` holds the prepared. */
static int run_prepared(Model *self, Context *context, PyObject *results) {
  const onnxc_model *model = self->model;
  int32_t status;
  Py_BEGIN_ALLOW_THREADS
  status = onnxc_run(model, &context->runtime, context->inputs,
                     model->num_inputs, context->outputs, model->num_outputs,
                     context->symbols);
  Py_END_ALLOW_THREADS
  if (status != ONNXC_OK) {
    raise_run_error(self, context, status);
    return -1;
  }
  if (self->is_plain)
    return 0;
  for (int32_t i = 0; i < model->num_outputs; ++i) {
    PyObject *prepared = PyList_GetItem(results, i);
    Py_INCREF(prepared);
    PyObject *result = finish_output(self, context, i, prepared);
    if (!result || PyList_SetItem(results, i, result))
      return -1;
  }
  return 0;
}

PyObject *run_model(Model *self, PyObject *inputs, PyObject *outputs,
                    int strict) {
  Context *context = take_context(self);
  if (!context)
    return NULL;
  int32_t num_outputs = self->model->num_outputs, prepared = 0;
  PyObject *results = NULL;
  int failed = 1;
  if (take_inputs(self, context, inputs, strict) == 1 &&
      !prepare_sizes(self, context) && (results = PyList_New(num_outputs))) {
    for (; prepared < num_outputs; ++prepared) {
      PyObject *given = outputs ? PyTuple_GetItem(outputs, prepared) : NULL;
      PyObject *result = prepare_output(self, context, prepared, given);
      if (!result || PyList_SetItem(results, prepared, result))
        break;
    }
    if (prepared == num_outputs)
      failed = run_prepared(self, context, results);
  }
  if (failed) {
    for (int32_t i = 0; i < prepared; ++i)
      drop_output(self, context, i);
    Py_XDECREF(results);
    results = NULL;
  }
  release_views(context);
  return_context(self, context);
  return results;
}
