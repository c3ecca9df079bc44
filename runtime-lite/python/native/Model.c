/* Model.c: the base of onnxc.Model: a loaded library, and calls of it.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "Native.h"

#include <dlfcn.h>
#include <string.h>

static const onnxc_model *find_symbol(void *library, const char *symbol) {
  const void *found = dlsym(library, symbol);
  if (!found) { /* the C prefix is accepted for the descriptor's name */
    PyObject *name = PyUnicode_FromFormat("%s_model", symbol);
    if (name)
      found = dlsym(library, PyUnicode_AsUTF8AndSize(name, NULL));
    Py_XDECREF(name);
  }
  if (!found && !PyErr_Occurred())
    PyErr_Format(load_error, "there is no model '%s' in it", symbol);
  return found;
}

static const onnxc_model *find_model(void *library, const char *symbol) {
  if (symbol)
    return find_symbol(library, symbol);
  const onnxc_model *const *models = dlsym(library, ONNXC_MODELS_SYMBOL);
  if (!models || !models[0]) {
    PyErr_SetString(load_error, "is no compiled model: compile one with "
                                "onnxc.compile or `onnxc --emit=shared`");
    return NULL;
  }
  if (!models[1])
    return models[0];
  PyErr_SetString(load_error,
                  "has several models: name one by symbol=\"PREFIX\"");
  return NULL;
}

static int check_model(const onnxc_model *model) {
  int32_t status = onnxc_check_model(model);
  if (status == ONNXC_OK)
    return 0;
  if (status == ONNXC_BAD_ABI)
    PyErr_Format(load_error,
                 "%s: it has version %u of the interface, this module has %u; "
                 "compile the model again",
                 onnxc_status_string(status), (unsigned)model->abi_version,
                 ONNXC_ABI_VERSION);
  else
    PyErr_Format(load_error,
                 "%s (it takes %s); compile it with target=\"native\" on this "
                 "machine, or with cpu=",
                 onnxc_status_string(status),
                 model->target ? model->target : "another one");
  return -1;
}

/* `path` is a file, or null for the one of the model's name in `folder`. */
static int map_weights(Model *self, const char *path, const char *folder) {
  const onnxc_model *model = self->model;
  if (model->weights || !model->weights_bytes)
    return 0;
  if (!path && !model->weights_file) {
    PyErr_SetString(load_error, "the model's weights are not in it: name their "
                                "file by weights=");
    return -1;
  }
  if (path)
    self->weights_path = PyUnicode_FromString(path);
  else
    self->weights_path =
        PyUnicode_FromFormat("%s/%s", folder, model->weights_file);
  if (!self->weights_path)
    return -1;
  path = PyUnicode_AsUTF8AndSize(self->weights_path, NULL);
  self->weights = onnxc_map_weights(path, model->weights_bytes);
  if (self->weights)
    return 0;
  PyErr_Format(load_error,
               "%s is no readable file with the model's weights, of %llu bytes",
               path, (unsigned long long)model->weights_bytes);
  return -1;
}

/* What holds for all runs. */
static int prepare_constants(Model *self) {
  const onnxc_model *model = self->model;
  self->is_plain = 1;
  for (int32_t i = 0; i < model->num_inputs; ++i)
    self->is_plain &= model->inputs[i].part == ONNXC_WHOLE &&
                      dtype_kind(model->inputs[i].dtype) != 0;
  self->output_types = PyTuple_New(model->num_outputs);
  self->output_shapes = PyTuple_New(model->num_outputs);
  if (!self->output_types || !self->output_shapes)
    return -1;
  for (int32_t i = 0; i < model->num_outputs; ++i) {
    const onnxc_tensor_info *info = &model->outputs[i];
    self->num_output_dims += info->rank;
    self->is_plain &= info->part == ONNXC_WHOLE && !info->from_data &&
                      dtype_kind(info->dtype) != 0;
    int is_fixed = 1;
    for (int32_t d = 0; d < info->rank; ++d)
      is_fixed &= info->dims[d] >= 0;
    PyObject *shape = is_fixed ? make_shape(info->dims, info->rank) : Py_None;
    if (!is_fixed)
      Py_INCREF(shape);
    PyObject *name = storage_type(info->dtype);
    PyObject *type = name ? PyObject_CallFunctionObjArgs(numpy_dtype, name, NULL)
                          : NULL;
    Py_XDECREF(name);
    if (!shape || !type || PyTuple_SetItem(self->output_shapes, i, shape) ||
        PyTuple_SetItem(self->output_types, i, type))
      return -1;
  }
  size_t steps = (size_t)model->num_steps;
  self->step_time = PyMem_Calloc(steps * 2 + 1, sizeof(int64_t));
  if (!self->step_time) {
    PyErr_NoMemory();
    return -1;
  }
  self->step_calls = self->step_time + steps;
  return 0;
}

/* Model(path, symbol, weights, folder, threads) */
static PyObject *model_new(PyTypeObject *type, PyObject *args,
                           PyObject *kwargs) {
  const char *path, *symbol, *weights, *folder;
  int threads;
  (void)kwargs;
  if (!PyArg_ParseTuple(args, "szzsi", &path, &symbol, &weights, &folder,
                        &threads))
    return NULL;
  Model *self = (Model *)PyType_GenericAlloc(type, 0);
  if (!self)
    return NULL;
  self->num_threads = threads;
  self->library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!self->library)
    PyErr_Format(load_error, "%s", dlerror());
  else if ((self->model = find_model(self->library, symbol)) &&
           !check_model(self->model) && !map_weights(self, weights, folder) &&
           !prepare_constants(self))
    return (PyObject *)self;
  Py_DECREF(self);
  return NULL;
}

static void model_dealloc(PyObject *object) {
  Model *self = (Model *)object;
  PyTypeObject *type = Py_TYPE(object);
  PyObject_GC_UnTrack(object);
  destroy_contexts(self);
  Py_XDECREF(self->weights_path);
  Py_XDECREF(self->output_types);
  Py_XDECREF(self->output_shapes);
  PyMem_Free(self->step_time);
  if (self->weights)
    onnxc_unmap_weights(self->weights, self->model->weights_bytes);
  if (self->library)
    dlclose(self->library);
  PyObject_GC_Del(object);
  Py_DECREF(type);
}

static int model_traverse(PyObject *object, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(object));
  return 0;
}

/* model(x, ...): at once where all is as the generated code takes it; else by
 * the method _call, which converts or says what is wrong. */
static PyObject *model_call(PyObject *object, PyObject *args,
                            PyObject *kwargs) {
  Model *self = (Model *)object;
  if (self->is_plain && !kwargs &&
      PyTuple_Size(args) == self->model->num_inputs) {
    PyObject *results = run_model(self, args, NULL, /*strict=*/1);
    if (results && self->model->num_outputs == 1) {
      PyObject *result = PyList_GetItem(results, 0);
      Py_INCREF(result);
      Py_DECREF(results);
      return result;
    }
    if (results) {
      PyObject *tuple = PyList_AsTuple(results);
      Py_DECREF(results);
      return tuple;
    }
    if (PyErr_Occurred())
      return NULL;
  }
  PyObject *method = PyObject_GetAttrString(object, "_call");
  PyObject *result = method ? PyObject_Call(method, args, kwargs) : NULL;
  Py_XDECREF(method);
  return result;
}

static PyObject *model_run_parts(PyObject *object, PyObject *args) {
  Model *self = (Model *)object;
  PyObject *inputs, *outputs = NULL;
  if (!PyArg_ParseTuple(args, "O!O", &PyTuple_Type, &inputs, &outputs))
    return NULL;
  if (outputs == Py_None)
    outputs = NULL;
  if (PyTuple_Size(inputs) != self->model->num_inputs ||
      (outputs && (!PyTuple_Check(outputs) ||
                   PyTuple_Size(outputs) != self->model->num_outputs)))
    return PyErr_Format(PyExc_ValueError, "too few or too many parts");
  return run_model(self, inputs, outputs, /*strict=*/0);
}

static PyObject *model_take_profile(PyObject *object, PyObject *reset) {
  Model *self = (Model *)object;
  PyObject *rows = PyList_New(0);
  int is_reset = PyObject_IsTrue(reset);
  for (int32_t i = 0; rows && i < self->model->num_steps; ++i) {
    const onnxc_step_info *step = &self->model->steps[i];
    PyObject *row = Py_BuildValue("(ssLL)", step->nodes, step->kernel,
                                  (long long)self->step_calls[i],
                                  (long long)self->step_time[i]);
    if (!row || PyList_Append(rows, row)) {
      Py_XDECREF(row);
      Py_DECREF(rows);
      return NULL;
    }
    Py_DECREF(row);
    if (is_reset)
      self->step_calls[i] = self->step_time[i] = 0;
  }
  return rows;
}

static PyMethodDef model_methods[] = {
    {"_describe", (PyCFunction)(void (*)(void))describe_model, METH_NOARGS,
     "What the descriptor says, as a dictionary."},
    {"_run_parts", model_run_parts, METH_VARARGS,
     "Runs on a tuple of buffers; outputs may be given by another."},
    {"_take_profile", model_take_profile, METH_O,
     "Rows of nodes, kernel, calls and nanoseconds; true begins anew."},
    {NULL, NULL, 0, NULL}};

static PyType_Slot model_slots[] = {
    {Py_tp_new, model_new},           {Py_tp_dealloc, model_dealloc},
    {Py_tp_traverse, model_traverse}, {Py_tp_call, model_call},
    {Py_tp_methods, model_methods},   {Py_tp_doc, "A compiled model."},
    {0, NULL}};

PyType_Spec model_spec = {
    "onnxc._native.Model", sizeof(Model), 0,
    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC, model_slots};
