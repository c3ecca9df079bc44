/* AddModel.h: a model written by hand, as the compiler would emit it: C = A + B
 * over [n, 3] floats, n free from 1 to 64, and the non-negative elements of C
 * as a list whose length depends on the data.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#ifndef ONNXC_TEST_ADD_MODEL_H
#define ONNXC_TEST_ADD_MODEL_H

#include "onnxc/runtime.h"

extern const onnxc_model add_model;

#endif
