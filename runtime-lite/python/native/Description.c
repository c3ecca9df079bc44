/* Description.c: what a model's descriptor says, as Python's own types.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "Native.h"

static PyObject *describe_dim(const onnxc_model *model, int64_t dim) {
  if (dim >= 0)
    return PyLong_FromLongLong(dim);
  if (dim >= -(int64_t)model->num_symbols)
    return PyUnicode_FromString(model->symbols[-1 - dim].name);
  Py_RETURN_NONE; /* an expression */
}

/* Adds to a list and takes the reference. -1 with an exception. */
static int append(PyObject *list, PyObject *item) {
  if (!item)
    return -1;
  int failed = PyList_Append(list, item);
  Py_DECREF(item);
  return failed;
}

static PyObject *describe_tensor(const onnxc_model *model,
                                 const onnxc_tensor_info *info) {
  PyObject *dims = PyList_New(0);
  for (int32_t d = 0; dims && d < info->rank; ++d)
    if (append(dims, describe_dim(model, info->dims[d])))
      Py_CLEAR(dims);
  if (!dims)
    return NULL;
  return Py_BuildValue("{s:s,s:z,s:s,s:N,s:i,s:i,s:N}", "name", info->name,
                       "doc", info->doc, "dtype", onnxc_dtype_name(info->dtype),
                       "shape", dims, "part", (int)info->part, "from_data",
                       (int)info->from_data, "storage",
                       storage_type(info->dtype));
}

static PyObject *describe_tensors(const onnxc_model *model,
                                  const onnxc_tensor_info *infos,
                                  int32_t count) {
  PyObject *list = PyList_New(0);
  for (int32_t i = 0; list && i < count; ++i)
    if (append(list, describe_tensor(model, &infos[i])))
      Py_CLEAR(list);
  return list;
}

static PyObject *describe_symbols(const onnxc_model *model) {
  PyObject *list = PyList_New(0);
  for (int32_t k = 0; list && k < model->num_symbols; ++k) {
    const onnxc_symbol_info *symbol = &model->symbols[k];
    if (append(list, Py_BuildValue("(sLLi)", symbol->name,
                                   (long long)symbol->min,
                                   (long long)symbol->max,
                                   (int)symbol->from_data)))
      Py_CLEAR(list);
  }
  return list;
}

static PyObject *describe_metadata(const onnxc_model *model) {
  PyObject *list = PyList_New(0);
  for (int32_t i = 0; list && i < model->num_metadata; ++i)
    if (append(list, Py_BuildValue("(ss)", model->metadata[i].key,
                                   model->metadata[i].value)))
      Py_CLEAR(list);
  return list;
}

PyObject *describe_model(Model *self, PyObject *unused) {
  const onnxc_model *model = self->model;
  (void)unused;
  return Py_BuildValue(
      "{s:s,s:z,s:z,s:z,s:N,s:N,s:N,s:N,s:i,s:O,s:z}", "name", model->name,
      "producer", model->producer, "doc", model->doc, "target", model->target,
      "inputs", describe_tensors(model, model->inputs, model->num_inputs),
      "outputs", describe_tensors(model, model->outputs, model->num_outputs),
      "symbols", describe_symbols(model), "metadata", describe_metadata(model),
      "steps", (int)model->num_steps, "weights",
      self->weights_path ? self->weights_path : Py_None, "weights_file",
      model->weights_file);
}
