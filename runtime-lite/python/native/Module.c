/* Module.c: onnxc._native, the part of the Python module that is C.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "Native.h"

PyObject *numpy_empty, *numpy_ndarray, *numpy_dtype;
PyObject *load_error, *make_run_error;
PyTypeObject *memory_type, *strings_type;

/* Puts what a module calls so to *place. -1 with an exception. */
static int import_name(PyObject **place, const char *module, const char *name) {
  PyObject *imported = PyImport_ImportModule(module);
  *place = imported ? PyObject_GetAttrString(imported, name) : NULL;
  Py_XDECREF(imported);
  return *place ? 0 : -1;
}

static PyTypeObject *add_type(PyObject *module, PyType_Spec *spec) {
  PyObject *type = PyType_FromModuleAndSpec(module, spec, NULL);
  if (type && PyModule_AddType(module, (PyTypeObject *)type))
    Py_CLEAR(type);
  return (PyTypeObject *)type;
}

static int fill_module(PyObject *module) {
  if (register_fork_handler()) {
    PyErr_NoMemory();
    return -1;
  }
  if (import_name(&numpy_empty, "numpy", "empty") ||
      import_name(&numpy_ndarray, "numpy", "ndarray") ||
      import_name(&numpy_dtype, "numpy", "dtype") ||
      import_name(&load_error, "onnxc.errors", "LoadError") ||
      import_name(&make_run_error, "onnxc.errors", "make_run_error"))
    return -1;
  if (!(memory_type = add_type(module, &memory_spec)) ||
      !(strings_type = add_type(module, &strings_spec)))
    return -1;
  PyTypeObject *model_type = add_type(module, &model_spec);
  if (!model_type)
    return -1;
  Py_DECREF((PyObject *)model_type);
  return PyModule_AddIntConstant(module, "ABI_VERSION", ONNXC_ABI_VERSION);
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, fill_module}, {0, NULL}};

static PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "onnxc._native", "Runs compiled models.", 0, NULL,
    slots,                 NULL,            NULL,                    NULL};

PyMODINIT_FUNC PyInit__native(void) { return PyModuleDef_Init(&definition); }
