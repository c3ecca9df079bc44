/* Strings.c: lists of str and bytes as tensors of strings, and back.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "Native.h"

#include <string.h>

/* A buffer of onnxc_string that refers to the bytes of a list's elements. */
typedef struct Strings {
  PyObject_HEAD
  PyObject *list, *shape;
  onnxc_string *strings;
  Py_ssize_t *sizes;
  Py_ssize_t count;
  int rank;
} Strings;

static int refer_to(PyObject *text, onnxc_string *string) {
  Py_ssize_t length;
  memset(string, 0, sizeof(*string));
  if (PyUnicode_Check(text)) {
    string->data = PyUnicode_AsUTF8AndSize(text, &length);
    if (!string->data)
      return -1;
  } else {
    char *bytes;
    if (PyBytes_AsStringAndSize(text, &bytes, &length))
      return -1;
    string->data = bytes;
  }
  string->length = (uint64_t)length;
  return 0;
}

static int fill_strings(Strings *self) {
  Py_ssize_t count = 1;
  self->rank = (int)PyTuple_Size(self->shape);
  self->count = PyList_Size(self->list);
  self->strings = PyMem_Calloc((size_t)self->count + 1, sizeof(onnxc_string));
  self->sizes = PyMem_Calloc((size_t)self->rank * 2 + 1, sizeof(Py_ssize_t));
  if (!self->strings || !self->sizes) {
    PyErr_NoMemory();
    return -1;
  }
  for (int d = 0; d < self->rank; ++d) {
    self->sizes[d] = PyLong_AsSsize_t(PyTuple_GetItem(self->shape, d));
    if (self->sizes[d] == -1 && PyErr_Occurred())
      return -1;
    count *= self->sizes[d];
  }
  if (count != self->count) {
    PyErr_SetString(PyExc_ValueError, "a shape of another number of strings");
    return -1;
  }
  Py_ssize_t stride = sizeof(onnxc_string);
  for (int d = self->rank - 1; d >= 0; --d) {
    self->sizes[self->rank + d] = stride;
    stride *= self->sizes[d];
  }
  for (Py_ssize_t i = 0; i < count; ++i)
    if (refer_to(PyList_GetItem(self->list, i), &self->strings[i]))
      return -1;
  return 0;
}

static PyObject *strings_new(PyTypeObject *type, PyObject *args,
                             PyObject *kwargs) {
  PyObject *list, *shape;
  (void)kwargs;
  if (!PyArg_ParseTuple(args, "O!O!", &PyList_Type, &list, &PyTuple_Type,
                        &shape))
    return NULL;
  Strings *self = (Strings *)PyType_GenericAlloc(type, 0);
  if (!self)
    return NULL;
  /* A copy, so that nobody takes an element out of it. */
  self->list = PyList_GetSlice(list, 0, PyList_Size(list));
  Py_INCREF(shape);
  self->shape = shape;
  if (!self->list || fill_strings(self)) {
    Py_DECREF(self);
    return NULL;
  }
  return (PyObject *)self;
}

static void strings_dealloc(PyObject *object) {
  Strings *self = (Strings *)object;
  PyTypeObject *type = Py_TYPE(object);
  Py_XDECREF(self->list);
  Py_XDECREF(self->shape);
  PyMem_Free(self->strings);
  PyMem_Free(self->sizes);
  PyObject_Free(object);
  Py_DECREF(type);
}

static int strings_getbuffer(PyObject *object, Py_buffer *view, int flags) {
  Strings *self = (Strings *)object;
  if (PyBuffer_FillInfo(view, object, self->strings,
                        self->count * (Py_ssize_t)sizeof(onnxc_string),
                        /*readonly=*/1, flags))
    return -1;
  view->itemsize = sizeof(onnxc_string);
  view->ndim = self->rank;
  view->shape = self->rank ? self->sizes : NULL;
  view->strides = self->rank ? self->sizes + self->rank : NULL;
  view->format = flags & PyBUF_FORMAT ? "16s" : NULL;
  return 0;
}

PyObject *read_strings(const onnxc_string *strings, Py_ssize_t count) {
  PyObject *list = PyList_New(count);
  for (Py_ssize_t i = 0; list && i < count; ++i) {
    const char *data = strings[i].length ? strings[i].data : "";
    Py_ssize_t length = (Py_ssize_t)strings[i].length;
    PyObject *text = PyUnicode_DecodeUTF8(data, length, NULL);
    if (!text && PyErr_ExceptionMatches(PyExc_UnicodeDecodeError)) {
      PyErr_Clear();
      text = PyBytes_FromStringAndSize(data, length);
    }
    if (!text || PyList_SetItem(list, i, text)) {
      Py_DECREF(list);
      return NULL;
    }
  }
  return list;
}

static PyType_Slot strings_slots[] = {
    {Py_tp_new, strings_new},
    {Py_tp_dealloc, strings_dealloc},
    {Py_bf_getbuffer, strings_getbuffer},
    {Py_tp_doc, "Strings(list, shape): a tensor of strings for a run."},
    {0, NULL}};

PyType_Spec strings_spec = {"onnxc._native.Strings", sizeof(Strings), 0,
                            Py_TPFLAGS_DEFAULT, strings_slots};
