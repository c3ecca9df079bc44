/* Types.c: element types as NumPy and the buffer protocol name them.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "Native.h"

#include <string.h>

char dtype_kind(int32_t dtype) {
  switch (dtype) {
  case ONNXC_FLOAT16:
  case ONNXC_FLOAT:
  case ONNXC_DOUBLE:
    return 'f';
  case ONNXC_INT8:
  case ONNXC_INT16:
  case ONNXC_INT32:
  case ONNXC_INT64:
    return 'i';
  case ONNXC_UINT8:
  case ONNXC_UINT16:
  case ONNXC_UINT32:
  case ONNXC_UINT64:
    return 'u';
  case ONNXC_COMPLEX64:
  case ONNXC_COMPLEX128:
    return 'c';
  case ONNXC_BOOL:
    return 'b';
  default:
    return 0;
  }
}

PyObject *storage_type(int32_t dtype) {
  if (dtype == ONNXC_STRING)
    return PyUnicode_FromString("O");
  char kind = dtype_kind(dtype);
  if (!kind)
    kind = dtype == ONNXC_INT4 || dtype == ONNXC_INT2 ? 'i' : 'u';
  return PyUnicode_FromFormat("%c%d", kind, (int)onnxc_dtype_size(dtype));
}

static char format_kind(const char *format) {
  if (!format)
    return 'u'; /* bytes */
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  const char *native = "@=>!";
#else
  const char *native = "@=<";
#endif
  if (*format && strchr(native, *format))
    ++format;
  if (format[0] == 'Z')
    return strchr("fd", format[1]) && format[1] && !format[2] ? 'c' : 0;
  if (!format[0] || format[1])
    return 0;
  return strchr("efd", *format)      ? 'f'
         : strchr("bhilqn", *format) ? 'i'
         : strchr("BHILQN", *format) ? 'u'
         : *format == '?'            ? 'b'
                                     : 0;
}

int has_type(const Py_buffer *view, int32_t dtype) {
  return dtype_kind(dtype) &&
         view->itemsize == (Py_ssize_t)onnxc_dtype_size(dtype) &&
         format_kind(view->format) == dtype_kind(dtype);
}
