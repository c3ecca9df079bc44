/* LimitedVulkan.c: the Vulkan loader, whose devices have less than they have.
 *
 *   ONNXC_REAL_VULKAN=PATH      the loader behind this one
 *   ONNXC_VULKAN_LACKS=float16  a feature that no device has
 *   ONNXC_VULKAN_RANGE=N        the bytes of a buffer that a shader sees
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#define _POSIX_C_SOURCE 200809L
#include "../../runtime-lite/lib/VulkanAPI.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

static vk_loader real_loader;
static void (*real_properties)(vk_object, vk_properties *);
static void (*real_features)(vk_object, vk_features *);

static void get_properties(vk_object device, vk_properties *properties) {
  real_properties(device, properties);
  const char *range = getenv("ONNXC_VULKAN_RANGE");
  if (range)
    properties->max_storage_range = (uint32_t)strtoul(range, NULL, 10);
}

static void get_features(vk_object device, vk_features *features) {
  real_features(device, features);
  const char *lack = getenv("ONNXC_VULKAN_LACKS");
  vk_features_1_1 *v1_1 = features->next;
  vk_features_1_2 *v1_2 = v1_1->next;
  struct {
    const char *name;
    vk_bool *has;
  } names[] = {{"int64", &features->core[VK_INT64]},
               {"int16", &features->core[VK_INT16]},
               {"float64", &features->core[VK_FLOAT64]},
               {"int8", &v1_2->int8},
               {"float16", &v1_2->float16},
               {"storage16", &v1_1->storage16},
               {"storage8", &v1_2->storage8}};
  for (size_t i = 0; lack && i < sizeof names / sizeof *names; ++i)
    if (strcmp(names[i].name, lack) == 0)
      *names[i].has = 0;
}

__attribute__((visibility("default"))) vk_function
vkGetInstanceProcAddr(vk_object instance, const char *name);

vk_function vkGetInstanceProcAddr(vk_object instance, const char *name) {
  if (!real_loader) {
    const char *path = getenv("ONNXC_REAL_VULKAN");
    void *library = path ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
    void *symbol = library ? dlsym(library, "vkGetInstanceProcAddr") : NULL;
    if (!symbol)
      return NULL;
    memcpy(&real_loader, &symbol, sizeof symbol);
  }
  vk_function found = real_loader(instance, name);
  if (found && strcmp(name, "vkGetPhysicalDeviceProperties") == 0) {
    memcpy(&real_properties, &found, sizeof found);
    return (vk_function)get_properties;
  }
  if (found && strcmp(name, "vkGetPhysicalDeviceFeatures2") == 0) {
    memcpy(&real_features, &found, sizeof found);
    return (vk_function)get_features;
  }
  return found;
}
