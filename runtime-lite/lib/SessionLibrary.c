/* SessionLibrary.c: shared libraries that hold compiled models.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "Session.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

struct onnxc_library {
  void *handle;
  const onnxc_model *model;
  const void *weights;
};

/* A name without a folder is that of a file here, not in the loader's folders.
 */
static void *load(const char *path) {
  if (strchr(path, '/'))
    return dlopen(path, RTLD_NOW | RTLD_LOCAL);
  size_t bytes = strlen(path) + 1;
  char *here = malloc(bytes + 2);
  if (!here)
    return NULL;
  memcpy(here, "./", 2);
  memcpy(here + 2, path, bytes);
  void *handle = dlopen(here, RTLD_NOW | RTLD_LOCAL);
  free(here);
  return handle;
}

static const onnxc_model *find_by_prefix(void *handle, const char *prefix,
                                         onnxc_text *text) {
  char symbol[256];
  size_t length = strlen(prefix);
  const onnxc_model *model = NULL;
  if (length + sizeof "_model" <= sizeof symbol) {
    memcpy(symbol, prefix, length);
    memcpy(symbol + length, "_model", sizeof "_model");
    model = dlsym(handle, symbol);
  }
  if (!model) {
    onnxc_add_text(text, ": there is no model '");
    onnxc_add_text(text, prefix);
    onnxc_add_text(text, "' in it");
  }
  return model;
}

static const onnxc_model *find_model(void *handle, const char *prefix,
                                     onnxc_text *text) {
  if (prefix)
    return find_by_prefix(handle, prefix, text);
  const onnxc_model *const *models = dlsym(handle, ONNXC_MODELS_SYMBOL);
  if (!models || !models[0])
    onnxc_add_text(text, ": it is no compiled model; `onnxc --emit=shared` "
                         "writes one");
  else if (models[1])
    onnxc_add_text(text, ": it has several models, name one by its prefix");
  else
    return models[0];
  return NULL;
}

/* Beside the library unless it is named. */
static const void *map_weights(const onnxc_model *model, const char *path,
                               const char *weights, onnxc_text *text) {
  char *beside = NULL;
  if (!weights && !model->weights_file) {
    onnxc_add_text(text, ": the model's weights are not in it; name their file");
    return NULL;
  }
  if (!weights) {
    const char *slash = strrchr(path, '/');
    size_t folder = slash ? (size_t)(slash + 1 - path) : 0;
    size_t name = strlen(model->weights_file) + 1;
    beside = malloc(folder + name);
    if (!beside) {
      onnxc_add_text(text, ": out of memory");
      return NULL;
    }
    memcpy(beside, path, folder);
    memcpy(beside + folder, model->weights_file, name);
    weights = beside;
  }
  const void *mapped = onnxc_map_weights(weights, model->weights_bytes);
  if (!mapped) {
    onnxc_add_text(text, ": ");
    onnxc_add_text(text, weights);
    onnxc_add_text(text, " is no readable file with the model's weights, of ");
    onnxc_add_number(text, (int64_t)model->weights_bytes);
    onnxc_add_text(text, " bytes");
  }
  free(beside);
  return mapped;
}

onnxc_library *onnxc_library_open(const char *path, const char *prefix,
                                  const char *weights, char *message,
                                  size_t message_bytes) {
  onnxc_text text;
  onnxc_start_text(&text, message, message_bytes);
  onnxc_library *library = calloc(1, sizeof *library);
  if (!library) {
    onnxc_add_text(&text, "out of memory");
    return NULL;
  }
  library->handle = load(path);
  if (!library->handle) {
    const char *why = dlerror();
    onnxc_add_text(&text, why ? why : path);
  } else {
    onnxc_add_text(&text, path);
    library->model = find_model(library->handle, prefix, &text);
  }
  int32_t status = library->model ? onnxc_check_model(library->model) : 0;
  if (status) {
    onnxc_add_text(&text, ": ");
    onnxc_add_text(&text, onnxc_status_string(status));
    library->model = NULL;
  }
  const onnxc_model *model = library->model;
  if (model && !model->weights && model->weights_bytes) {
    library->weights = map_weights(model, path, weights, &text);
    if (!library->weights)
      library->model = NULL;
  }
  if (library->model) {
    onnxc_start_text(&text, message, message_bytes);
    return library;
  }
  onnxc_library_close(library);
  return NULL;
}

const onnxc_model *onnxc_library_model(const onnxc_library *library) {
  return library->model;
}

const void *onnxc_library_weights(const onnxc_library *library) {
  return library->weights;
}

void onnxc_library_close(onnxc_library *library) {
  if (!library)
    return;
  if (library->weights)
    onnxc_unmap_weights(library->weights, library->model->weights_bytes);
  if (library->handle)
    dlclose(library->handle);
  free(library);
}
