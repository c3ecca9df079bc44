/* Module.c: onnxc._native, the part of the Python module that is C.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "Native.h"

PyObject *numpy_empty, *numpy_ndarray, *numpy_dtype;
PyObject *load_error, *make_run_error;
PyTypeObject *memory_type, *strings_type;

static PyObject *import_name(const char *module, const char *name) {
  PyObject *imported = PyImport_ImportModule(module);
  PyObject *found = imported ? PyObject_GetAttrString(imported, name) : NULL;
  Py_XDECREF(imported);
  return found;
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
  numpy_empty = import_name("numpy", "empty");
  numpy_ndarray = import_name("numpy", "ndarray");
  numpy_dtype = import_name("numpy", "dtype");
  load_error = import_name("onnxc.errors", "LoadError");
  make_run_error = import_name("onnxc.errors", "make_run_error");
  if (!numpy_empty || !numpy_ndarray || !numpy_dtype || !load_error ||
      !make_run_error)
    return -1;
  memory_type = add_type(module, &memory_spec);
  strings_type = add_type(module, &strings_spec);
  PyTypeObject *model_type = add_type(module, &model_spec);
  Py_XDECREF((PyObject *)model_type);
  if (!memory_type || !strings_type || !model_type)
    return -1;
  return PyModule_AddIntConstant(module, "ABI_VERSION", ONNXC_ABI_VERSION);
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, fill_module}, {0, NULL}};

static PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "onnxc._native", "Runs compiled models.", 0, NULL,
    slots,                 NULL,            NULL,                    NULL};

PyMODINIT_FUNC PyInit__native(void) { return PyModuleDef_Init(&definition); }
