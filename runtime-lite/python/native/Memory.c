/* Memory.c: memory that a run has allocated, as the base of an array.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "Native.h"

typedef struct Memory {
  PyObject_HEAD
  void *data;
  Py_ssize_t bytes;
} Memory;

PyObject *make_memory(void *data, size_t bytes) {
  Memory *memory = PyObject_New(Memory, memory_type);
  if (!memory)
    return NULL;
  memory->data = data;
  memory->bytes = (Py_ssize_t)bytes;
  return (PyObject *)memory;
}

static void memory_dealloc(PyObject *object) {
  PyTypeObject *type = Py_TYPE(object);
  onnxc_aligned_free(NULL, ((Memory *)object)->data);
  PyObject_Free(object);
  Py_DECREF(type);
}

static int memory_getbuffer(PyObject *object, Py_buffer *view, int flags) {
  Memory *memory = (Memory *)object;
  return PyBuffer_FillInfo(view, object, memory->data, memory->bytes,
                           /*readonly=*/0, flags);
}

static PyType_Slot memory_slots[] = {
    {Py_tp_dealloc, memory_dealloc},
    {Py_bf_getbuffer, memory_getbuffer},
    {Py_tp_doc, "Memory that a run has allocated."},
    {0, NULL}};

PyType_Spec memory_spec = {
    "onnxc._native.Memory", sizeof(Memory), 0,
    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, memory_slots};
