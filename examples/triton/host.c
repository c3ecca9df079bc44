/* host.c: stands in for Triton where that is not installed. It loads a backend
 * with dlopen and makes the calls that Triton makes:
 *
 *   host BACKEND.so MODEL_FOLDER VERSION [CONFIG.json] < requests
 *
 * A line of `requests` is one of
 *
 *   request                              another one of the next batch
 *   input NAME TYPE FILE DIMENSION...    TYPE is a number of triton_api.h
 *   want NAME                            an output
 *   execute                              runs the batch
 *
 * It prints the configuration, and of each request its outputs (which it writes
 * to FILEs of the working folder) or its error.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "triton_api.h"
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 16, NAME_BYTES = 1024, TEXT_BYTES = 1024 };

struct TRITONSERVER_Error {
  TRITONSERVER_Error_Code code;
  char text[TEXT_BYTES];
};
struct TRITONSERVER_Message {
  size_t length;
  char text[];
};
struct TRITONBACKEND_Model {
  const char *folder;
  uint64_t version;
  TRITONSERVER_Message *config;
  void *state;
};
struct TRITONBACKEND_ModelInstance {
  TRITONBACKEND_Model *model;
  void *state;
};
/* Its bytes are two buffers, as Triton may give them. */
struct TRITONBACKEND_Input {
  char name[NAME_BYTES];
  TRITONSERVER_DataType type;
  int64_t shape[MOST];
  uint32_t rank;
  char *bytes[2];
  uint64_t lengths[2];
};
struct TRITONBACKEND_Request {
  int number;
  TRITONBACKEND_Input inputs[MOST];
  uint32_t num_inputs;
  char wanted[MOST][NAME_BYTES];
  uint32_t num_wanted;
  int is_answered, is_released;
};
struct TRITONBACKEND_Output {
  char name[NAME_BYTES];
  TRITONSERVER_DataType type;
  int64_t shape[MOST];
  uint32_t rank;
  char *bytes;
  uint64_t length;
};
struct TRITONBACKEND_Response {
  TRITONBACKEND_Request *request;
  TRITONBACKEND_Output outputs[MOST];
  uint32_t num_outputs;
};

static void die(const char *why, const char *what) {
  fprintf(stderr, "host: %s%s%s\n", why, what ? ": " : "", what ? what : "");
  exit(2);
}

static void *allocate(size_t bytes) {
  void *memory = calloc(1, bytes);
  if (!memory)
    die("there is no memory", NULL);
  return memory;
}

/* --- What Triton has ------------------------------------------------------ */

EXPORTED TRITONSERVER_Error *TRITONSERVER_ErrorNew(TRITONSERVER_Error_Code code,
                                                   const char *text) {
  TRITONSERVER_Error *error = allocate(sizeof(*error));
  error->code = code;
  snprintf(error->text, sizeof(error->text), "%s", text);
  return error;
}

EXPORTED void TRITONSERVER_ErrorDelete(TRITONSERVER_Error *error) {
  free(error);
}

EXPORTED const char *TRITONSERVER_ErrorMessage(TRITONSERVER_Error *error) {
  return error->text;
}

EXPORTED TRITONSERVER_Error *
TRITONSERVER_MessageNewFromSerializedJson(TRITONSERVER_Message **message,
                                          const char *text, size_t length) {
  *message = allocate(sizeof(**message) + length + 1);
  (*message)->length = length;
  memcpy((*message)->text, text, length);
  return NULL;
}

EXPORTED TRITONSERVER_Error *
TRITONSERVER_MessageSerializeToJson(TRITONSERVER_Message *message,
                                    const char **text, size_t *length) {
  *text = message->text;
  *length = message->length;
  return NULL;
}

EXPORTED TRITONSERVER_Error *
TRITONSERVER_MessageDelete(TRITONSERVER_Message *message) {
  free(message);
  return NULL;
}

EXPORTED TRITONSERVER_Error *TRITONBACKEND_ApiVersion(uint32_t *major,
                                                      uint32_t *minor) {
  const char *other = getenv("HOST_API_MAJOR");
  *major = other ? (uint32_t)atoi(other) : TRITON_API_MAJOR;
  *minor = 0;
  return NULL;
}

EXPORTED TRITONSERVER_Error *
TRITONBACKEND_ModelRepository(TRITONBACKEND_Model *model,
                              TRITONBACKEND_ArtifactType *type,
                              const char **location) {
  *type = TRITON_FILESYSTEM;
  *location = model->folder;
  return NULL;
}

EXPORTED TRITONSERVER_Error *
TRITONBACKEND_ModelVersion(TRITONBACKEND_Model *model, uint64_t *version) {
  *version = model->version;
  return NULL;
}

EXPORTED TRITONSERVER_Error *
TRITONBACKEND_ModelConfig(TRITONBACKEND_Model *model, uint32_t format,
                          TRITONSERVER_Message **config) {
  (void)format;
  return TRITONSERVER_MessageNewFromSerializedJson(config, model->config->text,
                                                   model->config->length);
}

EXPORTED TRITONSERVER_Error *
TRITONBACKEND_ModelAutoCompleteConfig(TRITONBACKEND_Model *model,
                                      bool *is_wanted) {
  (void)model;
  *is_wanted = true;
  return NULL;
}

EXPORTED TRITONSERVER_Error *
TRITONBACKEND_ModelSetConfig(TRITONBACKEND_Model *model, uint32_t format,
                             TRITONSERVER_Message *config) {
  (void)format;
  free(model->config);
  return TRITONSERVER_MessageNewFromSerializedJson(&model->config, config->text,
                                                   config->length);
}

EXPORTED TRITONSERVER_Error *
TRITONBACKEND_ModelState(TRITONBACKEND_Model *model, void **state) {
  *state = model->state;
  return NULL;
}

EXPORTED TRITONSERVER_Error *
TRITONBACKEND_ModelSetState(TRITONBACKEND_Model *model, void *state) {
  model->state = state;
  return NULL;
}

EXPORTED TRITONSERVER_Error *
TRITONBACKEND_ModelInstanceModel(TRITONBACKEND_ModelInstance *instance,
                                 TRITONBACKEND_Model **model) {
  *model = instance->model;
  return NULL;
}

EXPORTED TRITONSERVER_Error *
TRITONBACKEND_ModelInstanceState(TRITONBACKEND_ModelInstance *instance,
                                 void **state) {
  *state = instance->state;
  return NULL;
}

EXPORTED TRITONSERVER_Error *
TRITONBACKEND_ModelInstanceSetState(TRITONBACKEND_ModelInstance *instance,
                                    void *state) {
  instance->state = state;
  return NULL;
}

EXPORTED TRITONSERVER_Error *
TRITONBACKEND_RequestInput(TRITONBACKEND_Request *request, const char *name,
                           TRITONBACKEND_Input **input) {
  for (uint32_t i = 0; i < request->num_inputs; ++i)
    if (!strcmp(request->inputs[i].name, name)) {
      *input = &request->inputs[i];
      return NULL;
    }
  return TRITONSERVER_ErrorNew(TRITON_INVALID_ARGUMENT,
                               "the request lacks an input");
}

EXPORTED TRITONSERVER_Error *
TRITONBACKEND_RequestOutputCount(TRITONBACKEND_Request *request,
                                 uint32_t *count) {
  *count = request->num_wanted;
  return NULL;
}

EXPORTED TRITONSERVER_Error *
TRITONBACKEND_RequestOutputName(TRITONBACKEND_Request *request, uint32_t number,
                                const char **name) {
  *name = request->wanted[number];
  return NULL;
}

EXPORTED TRITONSERVER_Error *
TRITONBACKEND_RequestRelease(TRITONBACKEND_Request *request, uint32_t flags) {
  if (flags != TRITON_RELEASE_ALL || request->is_released++)
    die("a request is released twice", NULL);
  return NULL;
}

EXPORTED TRITONSERVER_Error *TRITONBACKEND_InputProperties(
    TRITONBACKEND_Input *input, const char **name, TRITONSERVER_DataType *type,
    const int64_t **shape, uint32_t *rank, uint64_t *bytes, uint32_t *buffers) {
  if (name)
    *name = input->name;
  *type = input->type;
  *shape = input->shape;
  *rank = input->rank;
  *bytes = input->lengths[0] + input->lengths[1];
  *buffers = 2;
  return NULL;
}

EXPORTED TRITONSERVER_Error *
TRITONBACKEND_InputBuffer(TRITONBACKEND_Input *input, uint32_t number,
                          const void **buffer, uint64_t *bytes,
                          TRITONSERVER_MemoryType *memory, int64_t *device) {
  *buffer = input->bytes[number];
  *bytes = input->lengths[number];
  *memory = TRITON_CPU;
  *device = 0;
  return NULL;
}

EXPORTED TRITONSERVER_Error *
TRITONBACKEND_ResponseNew(TRITONBACKEND_Response **response,
                          TRITONBACKEND_Request *request) {
  *response = allocate(sizeof(**response));
  (*response)->request = request;
  return NULL;
}

EXPORTED TRITONSERVER_Error *
TRITONBACKEND_ResponseOutput(TRITONBACKEND_Response *response,
                             TRITONBACKEND_Output **output, const char *name,
                             TRITONSERVER_DataType type, const int64_t *shape,
                             uint32_t rank) {
  if (response->num_outputs == MOST || rank > MOST)
    die("an output too many", name);
  *output = &response->outputs[response->num_outputs++];
  snprintf((*output)->name, NAME_BYTES, "%s", name);
  (*output)->type = type;
  (*output)->rank = rank;
  if (rank)
    memcpy((*output)->shape, shape, rank * sizeof(*shape));
  return NULL;
}

EXPORTED TRITONSERVER_Error *
TRITONBACKEND_OutputBuffer(TRITONBACKEND_Output *output, void **buffer,
                           uint64_t bytes, TRITONSERVER_MemoryType *memory,
                           int64_t *device) {
  *buffer = output->bytes = allocate(bytes + 1);
  output->length = bytes;
  *memory = TRITON_CPU;
  *device = 0;
  return NULL;
}

EXPORTED TRITONSERVER_Error *
TRITONBACKEND_ResponseSend(TRITONBACKEND_Response *response, uint32_t flags,
                           TRITONSERVER_Error *error) {
  int number = response->request->number;
  if (flags != TRITON_RESPONSE_FINAL || response->request->is_answered++)
    die("a request is answered twice", NULL);
  if (error)
    printf("%d error %d %s\n", number, (int)error->code, error->text);
  for (uint32_t i = 0; i < response->num_outputs; ++i) {
    TRITONBACKEND_Output *output = &response->outputs[i];
    if (!error) {
      char file[NAME_BYTES + 32];
      snprintf(file, sizeof(file), "%d.%s", number, output->name);
      FILE *to = fopen(file, "wb");
      if (!to || fwrite(output->bytes, 1, output->length, to) != output->length)
        die("cannot write", file);
      fclose(to);
      printf("%d output %s %d", number, output->name, (int)output->type);
      for (uint32_t d = 0; d < output->rank; ++d)
        printf(" %lld", (long long)output->shape[d]);
      printf("\n");
    }
    free(output->bytes);
  }
  free(response);
  return NULL;
}

EXPORTED TRITONSERVER_Error *TRITONBACKEND_ModelInstanceReportStatistics(
    TRITONBACKEND_ModelInstance *instance, TRITONBACKEND_Request *request,
    bool has_succeeded, uint64_t begin, uint64_t compute_begin,
    uint64_t compute_end, uint64_t end) {
  (void)instance, (void)request, (void)has_succeeded;
  if (begin > compute_begin || compute_begin > compute_end || compute_end > end)
    die("times go back", NULL);
  return NULL;
}

EXPORTED TRITONSERVER_Error *TRITONBACKEND_ModelInstanceReportBatchStatistics(
    TRITONBACKEND_ModelInstance *instance, uint64_t rows, uint64_t begin,
    uint64_t compute_begin, uint64_t compute_end, uint64_t end) {
  (void)instance;
  if (begin > compute_begin || compute_begin > compute_end || compute_end > end)
    die("times go back", NULL);
  printf("run of %llu rows\n", (unsigned long long)rows);
  return NULL;
}

/* --- Requests ------------------------------------------------------------- */

static char *read_file(const char *path, uint64_t *length) {
  FILE *file = fopen(path, "rb");
  if (!file || fseek(file, 0, SEEK_END))
    die("cannot read", path);
  long size = ftell(file);
  rewind(file);
  char *bytes = allocate((size_t)size + 1);
  if (size < 0 || fread(bytes, 1, (size_t)size, file) != (size_t)size)
    die("cannot read", path);
  fclose(file);
  *length = (uint64_t)size;
  return bytes;
}

static void read_input(TRITONBACKEND_Request *request, char *line) {
  if (request->num_inputs == MOST)
    die("too many inputs", NULL);
  TRITONBACKEND_Input *input = &request->inputs[request->num_inputs++];
  char *rest = NULL;
  snprintf(input->name, NAME_BYTES, "%s", strtok_r(line, " ", &rest));
  input->type = (TRITONSERVER_DataType)atoi(strtok_r(NULL, " ", &rest));
  uint64_t length;
  char *bytes = read_file(strtok_r(NULL, " ", &rest), &length);
  for (char *size; (size = strtok_r(NULL, " ", &rest)) && input->rank < MOST;)
    input->shape[input->rank++] = atoll(size);
  input->lengths[0] = length / 3;
  input->lengths[1] = length - length / 3;
  uint64_t at = 0;
  for (int i = 0; i < 2; ++i) {
    input->bytes[i] = allocate(input->lengths[i] + 1);
    memcpy(input->bytes[i], bytes + at, input->lengths[i]);
    at += input->lengths[i];
  }
  free(bytes);
}

static void free_request(TRITONBACKEND_Request *request) {
  if (!request->is_answered || !request->is_released)
    die("a request is not answered, or not released", NULL);
  for (uint32_t i = 0; i < request->num_inputs; ++i)
    for (int k = 0; k < 2; ++k)
      free(request->inputs[i].bytes[k]);
  free(request);
}

static void check(TRITONSERVER_Error *error) {
  if (!error)
    return;
  printf("error %d %s\n", (int)error->code, error->text);
  free(error);
  exit(1);
}

typedef TRITONSERVER_Error *model_fn(TRITONBACKEND_Model *);
typedef TRITONSERVER_Error *instance_fn(TRITONBACKEND_ModelInstance *);
typedef TRITONSERVER_Error *backend_fn(TRITONBACKEND_Backend *);
typedef TRITONSERVER_Error *execute_fn(TRITONBACKEND_ModelInstance *,
                                       TRITONBACKEND_Request **, uint32_t);

static void *find(void *library, const char *name) {
  void *function = dlsym(library, name);
  if (!function)
    die("the backend lacks", name);
  return function;
}

static void serve(TRITONBACKEND_ModelInstance *instance, execute_fn *execute) {
  TRITONBACKEND_Request *batch[MOST];
  uint32_t count = 0;
  int number = 0;
  char line[TEXT_BYTES];
  while (fgets(line, sizeof(line), stdin)) {
    line[strcspn(line, "\n")] = 0;
    if (!strcmp(line, "request") && count < MOST) {
      batch[count] = allocate(sizeof(**batch));
      batch[count++]->number = number++;
    } else if (!strncmp(line, "input ", 6) && count) {
      read_input(batch[count - 1], line + 6);
    } else if (!strncmp(line, "want ", 5) && count) {
      TRITONBACKEND_Request *request = batch[count - 1];
      snprintf(request->wanted[request->num_wanted++ % MOST], NAME_BYTES, "%s",
               line + 5);
    } else if (!strcmp(line, "execute")) {
      check(execute(instance, batch, count));
      for (uint32_t i = 0; i < count; ++i)
        free_request(batch[i]);
      count = 0;
    } else {
      die("a line is not understood", line);
    }
  }
}

int main(int argc, char **argv) {
  if (argc < 4)
    die("host BACKEND.so MODEL_FOLDER VERSION [CONFIG.json] < requests", NULL);
  void *library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  if (!library)
    die("cannot load the backend", dlerror());
  uint64_t length = 0;
  static const char plain[] = "{\"name\":\"m\",\"max_batch_size\":0,"
                              "\"input\":[],\"output\":[]}";
  char *given = argc > 4 ? read_file(argv[4], &length) : NULL;
  TRITONBACKEND_Model model = {argv[2], strtoull(argv[3], NULL, 10), NULL,
                               NULL};
  TRITONBACKEND_ModelInstance instance = {&model, NULL};
  check(TRITONSERVER_MessageNewFromSerializedJson(
      &model.config, given ? given : plain, given ? length : strlen(plain)));
  free(given);
  check(((backend_fn *)find(library, "TRITONBACKEND_Initialize"))(NULL));
  check(((model_fn *)find(library, "TRITONBACKEND_ModelInitialize"))(&model));
  printf("config %s\n", model.config->text);
  check(((instance_fn *)find(library, "TRITONBACKEND_ModelInstanceInitialize"))(
      &instance));
  serve(&instance,
        (execute_fn *)find(library, "TRITONBACKEND_ModelInstanceExecute"));
  check(((instance_fn *)find(library, "TRITONBACKEND_ModelInstanceFinalize"))(
      &instance));
  check(((model_fn *)find(library, "TRITONBACKEND_ModelFinalize"))(&model));
  free(model.config);
  dlclose(library);
  return 0;
}
