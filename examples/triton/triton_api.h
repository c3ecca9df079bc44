/* triton_api.h: as much of the C interface between Triton and its backends as
 * backend.c calls, declared after its public documentation
 * (https://github.com/triton-inference-server/backend).
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#ifndef ONNXC_EXAMPLES_TRITON_API_H
#define ONNXC_EXAMPLES_TRITON_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EXPORTED __attribute__((visibility("default")))

/* The version that this is; another major one is another interface. */
enum { TRITON_API_MAJOR = 1 };

typedef struct TRITONSERVER_Error TRITONSERVER_Error;
typedef struct TRITONSERVER_Message TRITONSERVER_Message;
typedef struct TRITONBACKEND_Backend TRITONBACKEND_Backend;
typedef struct TRITONBACKEND_Model TRITONBACKEND_Model;
typedef struct TRITONBACKEND_ModelInstance TRITONBACKEND_ModelInstance;
typedef struct TRITONBACKEND_Request TRITONBACKEND_Request;
typedef struct TRITONBACKEND_Response TRITONBACKEND_Response;
typedef struct TRITONBACKEND_Input TRITONBACKEND_Input;
typedef struct TRITONBACKEND_Output TRITONBACKEND_Output;

typedef enum {
  TRITON_UNKNOWN,
  TRITON_INTERNAL,
  TRITON_NOT_FOUND,
  TRITON_INVALID_ARGUMENT,
  TRITON_UNAVAILABLE,
  TRITON_UNSUPPORTED
} TRITONSERVER_Error_Code;

typedef enum {
  TRITON_NO_TYPE,
  TRITON_BOOL,
  TRITON_UINT8,
  TRITON_UINT16,
  TRITON_UINT32,
  TRITON_UINT64,
  TRITON_INT8,
  TRITON_INT16,
  TRITON_INT32,
  TRITON_INT64,
  TRITON_FP16,
  TRITON_FP32,
  TRITON_FP64,
  TRITON_BYTES,
  TRITON_BF16
} TRITONSERVER_DataType;

typedef enum { TRITON_CPU, TRITON_PINNED, TRITON_GPU } TRITONSERVER_MemoryType;
typedef enum { TRITON_FILESYSTEM } TRITONBACKEND_ArtifactType;

/* Flags of what is released, and of a response behind which none comes. */
enum { TRITON_RELEASE_ALL = 1, TRITON_RESPONSE_FINAL = 1 };

/* What the server has. Null is success. */
TRITONSERVER_Error *TRITONSERVER_ErrorNew(TRITONSERVER_Error_Code code,
                                          const char *text);
void TRITONSERVER_ErrorDelete(TRITONSERVER_Error *error);
const char *TRITONSERVER_ErrorMessage(TRITONSERVER_Error *error);
TRITONSERVER_Error *
TRITONSERVER_MessageSerializeToJson(TRITONSERVER_Message *message,
                                    const char **text, size_t *length);
TRITONSERVER_Error *
TRITONSERVER_MessageNewFromSerializedJson(TRITONSERVER_Message **message,
                                          const char *text, size_t length);
TRITONSERVER_Error *TRITONSERVER_MessageDelete(TRITONSERVER_Message *message);

TRITONSERVER_Error *TRITONBACKEND_ApiVersion(uint32_t *major, uint32_t *minor);
TRITONSERVER_Error *
TRITONBACKEND_ModelRepository(TRITONBACKEND_Model *model,
                              TRITONBACKEND_ArtifactType *type,
                              const char **location);
TRITONSERVER_Error *TRITONBACKEND_ModelVersion(TRITONBACKEND_Model *model,
                                               uint64_t *version);
TRITONSERVER_Error *TRITONBACKEND_ModelConfig(TRITONBACKEND_Model *model,
                                              uint32_t format,
                                              TRITONSERVER_Message **config);
TRITONSERVER_Error *
TRITONBACKEND_ModelAutoCompleteConfig(TRITONBACKEND_Model *model,
                                      bool *is_wanted);
TRITONSERVER_Error *TRITONBACKEND_ModelSetConfig(TRITONBACKEND_Model *model,
                                                 uint32_t format,
                                                 TRITONSERVER_Message *config);
TRITONSERVER_Error *TRITONBACKEND_ModelState(TRITONBACKEND_Model *model,
                                             void **state);
TRITONSERVER_Error *TRITONBACKEND_ModelSetState(TRITONBACKEND_Model *model,
                                                void *state);
TRITONSERVER_Error *
TRITONBACKEND_ModelInstanceModel(TRITONBACKEND_ModelInstance *instance,
                                 TRITONBACKEND_Model **model);
TRITONSERVER_Error *
TRITONBACKEND_ModelInstanceState(TRITONBACKEND_ModelInstance *instance,
                                 void **state);
TRITONSERVER_Error *
TRITONBACKEND_ModelInstanceSetState(TRITONBACKEND_ModelInstance *instance,
                                    void *state);

TRITONSERVER_Error *TRITONBACKEND_RequestInput(TRITONBACKEND_Request *request,
                                               const char *name,
                                               TRITONBACKEND_Input **input);
TRITONSERVER_Error *
TRITONBACKEND_RequestOutputCount(TRITONBACKEND_Request *request,
                                 uint32_t *count);
TRITONSERVER_Error *
TRITONBACKEND_RequestOutputName(TRITONBACKEND_Request *request, uint32_t number,
                                const char **name);
TRITONSERVER_Error *TRITONBACKEND_RequestRelease(TRITONBACKEND_Request *request,
                                                 uint32_t flags);
TRITONSERVER_Error *TRITONBACKEND_InputProperties(
    TRITONBACKEND_Input *input, const char **name, TRITONSERVER_DataType *type,
    const int64_t **shape, uint32_t *rank, uint64_t *bytes, uint32_t *buffers);
TRITONSERVER_Error *
TRITONBACKEND_InputBuffer(TRITONBACKEND_Input *input, uint32_t number,
                          const void **buffer, uint64_t *bytes,
                          TRITONSERVER_MemoryType *memory, int64_t *device);
TRITONSERVER_Error *TRITONBACKEND_ResponseNew(TRITONBACKEND_Response **response,
                                              TRITONBACKEND_Request *request);
TRITONSERVER_Error *
TRITONBACKEND_ResponseOutput(TRITONBACKEND_Response *response,
                             TRITONBACKEND_Output **output, const char *name,
                             TRITONSERVER_DataType type, const int64_t *shape,
                             uint32_t rank);
TRITONSERVER_Error *TRITONBACKEND_OutputBuffer(TRITONBACKEND_Output *output,
                                               void **buffer, uint64_t bytes,
                                               TRITONSERVER_MemoryType *memory,
                                               int64_t *device);
TRITONSERVER_Error *TRITONBACKEND_ResponseSend(TRITONBACKEND_Response *response,
                                               uint32_t flags,
                                               TRITONSERVER_Error *error);

/* Times are nanoseconds of a clock that only goes forward. */
TRITONSERVER_Error *TRITONBACKEND_ModelInstanceReportStatistics(
    TRITONBACKEND_ModelInstance *instance, TRITONBACKEND_Request *request,
    bool has_succeeded, uint64_t begin, uint64_t compute_begin,
    uint64_t compute_end, uint64_t end);
TRITONSERVER_Error *TRITONBACKEND_ModelInstanceReportBatchStatistics(
    TRITONBACKEND_ModelInstance *instance, uint64_t rows, uint64_t begin,
    uint64_t compute_begin, uint64_t compute_end, uint64_t end);

/* What the backend has. */
EXPORTED TRITONSERVER_Error *
TRITONBACKEND_Initialize(TRITONBACKEND_Backend *backend);
EXPORTED TRITONSERVER_Error *
TRITONBACKEND_ModelInitialize(TRITONBACKEND_Model *model);
EXPORTED TRITONSERVER_Error *
TRITONBACKEND_ModelFinalize(TRITONBACKEND_Model *model);
EXPORTED TRITONSERVER_Error *
TRITONBACKEND_ModelInstanceInitialize(TRITONBACKEND_ModelInstance *instance);
EXPORTED TRITONSERVER_Error *
TRITONBACKEND_ModelInstanceFinalize(TRITONBACKEND_ModelInstance *instance);
EXPORTED TRITONSERVER_Error *
TRITONBACKEND_ModelInstanceExecute(TRITONBACKEND_ModelInstance *instance,
                                   TRITONBACKEND_Request **requests,
                                   uint32_t count);

#endif /* ONNXC_EXAMPLES_TRITON_API_H */
