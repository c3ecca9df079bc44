/* Device.h: what Cuda.c and Vulkan.c give to Device.c.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#ifndef ONNXC_DEVICE_H
#define ONNXC_DEVICE_H

#include "onnxc/runtime.h"

typedef struct onnxc_device onnxc_device;

/* The context while a part records. Generated code reads the two functions
 * behind the context's fields. */
typedef struct onnxc_recorder {
  onnxc_context context;
  /* `bytes` is how large what lies at each address is. */
  void (*launch)(struct onnxc_recorder *, int32_t function, int32_t groups,
                 void *const *buffers, const int64_t *bytes,
                 const int32_t *sizes);
  void (*copy)(struct onnxc_recorder *, void *to, const void *from,
               size_t bytes);
  onnxc_device *device;
  int32_t first_function;
  int32_t status; /* the first failure */
} onnxc_recorder;

typedef enum onnxc_memory {
  ONNXC_MEMORY_DEVICE, /* arena, weights, and what goes from part to part */
  ONNXC_MEMORY_INPUT,  /* written by the host each run */
  ONNXC_MEMORY_OUTPUT  /* read by the host each run */
} onnxc_memory;

/* An interface to devices. Functions that can fail return a status. */
typedef struct onnxc_driver {
  /* The address of new memory, or null. */
  void *(*allocate)(onnxc_device *, size_t bytes, onnxc_memory kind);
  void (*release)(onnxc_device *, void *address);
  int32_t (*write)(onnxc_device *, void *to, const void *from, size_t bytes);
  int32_t (*read)(onnxc_device *, void *to, const void *from, size_t bytes);
  /* Launches and copies between begin and end are what replay runs of the
   * part. */
  int32_t (*begin)(onnxc_device *, int32_t part);
  int32_t (*launch)(onnxc_device *, int32_t function, int32_t groups,
                    void *const *buffers, const int64_t *bytes,
                    const int32_t *sizes);
  int32_t (*copy)(onnxc_device *, void *to, const void *from, size_t bytes);
  int32_t (*end)(onnxc_device *);
  int32_t (*replay)(onnxc_device *, int32_t part);
  void (*close)(onnxc_device *);
} onnxc_driver;

/* How generated code has a part run: `inputs` and `outputs` are those that are
 * transferred. */
typedef int32_t (*onnxc_run_part_fn)(onnxc_context *context, int32_t part,
                                     const int64_t *symbols,
                                     const void *const *inputs,
                                     void *const *outputs);

/* Memory of the device that grows as it is needed. */
typedef struct onnxc_device_memory {
  void *address;
  size_t bytes;
  onnxc_memory kind;
} onnxc_device_memory;

/* What was recorded last of a part, and with which sizes. */
typedef struct onnxc_recorded_part {
  int64_t *symbols;
  int64_t *bytes;   /* of its tensors */
  void **addresses; /* of its tensors */
  int is_recorded;
} onnxc_recorded_part;

/* The first part of an interface's own struct. Generated code reads `run`. */
struct onnxc_device {
  onnxc_run_part_fn run;
  const onnxc_driver *driver;
  const onnxc_model *model;
  void *weights;
  onnxc_device_memory arena, *slots;
  onnxc_recorded_part *parts;
  const char *lack; /* why a part cannot be recorded, in words; else null */
};

/* Makes the context's device for a model that was compiled for `interface`:
 * `bytes`, all zero but for the first part. `misfit` is the context's error
 * where the model is for another. */
int32_t onnxc_device_create(const onnxc_model *model, onnxc_context *context,
                            const onnxc_driver *driver, const char *interface,
                            const char *misfit, size_t bytes);

/* Makes ready to run, and takes the weights to the device. */
int32_t onnxc_device_start(onnxc_context *context);

#endif /* ONNXC_DEVICE_H */
