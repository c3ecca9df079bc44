/* Results.c: memory for the outputs of a run, and arrays of it.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "Native.h"

#include <string.h>

PyObject *make_shape(const int64_t *dims, int32_t rank) {
  PyObject *shape = PyTuple_New(rank);
  for (int32_t d = 0; shape && d < rank; ++d) {
    PyObject *size = PyLong_FromLongLong(dims[d]);
    if (!size || PyTuple_SetItem(shape, d, size)) {
      Py_DECREF(shape);
      return NULL;
    }
  }
  return shape;
}

/* Elements of a shape; -1 where memory cannot hold so many. */
static Py_ssize_t count_elements(const onnxc_tensor *tensor) {
  size_t count = 1, limit = PY_SSIZE_T_MAX / onnxc_dtype_size(tensor->dtype);
  for (int32_t d = 0; d < tensor->rank; ++d)
    if (tensor->shape[d] == 0)
      return 0;
  for (int32_t d = 0; d < tensor->rank; ++d) {
    if (tensor->shape[d] < 0 || (uint64_t)tensor->shape[d] > limit / count)
      return -1;
    count *= (size_t)tensor->shape[d];
  }
  return (Py_ssize_t)count;
}

static int overlaps(const Py_buffer *a, const Py_buffer *b) {
  const char *x = a->buf, *y = b->buf;
  return a->len && b->len && x < y + b->len && y < x + a->len;
}

static PyObject *refuse(const onnxc_tensor_info *info, const char *why) {
  PyErr_Format(PyExc_ValueError, "output '%s': %s", info->name, why);
  return NULL;
}

/* The caller's memory for an output. */
static PyObject *take_given(Model *self, Context *context, int32_t index,
                            PyObject *given) {
  const onnxc_tensor_info *info = &self->model->outputs[index];
  onnxc_tensor *output = &context->outputs[index];
  if (info->from_data || !dtype_kind(info->dtype) || info->part)
    return refuse(info, "its memory cannot be given: only the run knows its "
                        "size, or it is no tensor of numbers");
  Py_buffer *view = &context->views[context->num_views_taken];
  if (PyObject_GetBuffer(given, view,
                         PyBUF_FORMAT | PyBUF_STRIDES | PyBUF_WRITABLE)) {
    PyErr_Clear();
    return refuse(info, "what is given for it is no memory that can be "
                        "written");
  }
  ++context->num_views_taken;
  if (!has_type(view, info->dtype))
    return refuse(info, "what is given for it has another element type");
  if (!PyBuffer_IsContiguous(view, 'C'))
    return refuse(info, "what is given for it does not lie in row-major order");
  if (view->len && (uintptr_t)view->buf % (size_t)view->itemsize)
    return refuse(info, "what is given for it is misaligned");
  int fits = view->ndim == info->rank;
  for (int32_t d = 0; fits && d < info->rank; ++d)
    fits = view->shape[d] == output->shape[d];
  if (!fits) {
    PyObject *shape = make_shape(output->shape, info->rank);
    if (shape)
      PyErr_Format(PyExc_ValueError,
                   "output '%s': what is given for it has another shape than "
                   "%S, which the run gives",
                   info->name, shape);
    Py_XDECREF(shape);
    return NULL;
  }
  for (int32_t i = 0; i < context->num_views_taken - 1; ++i)
    if (overlaps(view, &context->views[i]))
      return refuse(info, "what is given for it shares memory with an input "
                          "or another output");
  output->data = view->buf;
  Py_INCREF(given);
  return given;
}

/* A new array; where sizes never vary, with a shape made before. */
static PyObject *make_array(Model *self, Context *context, int32_t index) {
  onnxc_tensor *output = &context->outputs[index];
  PyObject *shape = PyTuple_GetItem(self->output_shapes, index);
  PyObject *made = NULL;
  if (shape == Py_None)
    shape = made = make_shape(output->shape, output->rank);
  if (!shape)
    return NULL;
  PyObject *array = PyObject_CallFunctionObjArgs(
      numpy_empty, shape, PyTuple_GetItem(self->output_types, index), NULL);
  Py_XDECREF(made);
  if (!array)
    return NULL;
  Py_buffer *view = &context->views[context->num_views_taken];
  if (PyObject_GetBuffer(array, view, PyBUF_WRITABLE)) {
    Py_DECREF(array);
    return NULL;
  }
  ++context->num_views_taken;
  output->data = view->buf;
  return array;
}

PyObject *prepare_output(Model *self, Context *context, int32_t index,
                         PyObject *given) {
  const onnxc_tensor_info *info = &self->model->outputs[index];
  onnxc_tensor *output = &context->outputs[index];
  if (given && given != Py_None)
    return take_given(self, context, index, given);
  if (info->from_data)
    Py_RETURN_NONE;
  if (info->dtype != ONNXC_STRING)
    return make_array(self, context, index);
  Py_ssize_t count = count_elements(output);
  if (count < 0)
    return PyErr_NoMemory();
  output->data = PyMem_Calloc((size_t)count + 1, sizeof(onnxc_string));
  if (!output->data)
    return PyErr_NoMemory();
  Py_RETURN_NONE;
}

void drop_output(Model *self, Context *context, int32_t index) {
  const onnxc_tensor_info *info = &self->model->outputs[index];
  onnxc_tensor *output = &context->outputs[index];
  if (info->from_data)
    onnxc_aligned_free(NULL, output->data);
  else if (info->dtype == ONNXC_STRING)
    PyMem_Free(output->data);
  output->data = NULL;
}

/* Strings may lie in the context or the inputs: they are copied at once. */
static PyObject *take_strings(const onnxc_tensor *output, PyObject *shape) {
  PyObject *list =
      read_strings((const onnxc_string *)output->data, count_elements(output));
  PyObject *pair = list ? PyTuple_Pack(2, list, shape) : NULL;
  Py_XDECREF(list);
  return pair;
}

/* The memory that the run has allocated becomes the array's. */
static PyObject *adopt_memory(Model *self, Context *context, int32_t index,
                              PyObject *shape) {
  onnxc_tensor *output = &context->outputs[index];
  PyObject *type = PyTuple_GetItem(self->output_types, index);
  size_t count = (size_t)count_elements(output);
  if (!count)
    return PyObject_CallFunctionObjArgs(numpy_empty, shape, type, NULL);
  PyObject *memory =
      make_memory(output->data, count * onnxc_dtype_size(output->dtype));
  if (!memory)
    return NULL;
  output->data = NULL;
  PyObject *array =
      PyObject_CallFunctionObjArgs(numpy_ndarray, shape, type, memory, NULL);
  Py_DECREF(memory);
  return array;
}

PyObject *finish_output(Model *self, Context *context, int32_t index,
                        PyObject *prepared) {
  const onnxc_tensor_info *info = &self->model->outputs[index];
  onnxc_tensor *output = &context->outputs[index];
  if (prepared != Py_None)
    return prepared;
  Py_DECREF(prepared);
  PyObject *result = NULL;
  PyObject *shape = make_shape(output->shape, output->rank);
  if (shape)
    result = info->dtype == ONNXC_STRING
                 ? take_strings(output, shape)
                 : adopt_memory(self, context, index, shape);
  Py_XDECREF(shape);
  drop_output(self, context, index);
  return result;
}
